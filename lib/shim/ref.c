// SPDX-License-Identifier: GPL-2.0
/* References that cost no shared cache line while they are in use. */
#include <linux/completion.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>

#include "port.h"

struct mpk_ref {
	struct percpu_ref ref;
	struct completion drained;
};

/* Context: any; the last thing that happens to the reference. */
static void mpk_ref_release(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct mpk_ref, ref)->drained);
}

struct mpk_ref *mpk_ref_create(void)
{
	struct mpk_ref *ref = kzalloc(sizeof(*ref), GFP_KERNEL);

	if (!ref)
		return NULL;
	init_completion(&ref->drained);
	/* Without the flag the end of mpk_ref_drain_soon()'s switch would count as the kill. */
	if (percpu_ref_init(&ref->ref, mpk_ref_release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL)) {
		kfree(ref);
		return NULL;
	}
	return ref;
}

void mpk_ref_destroy(struct mpk_ref *ref)
{
	percpu_ref_exit(&ref->ref);
	kfree(ref);
}

void mpk_ref_get(struct mpk_ref *ref)
{
	percpu_ref_get(&ref->ref);
}

void mpk_ref_put(struct mpk_ref *ref)
{
	percpu_ref_put(&ref->ref);
}

void mpk_ref_drain_soon(struct mpk_ref *ref)
{
	percpu_ref_switch_to_atomic(&ref->ref, NULL);
}

void mpk_ref_drain(struct mpk_ref *ref)
{
	percpu_ref_kill(&ref->ref);
	wait_for_completion(&ref->drained);
}
