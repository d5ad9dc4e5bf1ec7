// SPDX-License-Identifier: GPL-2.0
// Can a disk be added without looking for partitions?
#include <linux/blkdev.h>

void probe(struct gendisk *disk)
{
	set_bit(GD_SUPPRESS_PART_SCAN, &disk->state);
}
