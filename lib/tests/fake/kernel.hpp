// SPDX-License-Identifier: GPL-2.0
// The fake kernel: what a test can see of it and do to it.
//
// fake/<subsystem>.cpp answers port.h as lib/shim/<subsystem>.c does in the kernel. Every
// fake is safe to use from threads; what the two kinds of test differ in is who runs the
// work items and what the time is. Until start_workers(), nobody but the test.
//
// The fake also holds the core to the port's contracts: what may sleep is refused in a read
// section, under a spinlock and in a completion, locks have an order, a record is used by
// one side at a time. Breaking one is a test failure wherever it happens.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "port.h"

// A bio as its submitter sees it.
struct bio {
	bool chained = false;
	mpath_direction direction = MPATH_READ;
	u32 sectors = 8;
	bool ordinary = true;                // a read, a write or a flush
	gendisk *continues = nullptr;        // something that waits to go there
	std::atomic<int> ended{0};           // how often: once is right
	mpath_status status = MPATH_STS_MAX; // valid once it has ended
	std::function<void()> on_end;        // in the context of the completion

	// Where it has been, last one last. Written by whoever owns the bio.
	struct Trip {
		gendisk *disk;
		bool failfast;
		bool plugged;
		mpath_submit_mode mode;
	};
	std::vector<Trip> trips;
};

// As the shim's mpath_submit_bio(), which knows what the bio is.
void mpath_head_submit(mpath_head *head, bio *bio, bool nowait);

// A path's disk: what is sent stays here until the test completes it, unless a handler takes it.
struct gendisk {
	std::string name;
	std::deque<mpath_io *> in_flight;        // only while no handler is set
	std::function<void(mpath_io *)> on_send; // set before threads start
	std::atomic<int> limits_learned{0};      // how often the head has looked at its limits
};

namespace mpath::fake {

// --- crossings ------------------------------------------------------------------

// clang-format off
#define MPATH_FAKE_PORTS(X) \
	X(io_pool_create) X(io_pool_destroy) X(io_start) X(io_send) X(io_finish) \
	X(io_learn_limits) X(io_is_nowait) X(io_is_ordinary) X(plugged) \
	X(mutex_create) X(mutex_destroy) X(mutex_lock) X(mutex_unlock) \
	X(spinlock_create) X(spinlock_destroy) X(spin_lock) X(spin_unlock) \
	X(read_lock) X(read_unlock) X(synchronize) \
	X(ref_create) X(ref_destroy) X(ref_get) X(ref_put) X(ref_drain_soon) X(ref_drain) \
	X(work_create) X(work_destroy) X(work_kick) X(work_arm) X(work_cancel) \
	X(alloc) X(free) X(percpu_create) X(percpu_destroy) X(percpu_this) X(percpu_of) \
	X(count_sent) X(count_back) X(counts_drain) X(nr_cpus) X(nr_nodes) X(this_node) X(node_distance) X(ticks) X(now_ms) X(now_ns) X(msleep) \
	X(trace_move) X(trace_park) X(trace_state) X(trace_probe) \
	X(log) X(log_ratelimited)
// clang-format on

enum class Port {
#define X(name) name,
	MPATH_FAKE_PORTS(X)
#undef X
		count
};

const char *port_name(Port port);

// How often the core has called into the kernel, in all and at one port. What the shim does of
// its own for each I/O does not count, but can be stepped in at like the others.
unsigned long crossings();
unsigned long crossings(Port port);

// Step in just before the next call of @port takes effect, or just after; once. What the
// hook does is done by the calling CPU in the middle of that call.
void before(Port port, std::function<void()> hook);
void after(Port port, std::function<void()> hook);
// The same at every call. Set before threads start.
void before_each(Port port, std::function<void()> hook);
void after_each(Port port, std::function<void()> hook);
// Is there a hook that has not run yet?
bool hooks_left();
void clear_hooks();

// Do something as if on another CPU while this one stands still where it is. What can only
// go on when this CPU does (a lock it holds, a read section it is in) is a test bug.
void on_another_cpu(const std::function<void()> &fn);

// --- work and time ------------------------------------------------------------------

// Run what is due, and what that makes due, until nothing is. Does not move the clock.
void run_work();
// The item whose function gets @arg: a head's requeue work or a device's probe.
bool run_work_of(const void *arg);
bool work_due(const void *arg);
// Whatever becomes due of this item does not run: its worker is busy elsewhere.
void hold_work(const void *arg, std::optional<mpath_work_kind> kind = {});
void release_work(const void *arg, std::optional<mpath_work_kind> kind = {});
// In how many ms does it run; nothing if it is neither kicked nor armed.
std::optional<u64> work_due_in(const void *arg);
mpath_work_kind work_kind(const void *arg);
u64 now_ms();
// Move the clock, running what becomes due at its time.
void advance_ms(u64 ms);
// Move the clock, and run nothing: as if all workers had been busy.
void skip_ms(u64 ms);
// Finer than a work item's clock: the fraction of a millisecond that has passed besides.
void set_fraction_ns(u64 ns);
// An item that is due counts as already running when somebody cancels it: cancel waits for it.
void due_work_runs_at_cancel(bool yes);
// A drain with references or bios left asks here for somebody to give them back.
void at_blocked_drain(std::function<void()> hook);

// From now on work is done by threads, several items at once; the clock runs @speed times as
// fast as the wall's, 0 holds it still.
void start_workers(unsigned nr, u64 speed);
void stop_workers();
bool has_workers();
// Wait until no item is due or running.
void wait_for_idle_workers();

// --- I/O ----------------------------------------------------------------------------

// The path's bio ends, in a context where nothing may sleep.
void complete(mpath_io *io, mpath_status status);
bio *bio_of(const mpath_io *io);
// The next records of bios that must not wait are not there.
void fail_next_nowait_io_start();
unsigned records_in_use();

// --- memory, CPUs, nodes --------------------------------------------------------------

// The @nth allocation from now fails (1: the next), once.
void fail_alloc(unsigned nth);
bool alloc_failure_pending();
// Objects of the port that exist: allocations, locks, references, work items, pools.
long objects();

void set_cpus(std::vector<bool> possible);
// The CPU of the calling thread.
void set_cpu(u32 cpu);
void set_nodes(u32 nr);
void set_node(u32 node);
void set_distance(int a, int b, int distance);

// --- tracepoints ----------------------------------------------------------------------

// As tracefs would show them, without the bio: "move a transport", "park",
// "state a usable dead (reason)", "probe a fine 3".
std::vector<std::string> traces();

// --- words ----------------------------------------------------------------------------

struct Line {
	mpath_log_level level;
	bool ratelimited;
	std::string text;
};

std::vector<Line> log_lines();
bool logged(const std::string &text);

// --- the test's frame -------------------------------------------------------------------

// A kernel as just booted. Complains about what the last test left behind.
void reset();

// For the fakes: a contract is broken, and going on is safe, or is not.
void violation(const std::string &what);
[[noreturn]] void die(const std::string &what);

} // namespace mpath::fake
