// SPDX-License-Identifier: GPL-2.0
// Since 6.11 features are bits in the limits, before they were queue flags.
#include <linux/blkdev.h>

void probe(struct queue_limits *limits)
{
	limits->features |= BLK_FEAT_WRITE_CACHE | BLK_FEAT_NOWAIT;
}
