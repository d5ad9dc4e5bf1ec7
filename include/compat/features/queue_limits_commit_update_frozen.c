// SPDX-License-Identifier: GPL-2.0
// Freezes the queue itself; 6.14, and back-ported to stable kernels.
#include <linux/blkdev.h>

int (*probe)(struct request_queue *, struct queue_limits *) = queue_limits_commit_update_frozen;
