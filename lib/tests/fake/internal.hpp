// SPDX-License-Identifier: GPL-2.0
// What the fakes share among themselves.
#pragma once

#include "fake/kernel.hpp"

namespace mpath::fake {

// Where in the kernel a thread is: what it must not do follows from that.
struct Context {
	unsigned read_depth = 0;
	unsigned completion_depth = 0;
	unsigned plug_depth = 0;
	std::vector<int> locks; // classes, outermost first
	int reader_slot = -1;
	const void *work = nullptr;     // the item it runs
	Context *interrupted = nullptr; // what stands still on the same thread meanwhile

	~Context();
};

Context &context();
void might_sleep(const char *what);

// One call of the core into the kernel; or something that the shim does without being called.
class Call {
public:
	enum By { core, shim };

	explicit Call(Port port, By by = core);
	~Call();
	Call(const Call &) = delete;
	Call &operator=(const Call &) = delete;

private:
	Port port_;
};

// What the core asks for, and the shim does by itself.
void read_lock(Call::By by);
void read_unlock(Call::By by);
void count_sent(mpath_io *io, Call::By by);
void count_back(mpk_percpu *counts, u32 epoch, Call::By by);
// What the shim knows without a call.
u32 this_node();
u64 now_ns();
u32 ticks();

// True when this allocation is the one that is to fail. Refused under a lock.
bool allocation_fails();
void count_objects(long amount);
// Calls the hook of at_blocked_drain().
void drain_is_blocked();

void reset_cpu();
void reset_io();
void reset_log();
void reset_trace();
void reset_work();

// A reader's slot goes back to the others.
void release_reader_slot(int slot);

} // namespace mpath::fake
