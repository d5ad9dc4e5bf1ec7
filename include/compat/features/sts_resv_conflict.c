// SPDX-License-Identifier: GPL-2.0
// Since 6.5; before, BLK_STS_NEXUS.
#include <linux/blk_types.h>

blk_status_t probe = BLK_STS_RESV_CONFLICT;
