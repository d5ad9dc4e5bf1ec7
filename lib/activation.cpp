// SPDX-License-Identifier: GPL-2.0
#include "activation.hpp"

#include "head.hpp"
#include "util/errno.hpp"

namespace mpath {

namespace {

// Whose turn it is of each array: until when, or 0. Arrays that share a place take turns, too,
// which costs them time and nothing else.
constexpr u32 kArrays = 64;
Atomic<u64> turns[kArrays];

constexpr u32 kTurnLookMs = 50;

// FNV-1a
u32 add_to_hash(u32 hash, const char *text) noexcept
{
	for (; *text; text++)
		hash = (hash ^ static_cast<u8>(*text)) * 16777619u;
	return hash;
}

constexpr u64 rest_ms(u32 in_a_row) noexcept
{
	u64 ms = Activation::kFirstRestMs;

	while (in_a_row-- && ms < Activation::kLastRestMs)
		ms *= 2;
	return ms < Activation::kLastRestMs ? ms : Activation::kLastRestMs;
}

} // namespace

Activation::Activation(mpath_head &head, const PathList &paths) noexcept
	: head_(head), paths_(paths), work_(mpk_work_create(MPATH_WORK_PROBE, run, this))
{
}

void Activation::init() noexcept
{
	for (auto &turn : turns)
		turn.store_relaxed(0);
}

void Activation::set_array(const mpath_geometry &geometry) noexcept
{
	array_ = add_to_hash(add_to_hash(2166136261u, geometry.vendor), geometry.product) % kArrays;
}

void Activation::arm(u64 ms) noexcept
{
	if (!stopped_.load_relaxed())
		mpk_work_arm(work_.get(), static_cast<u32>(ms));
}

mpath_device *Activation::pick(u64 now_ms, const ReadSection &guard) noexcept
{
	mpath_device *best = nullptr;
	unsigned least = 0;
	bool wanted = false;

	if (!head_.io_waits())
		return nullptr;
	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		if (path->health() >= Health::dead)
			continue;
		// Blocked or suspect: it may carry I/O again by itself.
		if (path->takes_io() || path->is_in_transition(now_ms, head_.transition_limit_ms()))
			return nullptr;
		wanted |= path->awaits_activation();
		if (!path->can_be_activated())
			continue;

		const unsigned cost =
			(path->id() == last_id_.load_relaxed()) * kNrRanks + path->rank();

		if (!best || cost < least) {
			best = path;
			least = cost;
		}
	}
	if (!best && wanted)
		complain();
	return best;
}

// Once: it is so until somebody loads a device handler.
void Activation::complain() noexcept
{
	bool no = false;

	if (complained_.compare_exchange(no, true))
		mpk_log(MPATH_LOG_WARN,
			"%s: only standby is left, and no device handler is there to activate a "
			"port group\n",
			head_.name());
}

bool Activation::hope(u64 now_ms, const ReadSection &guard) noexcept
{
	if (path_id_.load_acquire())
		return now_ms < deadline_ms_.load_relaxed();
	if (now_ms < rest_until_ms_.load_relaxed() || !pick(now_ms, guard))
		return false;

	u64 since = 0;

	if (wanted_ms_.compare_exchange(since, now_ms)) {
		arm(0);
		since = now_ms;
	}
	// As in is_in_transition().
	return now_ms < since + kBoundMs;
}

// Context: the workqueue.
void Activation::look() noexcept
{
	const u64 now = mpk_now_ms();
	mpath_device *path = nullptr;

	if (const u32 id = path_id_.load_acquire()) {
		const u64 deadline = deadline_ms_.load_relaxed();

		if (now < deadline)
			arm(deadline - now);
		else
			finish(id, "no answer", false);
		return;
	}
	// The deadline of one that has ended.
	if (!wanted_ms_.load_relaxed())
		return;
	{
		ReadGuard guard;

		// Since it was wanted a path may have come back.
		if (!stopped_.load_relaxed())
			path = pick(now, guard);
		if (path) {
			u64 busy_until = turns[array_].load_relaxed();

			if (busy_until > now ||
			    !turns[array_].compare_exchange(busy_until, now + kBoundMs)) {
				arm(kTurnLookMs);
				return;
			}
			// It cannot have been drained, as in submit().
			path->get();
		}
	}
	if (path)
		start(path, now);
	else
		wanted_ms_.store_relaxed(0);
}

// Takes over the reference and the turn.
void Activation::start(mpath_device *path, u64 now_ms) noexcept
{
	mpk_log(MPATH_LOG_WARN, "%s: only standby is left, activating port group %d through %s\n",
		head_.name(), path->port_group(), path->name());
	activations_.fetch_add_relaxed(1);
	last_id_.store_relaxed(path->id());
	deadline_ms_.store_relaxed(now_ms + kBoundMs);
	// Before the call, in which it may end already. Release: who finds it finds its deadline.
	path_id_.store_release(path->id());
	arm(kBoundMs);
	if (const int error = path->activate())
		ended(*path, error);
	path->put();
}

void Activation::ended(const mpath_device &path, int error) noexcept
{
	// What the handler calls success is that it has asked.
	const bool well = !error && path.takes_io();

	finish(path.id(),
	       error  ? "the device handler failed"
	       : well ? "done"
		      : "still refused",
	       well);
}

void Activation::finish(u32 path_id, const char *how, bool well) noexcept
{
	u64 deadline = deadline_ms_.load_relaxed();
	u32 id = path_id;

	// One of those who tell of the end wins; nothing begins before.
	if (!path_id_.compare_exchange(id, 0))
		return;

	const u64 now = mpk_now_ms();
	const u64 rested = rest_until_ms_.load_relaxed();
	const u32 in_a_row = rested && now - rested < kLastRestMs ? in_a_row_.load_relaxed() + 1
								  : 0;

	in_a_row_.store_relaxed(in_a_row);
	rest_until_ms_.store_relaxed(now + rest_ms(in_a_row));
	wanted_ms_.store_relaxed(0);
	if (well)
		last_id_.store_relaxed(0);
	// If it is still ours.
	turns[array_].compare_exchange(deadline, 0);
	mpk_log(well ? MPATH_LOG_INFO : MPATH_LOG_WARN, "%s: activation: %s\n", head_.name(), how);
	head_.access_changed();
	head_.ask_access_soon();
}

} // namespace mpath
