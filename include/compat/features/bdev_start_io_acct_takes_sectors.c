// SPDX-License-Identifier: GPL-2.0
// Until 6.2.
#include <linux/blkdev.h>

unsigned long (*probe)(struct block_device *, unsigned int, enum req_op,
		       unsigned long) = bdev_start_io_acct;
