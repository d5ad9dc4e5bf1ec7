/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read section of a bio on its way down, inline. Nothing in it sleeps, so one without preemption
 * will do, which costs three instructions where RCU's costs seventeen; mpk_synchronize() waits for
 * both. With PREEMPT_RT spinlocks do sleep.
 */
#ifndef MPATH_SHIM_READ_H
#define MPATH_SHIM_READ_H

#include <linux/rcupdate.h>

static __always_inline void mpk_read_lock_here(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_lock();
	else
		rcu_read_lock_sched();
}

static __always_inline void mpk_read_unlock_here(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_unlock();
	else
		rcu_read_unlock_sched();
}

#endif /* MPATH_SHIM_READ_H */
