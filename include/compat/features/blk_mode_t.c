// SPDX-License-Identifier: GPL-2.0
// Since 6.5; before, the file's fmode_t.
#include <linux/blkdev.h>

blk_mode_t probe = BLK_OPEN_READ | BLK_OPEN_EXCL;
