// SPDX-License-Identifier: GPL-2.0
// Since 6.18; before, the block device.
#include <linux/blkdev.h>

int getgeo(struct gendisk *, struct hd_geometry *);

const struct block_device_operations probe = { .getgeo = getgeo };
