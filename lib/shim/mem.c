// SPDX-License-Identifier: GPL-2.0
/* Memory of the core's objects. */
#include <linux/log2.h>
#include <linux/slab.h>

#include "port.h"

void *mpk_alloc(size_t size)
{
	/*
	 * The core's objects keep hot and cold fields on cache lines of their own. Only a
	 * power of two is sure to be aligned to its size.
	 */
	return kzalloc(roundup_pow_of_two(size), GFP_KERNEL);
}

void mpk_free(void *memory)
{
	kfree(memory);
}
