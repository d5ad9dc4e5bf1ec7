// SPDX-License-Identifier: GPL-2.0
// What belongs to no subsystem: contexts, hooks, allocation failures, the test's frame.
#include "fake/internal.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

namespace mpath::fake {

namespace {

constexpr std::size_t kPorts = static_cast<std::size_t>(Port::count);

// Counted without order: a counter that orders threads would hide their races.
std::array<std::atomic<unsigned long>, kPorts> calls;
std::atomic<long> nr_objects;
std::atomic<unsigned> fail_countdown;

struct Hook {
	std::function<void()> fn;
	std::atomic<bool> set{false};
	std::atomic<bool> once{false};

	void arm(std::function<void()> what, bool only_once)
	{
		fn = std::move(what);
		once.store(only_once, std::memory_order_relaxed);
		set.store(true, std::memory_order_release);
	}
	void run()
	{
		if (!set.load(std::memory_order_acquire))
			return;
		if (once.load(std::memory_order_relaxed) && !set.exchange(false))
			return;
		fn();
	}
};

std::array<Hook, kPorts> hooks_before;
std::array<Hook, kPorts> hooks_after;

thread_local Context root;
thread_local Context *current = &root;

std::size_t index(Port port)
{
	return static_cast<std::size_t>(port);
}

} // namespace

const char *port_name(Port port)
{
	switch (port) {
#define X(name)          \
	case Port::name: \
		return #name;
		MPATH_FAKE_PORTS(X)
#undef X
	case Port::count:
		break;
	}
	return "?";
}

Context::~Context()
{
	if (reader_slot >= 0)
		release_reader_slot(reader_slot);
}

Context &context()
{
	return *current;
}

void on_another_cpu(const std::function<void()> &fn)
{
	Context other;

	other.interrupted = current;
	current = &other;
	fn();
	current = other.interrupted;
	if (other.read_depth || other.completion_depth || !other.locks.empty())
		die("a read section, a completion or a lock is left behind");
}

Call::Call(Port port, By by) : port_(port)
{
	if (by == core)
		calls[index(port)].fetch_add(1, std::memory_order_relaxed);
	hooks_before[index(port)].run();
}

Call::~Call()
{
	hooks_after[index(port_)].run();
}

unsigned long crossings()
{
	unsigned long sum = 0;

	for (const auto &n : calls)
		sum += n.load(std::memory_order_relaxed);
	return sum;
}

unsigned long crossings(Port port)
{
	return calls[index(port)].load(std::memory_order_relaxed);
}

void before(Port port, std::function<void()> hook)
{
	hooks_before[index(port)].arm(std::move(hook), true);
}

void after(Port port, std::function<void()> hook)
{
	hooks_after[index(port)].arm(std::move(hook), true);
}

void before_each(Port port, std::function<void()> hook)
{
	hooks_before[index(port)].arm(std::move(hook), false);
}

void after_each(Port port, std::function<void()> hook)
{
	hooks_after[index(port)].arm(std::move(hook), false);
}

bool hooks_left()
{
	for (std::size_t i = 0; i < kPorts; i++)
		if ((hooks_before[i].set && hooks_before[i].once) ||
		    (hooks_after[i].set && hooks_after[i].once))
			return true;
	return false;
}

void clear_hooks()
{
	for (auto *hooks : {&hooks_before, &hooks_after})
		for (auto &hook : *hooks) {
			hook.set = false;
			hook.fn = nullptr;
		}
}

void might_sleep(const char *what)
{
	const Context &here = context();
	const char *where = here.read_depth         ? "in a read section"
			    : here.completion_depth ? "in a completion"
						    : nullptr;

	for (const int cls : here.locks)
		if (cls == MPATH_LOCK_REQUEUE)
			where = "under a spinlock";
	if (where)
		violation(std::string(what) + " may sleep, called " + where);
}

bool allocation_fails()
{
	// All locks are taken by work that I/O waits for, and memory may be had only by I/O.
	if (!context().locks.empty())
		violation("memory is asked for under a lock");
	if (fail_countdown.load(std::memory_order_relaxed) == 0)
		return false;
	return fail_countdown.fetch_sub(1) == 1;
}

void fail_alloc(unsigned nth)
{
	fail_countdown = nth;
}

bool alloc_failure_pending()
{
	return fail_countdown != 0;
}

void count_objects(long amount)
{
	nr_objects.fetch_add(amount, std::memory_order_relaxed);
}

long objects()
{
	return nr_objects.load(std::memory_order_relaxed);
}

void violation(const std::string &what)
{
	ADD_FAILURE() << "fake kernel: " << what;
}

void die(const std::string &what)
{
	std::fprintf(stderr, "fake kernel: %s\n", what.c_str());
	std::abort();
}

void reset()
{
	stop_workers();
	if (objects())
		violation(std::to_string(objects()) + " objects of the port leaked");
	nr_objects = 0;
	for (auto &n : calls)
		n = 0;
	clear_hooks();
	fail_countdown = 0;
	reset_cpu();
	reset_io();
	reset_log();
	reset_trace();
	reset_work();
}

} // namespace mpath::fake
