// SPDX-License-Identifier: GPL-2.0
// Since 6.10 a block_device knows its page cache and not its inode.
#include <linux/blkdev.h>

struct inode *probe(struct block_device *bdev)
{
	return bdev->bd_mapping->host;
}
