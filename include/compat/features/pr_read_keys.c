// SPDX-License-Identifier: GPL-2.0
// Since 6.5, with pr_read_reservation.
#include <linux/blkdev.h>
#include <linux/pr.h>

int probe(const struct pr_ops *ops, struct block_device *bdev, struct pr_keys *keys)
{
	return ops->pr_read_keys(bdev, keys);
}
