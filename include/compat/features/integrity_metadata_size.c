// SPDX-License-Identifier: GPL-2.0
// Since 6.17 a profile tells the metadata of an interval from the tuple in it.
#include <linux/blkdev.h>

unsigned int probe(const struct blk_integrity *integrity)
{
	return integrity->metadata_size;
}
