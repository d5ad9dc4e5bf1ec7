/* SPDX-License-Identifier: GPL-2.0 */
/* Counting what a path has in flight, without a call for those that do it for every I/O. */
#ifndef MPATH_SHIM_COUNT_H
#define MPATH_SHIM_COUNT_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/percpu.h>

#include "port.h"

/*
 * What port.h calls a struct mpk_percpu is the kernel's per-CPU pointer. By way of a number, for
 * where newer kernels meet gcc 14 the compiler itself holds it apart from other pointers.
 */
static inline void __percpu *mpk_percpu_in(struct mpk_percpu *percpu)
{
	return (void __percpu *)(uintptr_t)percpu;
}

static inline struct mpath_io_counts __percpu *mpk_counts(struct mpk_percpu *percpu)
{
	return mpk_percpu_in(percpu);
}

/* mpk_count_sent() */
static __always_inline void mpk_count_sent_here(struct mpath_head *head,
						struct mpath_device *device, struct mpath_io *io)
{
	const struct mpath_device_front *path = mpath_device_front_of(device);
	struct mpath_io_counts __percpu *counts = mpk_counts(path->counts);
	const size_t direction = io->direction;
	const u32 epoch = READ_ONCE(path->epoch);

	io->epoch = epoch;
	this_cpu_inc(counts->in_flight[epoch]);
	this_cpu_add(counts->sectors[direction], io->sectors);
	/* In two steps, which are cheaper: nobody submits from an interrupt. */
	this_cpu_inc(counts->ios[direction]);
	if (unlikely(this_cpu_read(counts->ios[direction]) % MPATH_MEASURED_OF == 0)) {
		io->sent_ns = ktime_get_ns();
		io->depth = atomic_read((const atomic_t *)path->active);
		io->measured = true;
		io->news = true;
	}
	/* After it was counted: see Watch::look(). */
	if (unlikely(!READ_ONCE(mpath_head_front_of(head)->watched)))
		mpath_head_watch(head);
}

static __always_inline u32 __percpu *mpk_in_flight(const struct mpath_device_front *path, u32 epoch)
{
	return &mpk_counts(path->counts)->in_flight[epoch];
}

/* mpk_count_back() */
static __always_inline void mpk_count_back_here(u32 __percpu *in_flight)
{
	/* For a store that is no atomic of its own; nothing but the compiler's on x86. */
	smp_mb__before_atomic();
	this_cpu_dec(*in_flight);
}

#endif /* MPATH_SHIM_COUNT_H */
