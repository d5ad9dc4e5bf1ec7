// SPDX-License-Identifier: GPL-2.0
/*
 * The protection type of a disk. sd reads it (READ CAPACITY(16), P_TYPE), keeps it to itself,
 * and shows it in sysfs.
 */
#include "scsi_multipath.h"

static int scsi_mpath_ask_scsi_disk(struct device *dev, void *type)
{
	char answer[12];

	if (!dev->class || strcmp(dev->class->name, "scsi_disk"))
		return 0;
	if (!mpath_glue_ask_attr(dev, "protection_type", answer, sizeof(answer)) ||
	    kstrtou32(answer, 10, (u32 *)type))
		*(u32 *)type = 0;
	return 1;
}

u32 scsi_mpath_protection_type(struct scsi_device *sdev)
{
	u32 type = 0;

	/* INQUIRY byte 5, PROTECT: without it sd does not look further either. */
	if (sdev->inquiry_len > 5 && sdev->inquiry[5] & 1)
		device_for_each_child(&sdev->sdev_gendev, &type, scsi_mpath_ask_scsi_disk);
	return type;
}
