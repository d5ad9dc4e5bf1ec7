// SPDX-License-Identifier: GPL-2.0
// Guards: holding one is what entitles code to what it protects. A function that
// needs a lock takes the guard as a parameter and does not take the lock again.
#pragma once

#include "port.h"

namespace mpath {

// A read section of the path list. A path found under it stays allocated, and its
// reference can be taken, until the guard goes.
class [[nodiscard]] ReadGuard {
public:
	enum Held { held };

	ReadGuard() noexcept { mpk_read_lock(); }
	// The caller's, which outlasts this.
	explicit ReadGuard(Held) noexcept : ours_(false) {}
	~ReadGuard()
	{
		if (ours_)
			mpk_read_unlock();
	}
	ReadGuard(const ReadGuard &) = delete;
	ReadGuard &operator=(const ReadGuard &) = delete;

private:
	const bool ours_ = true;
};

class [[nodiscard]] MutexGuard {
public:
	explicit MutexGuard(mpk_mutex *mutex) noexcept : mutex_(mutex) { mpk_mutex_lock(mutex_); }
	~MutexGuard() { mpk_mutex_unlock(mutex_); }
	MutexGuard(const MutexGuard &) = delete;
	MutexGuard &operator=(const MutexGuard &) = delete;

private:
	mpk_mutex *mutex_;
};

// Interrupts are off while it is held: completions run in any context.
class [[nodiscard]] SpinGuard {
public:
	explicit SpinGuard(mpk_spinlock *lock) noexcept
		: lock_(lock), flags_(mpk_spin_lock_irqsave(lock))
	{
	}
	~SpinGuard() { mpk_spin_unlock_irqrestore(lock_, flags_); }
	SpinGuard(const SpinGuard &) = delete;
	SpinGuard &operator=(const SpinGuard &) = delete;

private:
	mpk_spinlock *lock_;
	unsigned long flags_;
};

} // namespace mpath
