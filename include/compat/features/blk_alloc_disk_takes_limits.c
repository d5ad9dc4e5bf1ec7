// SPDX-License-Identifier: GPL-2.0
// Since 6.9 the limits are an argument.
#include <linux/blkdev.h>

struct gendisk *probe(struct queue_limits *limits, int node)
{
	return blk_alloc_disk(limits, node);
}
