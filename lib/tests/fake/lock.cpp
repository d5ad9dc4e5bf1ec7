// SPDX-License-Identifier: GPL-2.0
// Locks and the read side. Kind: imitates, and checks the lock order.
//
// The read side is the smallest that really waits: each reader says in a slot of its own
// since which epoch it reads, and a grace period waits for the slots of older epochs. TSan
// sees the order through the slots, and nothing but the slots connects readers with the
// one who waits.
#include "fake/internal.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>

using mpath::fake::Call;
using mpath::fake::Context;
using mpath::fake::context;
using mpath::fake::Port;

namespace {

struct alignas(64) Slot {
	std::atomic<bool> taken{false};
	std::atomic<u64> since{0}; // 0: not reading
};

std::array<Slot, 64> slots;
std::atomic<u64> epoch{1};

int take_reader_slot()
{
	for (std::size_t i = 0; i < slots.size(); i++) {
		bool free = false;

		if (slots[i].taken.compare_exchange_strong(free, true))
			return static_cast<int>(i);
	}
	mpath::fake::die("too many readers");
}

class Lock {
public:
	Lock(mpath_lock_class cls) : cls_(cls) {}

	void lock()
	{
		Context &here = context();

		if (owner_.load(std::memory_order_relaxed) == std::this_thread::get_id())
			mpath::fake::die("deadlock: the lock is held by what it would wait for");
		for (const int held : here.locks)
			if (held >= cls_)
				mpath::fake::violation("locks are taken in the wrong order");
		mutex_.lock();
		owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
		here.locks.push_back(cls_);
	}
	void unlock()
	{
		Context &here = context();

		if (here.locks.empty() || here.locks.back() != cls_)
			mpath::fake::die("unlocked what is not the innermost lock");
		here.locks.pop_back();
		owner_.store(std::thread::id(), std::memory_order_relaxed);
		mutex_.unlock();
	}

private:
	const mpath_lock_class cls_;
	std::mutex mutex_;
	std::atomic<std::thread::id> owner_{};
};

template <typename T>
T *create(mpath_lock_class cls)
{
	if (mpath::fake::allocation_fails())
		return nullptr;
	mpath::fake::count_objects(1);
	return new T(cls);
}

} // namespace

struct mpk_mutex : Lock {
	using Lock::Lock;
};

struct mpk_spinlock : Lock {
	using Lock::Lock;
};

void mpath::fake::release_reader_slot(int slot)
{
	slots[static_cast<std::size_t>(slot)].taken.store(false);
}

mpk_mutex *mpk_mutex_create(mpath_lock_class cls) noexcept
{
	Call call(Port::mutex_create);

	mpath::fake::might_sleep("mpk_mutex_create");
	return create<mpk_mutex>(cls);
}

void mpk_mutex_destroy(mpk_mutex *mutex) noexcept
{
	Call call(Port::mutex_destroy);

	mpath::fake::count_objects(-1);
	delete mutex;
}

void mpk_mutex_lock(mpk_mutex *mutex) noexcept
{
	Call call(Port::mutex_lock);

	mpath::fake::might_sleep("mpk_mutex_lock");
	mutex->lock();
}

void mpk_mutex_unlock(mpk_mutex *mutex) noexcept
{
	Call call(Port::mutex_unlock);

	mutex->unlock();
}

mpk_spinlock *mpk_spinlock_create(mpath_lock_class cls) noexcept
{
	Call call(Port::spinlock_create);

	mpath::fake::might_sleep("mpk_spinlock_create");
	return create<mpk_spinlock>(cls);
}

void mpk_spinlock_destroy(mpk_spinlock *lock) noexcept
{
	Call call(Port::spinlock_destroy);

	mpath::fake::count_objects(-1);
	delete lock;
}

unsigned long mpk_spin_lock_irqsave(mpk_spinlock *lock) noexcept
{
	Call call(Port::spin_lock);

	lock->lock();
	return 0x1ef;
}

void mpk_spin_unlock_irqrestore(mpk_spinlock *lock, unsigned long flags) noexcept
{
	Call call(Port::spin_unlock);

	if (flags != 0x1ef)
		mpath::fake::violation("the interrupt flags are not those of the lock");
	lock->unlock();
}

void mpath::fake::read_lock(Call::By by)
{
	Call call(Port::read_lock, by);
	Context &here = context();

	if (here.read_depth++)
		return;
	if (here.reader_slot < 0)
		here.reader_slot = take_reader_slot();
	// A full barrier: what is read from now on is read after the slot says so.
	slots[static_cast<std::size_t>(here.reader_slot)].since.exchange(epoch.load());
}

void mpath::fake::read_unlock(Call::By by)
{
	Call call(Port::read_unlock, by);
	Context &here = context();

	if (!here.read_depth)
		mpath::fake::die("a read section ends that did not begin");
	if (--here.read_depth == 0)
		slots[static_cast<std::size_t>(here.reader_slot)].since.store(
			0, std::memory_order_release);
}

void mpk_read_lock() noexcept
{
	mpath::fake::read_lock(Call::core);
}

void mpk_read_unlock() noexcept
{
	mpath::fake::read_unlock(Call::core);
}

void mpk_synchronize() noexcept
{
	Call call(Port::synchronize);

	mpath::fake::might_sleep("mpk_synchronize");
#ifdef MPATH_MUTANT_NO_SYNCHRONIZE
	return;
#endif
	for (const Context *c = &context(); c; c = c->interrupted)
		if (c->read_depth)
			mpath::fake::die("deadlock: the grace period waits for its own caller");

	const u64 now = epoch.fetch_add(1) + 1;

	for (auto &slot : slots)
		for (u64 since = slot.since.load(); since && since < now; since = slot.since.load())
			std::this_thread::yield();
}
