// SPDX-License-Identifier: GPL-2.0
// Deferred work and the clock it runs by. Kind: imitates; runs when the test says so, or on
// threads.
#include "fake/internal.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using mpath::fake::Call;
using mpath::fake::context;
using mpath::fake::Port;

namespace {

std::mutex lock;
std::condition_variable changed;
std::vector<mpk_work *> items;
std::vector<std::thread> workers;
bool stopping;
u64 next_kick;
bool runs_at_cancel;

// Not 0: the core reads that as "never".
constexpr u64 kBoot = 1000000;

std::atomic<u64> virtual_now{kBoot};
std::atomic<u64> fraction_ns{0};
std::atomic<u64> wall_speed{0};
std::chrono::steady_clock::time_point wall_start;

// More than any test needs; what runs more often kicks itself for ever.
constexpr int kLivelock = 20000;

u64 now()
{
	const u64 speed = wall_speed.load(std::memory_order_relaxed);

	if (!speed)
		return virtual_now.load(std::memory_order_relaxed);

	const auto passed = std::chrono::steady_clock::now() - wall_start;
	const auto us = std::chrono::duration_cast<std::chrono::microseconds>(passed).count();

	return kBoot + static_cast<u64>(us) * speed / 1000;
}

} // namespace

struct mpk_work {
	mpath_work_kind kind;
	void (*fn)(void *arg);
	void *arg;
	std::optional<u64> due; // when it runs
	u64 kicked = 0;         // among those due, the first kicked runs first
	bool running = false;
	bool held = false;
	int cancelling = 0;

	bool is_due() const { return due && *due <= now(); }
	bool ready() const { return is_due() && !running && !held; }
};

namespace {

// Context: lock held.
void schedule(mpk_work *work, u64 when)
{
	// As cancel_delayed_work_sync(): nobody can start it while somebody cancels it.
	if (work->cancelling)
		return;
	work->due = when;
	work->kicked = next_kick++;
	changed.notify_all();
}

// Of this kind, if one is named.
mpk_work *first_ready(std::optional<mpath_work_kind> kind = {})
{
	mpk_work *first = nullptr;

	for (mpk_work *work : items)
		if (work->ready() && (!kind || work->kind == kind) &&
		    (!first ||
		     std::tie(*work->due, work->kicked) < std::tie(*first->due, first->kicked)))
			first = work;
	return first;
}

// Context: lock held, let go meanwhile. On a CPU of its own: a work item inherits nothing.
void run(mpk_work *work, std::unique_lock<std::mutex> &guard)
{
	work->due.reset();
	work->running = true;
	guard.unlock();
	mpath::fake::on_another_cpu([work] {
		context().work = work;
		work->fn(work->arg);
	});
	guard.lock();
	work->running = false;
	changed.notify_all();
}

void worker()
{
	std::unique_lock guard(lock);

	while (!stopping) {
		if (mpk_work *work = first_ready())
			run(work, guard);
		else
			changed.wait_for(guard, std::chrono::milliseconds(1));
	}
}

// Context: lock held.
void cancel(mpk_work *work, std::unique_lock<std::mutex> &guard)
{
	work->cancelling++;
	if (runs_at_cancel && work->ready())
		run(work, guard);
	work->due.reset();
	for (const auto *c = &context(); c; c = c->interrupted)
		if (c->work == work)
			mpath::fake::die("deadlock: a work item waits for its own end");
#ifndef MPATH_MUTANT_CANCEL_DOES_NOT_WAIT
	if (!changed.wait_for(guard, std::chrono::seconds(20), [work] { return !work->running; }))
		mpath::fake::die("deadlock: a work item that is cancelled does not end");
#endif
	work->due.reset();
	work->cancelling--;
}

mpk_work *of(const void *arg, std::optional<mpath_work_kind> kind = {})
{
	for (mpk_work *work : items)
		if (work->arg == arg && (!kind || work->kind == kind))
			return work;
	mpath::fake::die("no such work item");
}

} // namespace

