// SPDX-License-Identifier: GPL-2.0
/* Memory of the core's objects. */
#include <linux/log2.h>
#include <linux/slab.h>

#include "port.h"
#include "shim.h"

static struct kmem_cache *mpk_objects[MPATH_OBJECTS];

void *mpk_alloc(size_t size)
{
	/*
	 * Some keep fields on a cache line of their own. Only a power of two is sure to be
	 * aligned to its size.
	 */
	return kzalloc(roundup_pow_of_two(size), GFP_KERNEL);
}

void mpk_free(void *memory)
{
	kfree(memory);
}

void *mpk_object_alloc(enum mpath_object kind)
{
	return kmem_cache_zalloc(mpk_objects[kind], GFP_KERNEL);
}

void mpk_object_free(enum mpath_object kind, void *memory)
{
	kmem_cache_free(mpk_objects[kind], memory);
}

int mpk_mem_init(void)
{
	static const char *const names[] = {
		[MPATH_OBJECT_HEAD] = "mpath_head",
		[MPATH_OBJECT_DEVICE] = "mpath_device",
	};
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(names) != MPATH_OBJECTS);
	for (i = 0; i < MPATH_OBJECTS; i++) {
		mpk_objects[i] = kmem_cache_create(names[i], mpath_object_size(i), 0,
						   SLAB_HWCACHE_ALIGN, NULL);
		if (!mpk_objects[i]) {
			mpk_mem_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void mpk_mem_exit(void)
{
	unsigned int i;

	for (i = 0; i < MPATH_OBJECTS; i++)
		kmem_cache_destroy(mpk_objects[i]);
}
