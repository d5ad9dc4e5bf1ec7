/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Up to 6.9 a queue's cgroups have timers whether or not anything is throttled, and a tick after
 * its disk has been deleted they go off (blk_throtl_cancel_bios()). What they look at is freed
 * with the disk; where they come late (a virtual CPU that is not run, a long interrupt), nothing
 * but the missing root group of a queue without a disk makes them leave at once
 * (throtl_pending_timer_fn()). A new disk of the same queue gives it one: then they read freed
 * memory. Seen twice as a panic of 6.1 when a SCSI device was bound again.
 *
 * From 6.10 on there is nothing to wait for where nobody has set a limit; 6.11 is what a probe
 * can tell, and 6.10 waits for nothing.
 */
#ifndef MPATH_COMPAT_THROTTLE_H
#define MPATH_COMPAT_THROTTLE_H

#include "compat_features.h"

#if MPATH_HAVE_QUEUE_LIMITS_FEATURES

static inline void mpath_compat_wait_for_throttle_timers(void) {}

#else

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct mpath_compat_tick {
	struct timer_list timer;
	struct completion went_off;
};

static inline void mpath_compat_tick_done(struct timer_list *timer)
{
	struct mpath_compat_tick *tick = from_timer(tick, timer, timer);

	complete(&tick->went_off);
}

/*
 * Until each timer that was due a tick after the caller's last step has run. A CPU runs its timers
 * in the order of their time, so one that is due later, on each of them, tells. Context: process.
 */
static inline void mpath_compat_wait_for_throttle_timers(void)
{
	struct mpath_compat_tick *ticks = kcalloc(nr_cpu_ids, sizeof(*ticks), GFP_KERNEL);
	int cpu;

	if (!ticks) {
		/* Late by so much they never were. */
		msleep(100);
		return;
	}
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		init_completion(&ticks[cpu].went_off);
		timer_setup(&ticks[cpu].timer, mpath_compat_tick_done, 0);
		ticks[cpu].timer.expires = jiffies + 2;
		add_timer_on(&ticks[cpu].timer, cpu);
	}
	for_each_online_cpu(cpu) {
		wait_for_completion(&ticks[cpu].went_off);
		/* It may still be on its way out of the timer's function. */
		del_timer_sync(&ticks[cpu].timer);
	}
	cpus_read_unlock();
	kfree(ticks);
}

#endif /* MPATH_HAVE_QUEUE_LIMITS_FEATURES */

#endif /* MPATH_COMPAT_THROTTLE_H */
