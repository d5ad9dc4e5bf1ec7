// SPDX-License-Identifier: GPL-2.0
// TargetPort: the paths, of whatever head, that go through the same (host, target port).
//
// What kills one of them is likely to kill all. When one dies, the others are in doubt: they
// carry I/O where nothing better is left. A sample of them is asked. When one of those answers,
// the doubt is over; when another dies, of the sample or by its own I/O, everyone is asked, a
// few at a time: five hundred LUNs behind a port that is gone are five hundred questions, but
// not at once. Nobody is taken out of service before the answer.
//
// Locks: one mutex for the table and for who is in it (MPATH_LOCK_PORTS). A path joins before
// it can be found and leaves before it is freed, both under the mutex, so one that is met
// there exists; what a kick then costs one that is being removed, removal has to stand anyway.
#pragma once

#include "health.hpp"
#include "port.h"
#include "util/guards.hpp"
#include "util/owned.hpp"

struct mpath_device;

namespace mpath {

class TargetPort {
public:
	// Of the whole core, once. Context: process. Return: false without memory.
	static bool init() noexcept;
	static void exit() noexcept;

	// @path is one of those behind @key from now on; at most once. Return: false without
	// memory. Context: process, may sleep; takes the ports' lock.
	static bool join(mpath_device *path, u64 key) noexcept;
	// If it has joined. Nobody asks it from now on. The same context.
	static void leave(mpath_device *path) noexcept;
	// The path has died. The same context.
	static void note_death(const mpath_device *path, u64 now_ms) noexcept;

	// The path has answered a probe. The same context.
	static void note_answer(const mpath_device *path) noexcept;

	// I/O in flight on those of its paths that count there. On a line of its own.
	alignas(64) int nr_active = 0;

	// Public for placement new; call join().
	explicit TargetPort(u64 key) noexcept;

private:
	~TargetPort() = default;

	static TargetPort *find(u64 key, const MutexGuard &guard) noexcept;
	static TargetPort *create(u64 key) noexcept;
	static void destroy(TargetPort *port) noexcept;
	static void run(void *port) noexcept;
	// Asks up to @nr members that could carry I/O and have not been asked in this round. Return: is
	// anybody left?
	bool ask(unsigned nr, const MutexGuard &guard) noexcept;
	void doubt_all(const MutexGuard &guard) noexcept;
	void end_doubt(const MutexGuard &guard) noexcept;

	const u64 key_;
	// Written under the ports' lock. Who reads it without, after a probe, may miss a doubt that
	// has just begun: then this answer is none to it.
	Atomic<bool> in_doubt_{false};
	Owned<mpk_work, mpk_work_destroy> work_;

	// Under the ports' lock.
	TargetPort *next_ = nullptr;
	mpath_device *members_ = nullptr;
	u64 round_began_ms_ = 0;
	u32 round_ = 0;
	bool spreads_ = false; // more than one has died in this round
};

// What a path knows of its target port. Under the ports' lock, but for port, which is set
// before anybody can see the path.
struct PortMember {
	TargetPort *port = nullptr;
	mpath_device *next = nullptr;
	mpath_device **link = nullptr; // what points to it: there may be thousands
	u32 asked_in_round = 0;
};

} // namespace mpath
