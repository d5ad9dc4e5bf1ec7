// SPDX-License-Identifier: GPL-2.0
// Since 6.13 (and 6.12.y) a plug knows both ends of its requests, and new ones come last.
#include <linux/blkdev.h>

struct request *probe(struct blk_plug *plug)
{
	return plug->mq_list.tail;
}
