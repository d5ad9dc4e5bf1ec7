// SPDX-License-Identifier: GPL-2.0
// Must not compile: a wrong prototype has to be an error.
#include <linux/blkdev.h>

int open(struct kobject *, int);

const struct block_device_operations probe = { .open = open };
