// SPDX-License-Identifier: GPL-2.0
/*
 * The protection type of a disk. sd reads it (READ CAPACITY(16), P_TYPE), keeps it to itself,
 * and shows it in sysfs: it is asked there, by the attribute's own function.
 */
#include <linux/device.h>

#include "scsi_multipath.h"

static struct device_attribute *scsi_mpath_find_attr(struct device *dev, const char *name)
{
	const struct attribute_group *const *group;
	struct attribute *const *attr;

	for (group = dev->class->dev_groups; group && *group; group++)
		for (attr = (*group)->attrs; attr && *attr; attr++)
			if (!strcmp((*attr)->name, name))
				return container_of(*attr, struct device_attribute, attr);
	return NULL;
}

/* What the attribute says; 0 if it says nothing. */
static u32 scsi_mpath_ask_attr(struct device *dev, const char *name)
{
	struct device_attribute *attr = scsi_mpath_find_attr(dev, name);
	char *page;
	u32 value = 0;

	if (!attr || !attr->show)
		return 0;
	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (page && (attr->show(dev, attr, page) <= 0 || kstrtou32(page, 10, &value)))
		value = 0;
	free_page((unsigned long)page);
	return value;
}

static int scsi_mpath_ask_scsi_disk(struct device *dev, void *type)
{
	if (!dev->class || strcmp(dev->class->name, "scsi_disk"))
		return 0;
	*(u32 *)type = scsi_mpath_ask_attr(dev, "protection_type");
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
