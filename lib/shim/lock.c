// SPDX-License-Identifier: GPL-2.0
/*
 * Locks and the read side. Each class goes through an init macro of its own, so that
 * lockdep tells them apart: all locks of one init site are one class.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "port.h"

struct mpk_mutex {
	struct mutex mutex;
};

struct mpk_spinlock {
	spinlock_t lock;
};

struct mpk_mutex *mpk_mutex_create(enum mpath_lock_class cls)
{
	struct mpk_mutex *mutex = kzalloc(sizeof(*mutex), GFP_KERNEL);

	if (!mutex)
		return NULL;
	switch (cls) {
	case MPATH_LOCK_RESERVATION:
		mutex_init(&mutex->mutex);
		return mutex;
	case MPATH_LOCK_PATHS:
		mutex_init(&mutex->mutex);
		return mutex;
	case MPATH_LOCK_PORTS:
		mutex_init(&mutex->mutex);
		return mutex;
	case MPATH_LOCK_REQUEUE:
		break;
	}
	kfree(mutex);
	return NULL;
}

void mpk_mutex_destroy(struct mpk_mutex *mutex)
{
	mutex_destroy(&mutex->mutex);
	kfree(mutex);
}

void mpk_mutex_lock(struct mpk_mutex *mutex)
{
	mutex_lock(&mutex->mutex);
}

void mpk_mutex_unlock(struct mpk_mutex *mutex)
{
	mutex_unlock(&mutex->mutex);
}

struct mpk_spinlock *mpk_spinlock_create(enum mpath_lock_class cls)
{
	struct mpk_spinlock *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return NULL;
	switch (cls) {
	case MPATH_LOCK_REQUEUE:
		spin_lock_init(&lock->lock);
		return lock;
	case MPATH_LOCK_RESERVATION:
	case MPATH_LOCK_PATHS:
	case MPATH_LOCK_PORTS:
		break;
	}
	kfree(lock);
	return NULL;
}

void mpk_spinlock_destroy(struct mpk_spinlock *lock)
{
	kfree(lock);
}

unsigned long mpk_spin_lock_irqsave(struct mpk_spinlock *lock) __acquires(&lock->lock)
{
	unsigned long flags;

	spin_lock_irqsave(&lock->lock, flags);
	return flags;
}

void mpk_spin_unlock_irqrestore(struct mpk_spinlock *lock, unsigned long flags)
	__releases(&lock->lock)
{
	spin_unlock_irqrestore(&lock->lock, flags);
}

void mpk_read_lock(void) __acquires(RCU)
{
	rcu_read_lock();
}

void mpk_read_unlock(void) __releases(RCU)
{
	rcu_read_unlock();
}

/* For sections without preemption, too: see read.h. */
void mpk_synchronize(void)
{
	synchronize_rcu();
}
