// SPDX-License-Identifier: GPL-2.0
// Guards: holding one is what entitles code to what it protects. A function that
// needs a lock takes the guard as a parameter and does not take the lock again.
#pragma once

#include "port.h"

namespace mpath {

// Who has this is in a read section of the path list: a path found under it stays allocated, and
// its reference can be taken, until that ends.
class ReadSection {
public:
	enum Held { held };

	// It is the caller's caller's.
	explicit ReadSection(Held) noexcept {}
	ReadSection(const ReadSection &) = delete;
	ReadSection &operator=(const ReadSection &) = delete;

protected:
	ReadSection() noexcept = default;
};

class [[nodiscard]] ReadGuard : public ReadSection {
public:
	ReadGuard() noexcept { mpk_read_lock(); }
	~ReadGuard() { mpk_read_unlock(); }
	ReadGuard(const ReadGuard &) = delete;
	ReadGuard &operator=(const ReadGuard &) = delete;
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
