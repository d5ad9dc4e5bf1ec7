// SPDX-License-Identifier: GPL-2.0
// Since 6.5.
#include <linux/blk_types.h>

blk_status_t probe = BLK_STS_DURATION_LIMIT;
