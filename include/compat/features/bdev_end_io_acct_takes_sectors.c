// SPDX-License-Identifier: GPL-2.0
// Since 6.3.
#include <linux/blkdev.h>

void (*probe)(struct block_device *, enum req_op, unsigned int, unsigned long) = bdev_end_io_acct;
