// SPDX-License-Identifier: GPL-2.0
/* Deferred work. All workqueues have a rescuer: paging may wait for what they do. */
#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "port.h"
#include "shim.h"

struct mpk_work {
	struct delayed_work work;
	struct workqueue_struct *queue;
	void (*fn)(void *arg);
	void *arg;
};

static struct workqueue_struct *mpk_queues[4];

static void mpk_work_run(struct work_struct *work)
{
	struct mpk_work *mine = container_of(to_delayed_work(work), struct mpk_work, work);
	/* Reclaim may wait for I/O that waits for what this finds out. */
	unsigned int noio = memalloc_noio_save();
	unsigned int reserve;

	if (mine->queue != mpk_queues[MPATH_WORK_PROBE]) {
		mine->fn(mine->arg);
	} else {
		/*
		 * All I/O may wait for a probe, and then there is no other memory to be had than the
		 * reserve, which is for those who free some. A probe needs little of it, and not for
		 * long: a command is under way, a few hundred bytes, and no more than one per path.
		 */
		reserve = memalloc_noreclaim_save();
		mine->fn(mine->arg);
		memalloc_noreclaim_restore(reserve);
	}
	memalloc_noio_restore(noio);
}

struct mpk_work *mpk_work_create(enum mpath_work_kind kind, void (*fn)(void *arg), void *arg)
{
	struct mpk_work *work = kzalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return NULL;
	INIT_DELAYED_WORK(&work->work, mpk_work_run);
	work->queue = mpk_queues[kind];
	work->fn = fn;
	work->arg = arg;
	return work;
}

void mpk_work_destroy(struct mpk_work *work)
{
	cancel_delayed_work_sync(&work->work);
	kfree(work);
}

void mpk_work_kick(struct mpk_work *work)
{
	mod_delayed_work(work->queue, &work->work, 0);
}

void mpk_work_arm(struct mpk_work *work, u32 ms)
{
	unsigned long delay = msecs_to_jiffies(ms);
	unsigned long due = jiffies + delay;

	if (queue_delayed_work(work->queue, &work->work, delay))
		return;
	/* A timer that fires between the look and the change is put off, but not beyond @ms. */
	if (timer_pending(&work->work.timer) && time_before(due, work->work.timer.expires))
		mod_delayed_work(work->queue, &work->work, delay);
}

void mpk_work_cancel(struct mpk_work *work)
{
	cancel_delayed_work_sync(&work->work);
}

int mpk_work_init(void)
{
	static const struct {
		const char *name;
		unsigned int flags;
	} queues[] = {
		/* As the block layer's own: what has failed goes on before what is new comes. */
		[MPATH_WORK_REQUEUE] = { "mpath-wq", WQ_SYSFS | WQ_HIGHPRI },
		[MPATH_WORK_SEND] = { "mpath-send", WQ_HIGHPRI },
		[MPATH_WORK_PROBE] = { "mpath-probe" },
		[MPATH_WORK_NEWS] = { "mpath-news" },
	};
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(queues) != ARRAY_SIZE(mpk_queues));
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		mpk_queues[i] = alloc_workqueue("%s", WQ_UNBOUND | WQ_MEM_RECLAIM | queues[i].flags,
						0, queues[i].name);
		if (!mpk_queues[i]) {
			mpk_work_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void mpk_work_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mpk_queues); i++)
		if (mpk_queues[i])
			destroy_workqueue(mpk_queues[i]);
}
