// SPDX-License-Identifier: GPL-2.0
// Until 6.4: exclusive if there is a holder, and no holder operations.
#include <linux/blkdev.h>

struct block_device *(*probe)(dev_t, fmode_t, void *) = blkdev_get_by_dev;
