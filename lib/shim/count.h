/* SPDX-License-Identifier: GPL-2.0 */
/* Counting what a path has in flight, without a call for those that do it for every I/O. */
#ifndef MPATH_SHIM_COUNT_H
#define MPATH_SHIM_COUNT_H

#include <linux/percpu.h>

#include "port.h"

static inline struct mpath_io_counts __percpu *mpk_counts(struct mpk_percpu *percpu)
{
	return (__force struct mpath_io_counts __percpu *)percpu;
}

/* mpk_count_back() */
static inline void mpk_count_back_here(struct mpk_percpu *percpu, u32 epoch)
{
	/* For a store that is no atomic of its own; nothing but the compiler's on x86. */
	smp_mb__before_atomic();
	this_cpu_dec(mpk_counts(percpu)->in_flight[epoch]);
}

#endif /* MPATH_SHIM_COUNT_H */
