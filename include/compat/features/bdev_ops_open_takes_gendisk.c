// SPDX-License-Identifier: GPL-2.0
// Since 6.5; before, the block device and an fmode_t.
#include <linux/blkdev.h>

int open(struct gendisk *, blk_mode_t);

const struct block_device_operations probe = { .open = open };