namespace mpath::fake {

void reset_work()
{
	items.clear();
	next_kick = 0;
	runs_at_cancel = false;
	virtual_now = kBoot;
	fraction_ns = 0;
	wall_speed = 0;
	at_blocked_drain(nullptr);
}

void run_work()
{
	std::unique_lock guard(lock);

	for (int i = 0; mpk_work *work = first_ready(); i++) {
		if (i == kLivelock)
			die("livelock: work kicks itself for ever");
		run(work, guard);
	}
}

bool run_work_of(const void *arg)
{
	std::unique_lock guard(lock);
	mpk_work *work = of(arg);

	if (!work->ready())
		return false;
	run(work, guard);
	// What it has put by for paths goes: to a test that is one step.
	while (mpk_work *sender = first_ready(MPATH_WORK_SEND))
		run(sender, guard);
	return true;
}

void hold_work(const void *arg, std::optional<mpath_work_kind> kind)
{
	std::unique_lock guard(lock);

	of(arg, kind)->held = true;
}

void release_work(const void *arg, std::optional<mpath_work_kind> kind)
{
	std::unique_lock guard(lock);

	of(arg, kind)->held = false;
}

bool work_due(const void *arg)
{
	std::unique_lock guard(lock);

	return of(arg)->is_due();
}

std::optional<u64> work_due_in(const void *arg)
{
	std::unique_lock guard(lock);
	const mpk_work *work = of(arg);

	if (!work->due)
		return std::nullopt;
	return *work->due - std::min(*work->due, now());
}

mpath_work_kind work_kind(const void *arg)
{
	std::unique_lock guard(lock);

	return of(arg)->kind;
}

u64 now_ms()
{
	return now();
}

void advance_ms(u64 ms)
{
	const u64 until = now() + ms;

	for (;;) {
		run_work();

		std::optional<u64> next;

		{
			std::unique_lock guard(lock);

			for (const mpk_work *work : items)
				if (work->due && !work->held && *work->due <= until &&
				    (!next || *work->due < *next))
					next = work->due;
		}
		if (!next)
			break;
		virtual_now = *next;
	}
	virtual_now = until;
}

void skip_ms(u64 ms)
{
	virtual_now += ms;
}

void set_fraction_ns(u64 ns)
{
	fraction_ns = ns;
}

void due_work_runs_at_cancel(bool yes)
{
	runs_at_cancel = yes;
}

void start_workers(unsigned nr, u64 speed)
{
	wall_start = std::chrono::steady_clock::now();
	wall_speed = speed;
	stopping = false;
	for (unsigned i = 0; i < nr; i++)
		workers.emplace_back(worker);
}

bool has_workers()
{
	std::unique_lock guard(lock);

	return !workers.empty();
}

void stop_workers()
{
	{
		std::unique_lock guard(lock);

		stopping = true;
		changed.notify_all();
	}
	for (auto &thread : workers)
		thread.join();
	workers.clear();
}

void wait_for_idle_workers()
{
	std::unique_lock guard(lock);

	const auto idle = [] {
		return std::none_of(items.begin(), items.end(), [](const mpk_work *work) {
			return work->running || work->ready();
		});
	};

	if (!changed.wait_for(guard, std::chrono::seconds(20), idle))
		die("livelock: the work does not come to an end");
}

} // namespace mpath::fake

mpk_work *mpk_work_create(mpath_work_kind kind, void (*fn)(void *arg), void *arg) noexcept
{
	Call call(Port::work_create);

	mpath::fake::might_sleep("mpk_work_create");
	if (mpath::fake::allocation_fails())
		return nullptr;
	mpath::fake::count_objects(1);

	auto *work = new mpk_work{kind, fn, arg, {}};
	std::unique_lock guard(lock);

	items.push_back(work);
	return work;
}

void mpk_work_destroy(mpk_work *work) noexcept
{
	Call call(Port::work_destroy);

	mpath::fake::might_sleep("mpk_work_destroy");
	{
		std::unique_lock guard(lock);

		cancel(work, guard);
		items.erase(std::find(items.begin(), items.end(), work));
	}
	mpath::fake::count_objects(-1);
	delete work;
}

void mpk_work_kick(mpk_work *work) noexcept
{
	Call call(Port::work_kick);
	std::unique_lock guard(lock);

	if (!work->due || *work->due > now())
		schedule(work, now());
}

void mpk_work_arm(mpk_work *work, u32 ms) noexcept
{
	Call call(Port::work_arm);
	std::unique_lock guard(lock);

	if (!work->due || *work->due > now() + ms)
		schedule(work, now() + ms);
}

void mpk_work_cancel(mpk_work *work) noexcept
{
	Call call(Port::work_cancel);

	mpath::fake::might_sleep("mpk_work_cancel");

	std::unique_lock guard(lock);

	cancel(work, guard);
}

u64 mpk_now_ms() noexcept
{
	Call call(Port::now_ms);

	return now();
}

u64 mpath::fake::now_ns()
{
	return now() * 1000000 + fraction_ns.load(std::memory_order_relaxed);
}

// As where a tick is a millisecond.
u32 mpath::fake::ticks()
{
	return static_cast<u32>(now());
}

u64 mpk_now_ns() noexcept
{
	Call call(Port::now_ns);

	return mpath::fake::now_ns();
}

u32 mpk_ticks() noexcept
{
	Call call(Port::ticks);

	return mpath::fake::ticks();
}

// Others may run meanwhile, but no work item does that nobody runs.
void mpk_msleep(u32 ms) noexcept
{
	Call call(Port::msleep);

	mpath::fake::might_sleep("mpk_msleep");

	const u64 speed = wall_speed.load(std::memory_order_relaxed);

	if (speed)
		std::this_thread::sleep_for(std::chrono::microseconds(ms * 1000 / speed));
	else
		virtual_now += ms;
}
