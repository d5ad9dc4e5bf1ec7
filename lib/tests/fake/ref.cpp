// SPDX-License-Identifier: GPL-2.0
// References. Kind: imitates percpu_ref; taking one after the drain began is a violation.
#include "fake/internal.hpp"

#include <condition_variable>
#include <mutex>

using mpath::fake::Call;
using mpath::fake::Port;

namespace {

// Not part of the reference: who gives the last one back must not touch it afterwards.
std::mutex drained_lock;
std::condition_variable drained;
std::function<void()> blocked_drain;

} // namespace

struct mpk_ref {
	std::atomic<long> count{1};
	std::atomic<bool> killed{false};

	void put()
	{
		const long before = count.fetch_sub(1, std::memory_order_acq_rel);

		if (before < 1)
			mpath::fake::die("a reference is given back that was not taken");
		if (before == 1) {
			std::lock_guard guard(drained_lock);

			drained.notify_all();
		}
	}
};

void mpath::fake::at_blocked_drain(std::function<void()> hook)
{
	blocked_drain = std::move(hook);
}

void mpath::fake::drain_is_blocked()
{
	auto hook = std::move(blocked_drain);

	blocked_drain = nullptr;
	if (hook)
		hook();
}

mpk_ref *mpk_ref_create() noexcept
{
	Call call(Port::ref_create);

	mpath::fake::might_sleep("mpk_ref_create");
	if (mpath::fake::allocation_fails())
		return nullptr;
	mpath::fake::count_objects(1);
	return new mpk_ref;
}

void mpk_ref_destroy(mpk_ref *ref) noexcept
{
	Call call(Port::ref_destroy);
	const long left = ref->count.load(std::memory_order_acquire);

	if (left > 1 || (left == 1 && ref->killed))
		mpath::fake::violation("a reference in use is destroyed");
	mpath::fake::count_objects(-1);
	delete ref;
}

void mpk_ref_get(mpk_ref *ref) noexcept
{
	Call call(Port::ref_get);

	if (ref->killed.load(std::memory_order_relaxed))
		mpath::fake::violation("a reference is taken after the drain began");
	ref->count.fetch_add(1, std::memory_order_relaxed);
}

void mpk_ref_put(mpk_ref *ref) noexcept
{
	Call call(Port::ref_put);

	ref->put();
}

void mpk_ref_drain_soon(mpk_ref *ref) noexcept
{
	Call call(Port::ref_drain_soon);

	mpath::fake::might_sleep("mpk_ref_drain_soon");
	if (ref->killed.load(std::memory_order_relaxed))
		mpath::fake::violation("a reference is to be drained once more");
}

void mpk_ref_drain(mpk_ref *ref) noexcept
{
	Call call(Port::ref_drain);

	mpath::fake::might_sleep("mpk_ref_drain");
	if (ref->killed.exchange(true))
		mpath::fake::violation("drained twice");
	ref->put();
	if (ref->count.load(std::memory_order_acquire))
		mpath::fake::drain_is_blocked();

	std::unique_lock guard(drained_lock);

	if (!drained.wait_for(guard, std::chrono::seconds(20),
			      [ref] { return ref->count.load(std::memory_order_acquire) == 0; }))
		mpath::fake::die("deadlock: nobody gives the references back");
}
