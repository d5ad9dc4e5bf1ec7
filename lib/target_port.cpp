// SPDX-License-Identifier: GPL-2.0
#include "target_port.hpp"

#include "activation.hpp"
#include "alua.hpp"
#include "path.hpp"
#include "util/assert.hpp"

namespace mpath {

namespace {

// Deaths within this time are of one cause.
constexpr u64 kRoundMs = 10000;

constexpr unsigned kSample = 4;

// Then, so many of them each time.
constexpr unsigned kBatch = 16;
constexpr u32 kBatchMs = 100;

mpk_mutex *ports_lock;
TargetPort *ports; // under ports_lock

} // namespace

bool TargetPort::init() noexcept
{
	ports_lock = mpk_mutex_create(MPATH_LOCK_PORTS);
	return ports_lock;
}

void TargetPort::exit() noexcept
{
	MPATH_ASSERT(!ports);
	mpk_mutex_destroy(ports_lock);
}

TargetPort::TargetPort(u64 key) noexcept
	: key_(key), work_(mpk_work_create(MPATH_WORK_PROBE, run, this))
{
}

void TargetPort::destroy(TargetPort *port) noexcept
{
	port->~TargetPort();
	mpk_free(port);
}

TargetPort *TargetPort::find(u64 key, const MutexGuard &) noexcept
{
	for (TargetPort *port = ports; port; port = port->next_)
		if (port->key_ == key)
			return port;
	return nullptr;
}

TargetPort *TargetPort::create(u64 key) noexcept
{
	void *memory = mpk_alloc(sizeof(TargetPort));

	if (!memory)
		return nullptr;

	auto *port = new (memory) TargetPort(key);

	if (port->work_)
		return port;
	destroy(port);
	return nullptr;
}

bool TargetPort::join(mpath_device *path, u64 key) noexcept
{
	// Needed or not. Under the lock memory might be waited for that only I/O can free, and I/O
	// for a path whose death, or answer, waits for the lock.
	TargetPort *spare = create(key);

	if (!spare)
		return false;
	{
		MutexGuard guard(ports_lock);
		TargetPort *port = find(key, guard);

		if (!port) {
			port = spare;
			spare = nullptr;
			port->next_ = ports;
			ports = port;
		}
		path->port_member.port = port;
		path->port_member.next = port->members_;
		path->port_member.link = &port->members_;
		if (port->members_)
			port->members_->port_member.link = &path->port_member.next;
		port->members_ = path;
	}
	if (spare)
		destroy(spare);
	return true;
}

void TargetPort::leave(mpath_device *path) noexcept
{
	TargetPort *port = path->port_member.port;

	if (!port)
		return;
	{
		MutexGuard guard(ports_lock);
		const PortMember &member = path->port_member;

		*member.link = member.next;
		if (member.next)
			member.next->port_member.link = member.link;
		path->port_member.port = nullptr;
		if (port->members_)
			return;

		TargetPort **link = &ports;

		while (*link != port)
			link = &(*link)->next_;
		*link = port->next_;
	}
	// Out of the table with its last member, it is ours alone. Its work takes the lock.
	destroy(port);
}

bool TargetPort::ask(unsigned nr, const MutexGuard &) noexcept
{
	for (mpath_device *path = members_; path; path = path->port_member.next) {
		if (path->port_member.asked_in_round == round_)
			continue;
		// One in standby would say no, and that is no news.
		if (!carries_io(path->health()) || !path->takes_io()) {
			path->end_doubt();
			continue;
		}
		if (!nr--)
			return true;
		path->port_member.asked_in_round = round_;
		path->recheck();
	}
	return false;
}

void TargetPort::doubt_all(const MutexGuard &) noexcept
{
	in_doubt_.store_relaxed(true);
	for (mpath_device *path = members_; path; path = path->port_member.next)
		path->doubt();
}

void TargetPort::end_doubt(const MutexGuard &) noexcept
{
	in_doubt_.store_relaxed(false);
	for (mpath_device *path = members_; path; path = path->port_member.next)
		path->end_doubt();
}

void TargetPort::note_answer(const mpath_device *path) noexcept
{
	TargetPort *port = path->port_member.port;

	if (!port || !port->in_doubt_.load_relaxed())
		return;

	MutexGuard guard(ports_lock);

	// When it spreads, everyone is asked and answers for himself.
	if (path->port_member.asked_in_round == port->round_ && !port->spreads_)
		port->end_doubt(guard);
}

void TargetPort::note_death(const mpath_device *path, u64 now_ms) noexcept
{
	TargetPort *port = path->port_member.port;

	if (!port)
		return;

	MutexGuard guard(ports_lock);

	// Who has died a moment before the first may be noted after it.
	if (!port->round_ || now_ms >= port->round_began_ms_ + kRoundMs) {
		port->round_++;
		port->round_began_ms_ = now_ms;
		port->spreads_ = false;
		port->doubt_all(guard);
		port->ask(kSample, guard);
		// Should nobody of the sample answer and nobody die, as when all are removed.
		mpk_work_arm(port->work_.get(), kRoundMs);
	} else if (!port->spreads_) {
		port->spreads_ = true;
		mpk_work_kick(port->work_.get());
	}
}

void TargetPort::run(void *arg) noexcept
{
	auto *port = static_cast<TargetPort *>(arg);
	MutexGuard guard(ports_lock);

	if (!port->spreads_)
		port->end_doubt(guard);
	else if (port->ask(kBatch, guard))
		mpk_work_arm(port->work_.get(), kBatchMs);
	else
		port->in_doubt_.store_relaxed(false); // each speaks for himself
}

} // namespace mpath

bool mpath_core_init() noexcept
{
	mpath::Alua::init();
	mpath::Activation::init();
	mpath_device::init();
	return mpath::TargetPort::init();
}

void mpath_core_exit() noexcept
{
	mpath::TargetPort::exit();
}
