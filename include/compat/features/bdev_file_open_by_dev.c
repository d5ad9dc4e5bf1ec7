// SPDX-License-Identifier: GPL-2.0
// Since 6.9 an open block device is a file.
#include <linux/blkdev.h>

struct file *(*probe)(dev_t, blk_mode_t, void *,
		      const struct blk_holder_ops *) = bdev_file_open_by_dev;
