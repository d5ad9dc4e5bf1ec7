// SPDX-License-Identifier: GPL-2.0
#include "reservation_walk.hpp"
#include "util/text.hpp"

namespace {

// I/O is held no longer than this for what is under way; how often that is looked at.
constexpr u32 kDrainMs = 2000;
constexpr u32 kDrainLookMs = 5;

const char *type_word(u8 type) noexcept
{
	switch (type) {
	case mpath::kWriteExclusive:
		return "write-exclusive";
	case mpath::kExclusiveAccess:
		return "exclusive-access";
	case mpath::kWriteExclusiveRegistrants:
		return "write-exclusive-registrants-only";
	case mpath::kExclusiveAccessRegistrants:
		return "exclusive-access-registrants-only";
	case mpath::kWriteExclusiveAll:
		return "write-exclusive-all-registrants";
	case mpath::kExclusiveAccessAll:
		return "exclusive-access-all-registrants";
	default:
		return "none";
	}
}

} // namespace

namespace mpath {

Reservation::Reservation(mpath_head &head, const PathList &paths, mpk_mutex *paths_lock) noexcept
	: head_(head), paths_(paths), paths_lock_(paths_lock),
	  lock_(mpk_mutex_create(MPATH_LOCK_RESERVATION)),
	  work_(mpk_work_create(MPATH_WORK_PROBE, run, this))
{
}

Reservation::~Reservation()
{
	mpk_free(data_);
}

// --- the paths ----------------------------------------------------------------------------

// In the read section no removal has got as far as draining the references.
Reservation::PathRef Reservation::after(u32 id) const noexcept
{
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		if (path->id() <= id || path->health() == Health::removing)
			continue;
		path->get();
		return PathRef(path);
	}
	return PathRef(nullptr);
}

Reservation::PathRef Reservation::find(u32 id) const noexcept
{
	PathRef path = id ? after(id - 1) : PathRef(nullptr);

	return path && path->id() == id ? static_cast<PathRef &&>(path) : PathRef(nullptr);
}

bool Reservation::holder_answers() const noexcept
{
	const PathRef path = find(holder());

	return path && path->answers() && path->nexus.registered.load_relaxed();
}

// --- all paths ----------------------------------------------------------------------------

void Reservation::guard_new_paths(bool yes) noexcept
{
	// A path that joins does so either before, and is among those that are asked, or after,
	// and has to be admitted.
	MutexGuard guard(paths_lock_);

	guard_.store_relaxed(yes);
}

void Reservation::set_held(u8 type, u32 holder) noexcept
{
	holder_.store_relaxed(holder);
	type_.store_relaxed(type);
	in_doubt_ = false;
	if (holder || !type)
		former_key_ = 0;
}

// The head is not registered any more. Whatever was barred for its sake can be used, and the LUN
// says what it thinks of that.
void Reservation::forget(bool preempted) noexcept
{
	if (preempted && key())
		mpk_log(MPATH_LOG_WARN,
			"%s: its reservation key %#llx has been removed by another initiator\n",
			head_.name(), static_cast<unsigned long long>(key()));
	set_held(0, 0);
	key_.store_relaxed(0);
	preempted_.store_relaxed(preempted);
	guard_new_paths(leftover_key_ != 0);
	for_each([](mpath_device &path) {
		path.nexus.registered.store_relaxed(false);
		path.nexus.unproven = false;
	});
	readmit_all();
}

void Reservation::bar_all_but(u32 id) noexcept
{
	moving_.store_relaxed(true);
	for_each([&](mpath_device &path) {
		if (path.id() != id && carries_io(path.health()))
			path.bar(Reason::reservation_moves);
	});
}

// A path that does not answer keeps its I/O as long as its transport likes.
bool Reservation::has_io_in_flight() const noexcept
{
	bool any = false;

	for_each([&](mpath_device &path) { any |= path.answers() && path.has_io_in_flight(); });
	return any;
}

// New I/O waits until the paths are let in again. What takes too long may meet a conflict, and is
// tried once more like any other.
void Reservation::hold_io() noexcept
{
	bar_all_but(0);
	// Whoever has chosen a path counts his I/O in the same read section: from here on it shows.
	mpk_synchronize();
	for (u32 ms = 0; ms < kDrainMs && has_io_in_flight(); ms += kDrainLookMs)
		mpk_msleep(kDrainLookMs);
}

// After that no path is barred but those that have to be.
void Reservation::readmit_all() noexcept
{
	for_each([&](mpath_device &path) {
		if (path.health() == Health::barred)
			reconsider(path);
	});
	moving_.store_relaxed(false);
	head_.kick();
}

// The LUN tells each nexus what another one has done when that speaks next (SPC-5 5.14.11). To the
// head's users the head has done it: to them it is no news, and would end somebody's SG_IO. But
// somebody else may have preempted the head meanwhile, which is told in the same way.
void Reservation::hear_out() noexcept
{
	for_each([&](mpath_device &path) {
		u32 times;

		if (path.answers() && !is_a_stranger(path) &&
		    count_key(path, key(), &times) == Said::yes && key() && !times)
			forget(true);
	});
}

// Does the LUN list it still? Who cannot find out does not say no.
bool Reservation::is_listed(u64 key) noexcept
{
	Said answer = Said::nothing;
	u32 times = 0;

	for_each([&](mpath_device &path) {
		if (answer == Said::nothing && path.answers() && !is_a_stranger(path))
			answer = count_key(path, key, &times);
	});
	return answer != Said::yes || times;
}

bool Reservation::all_confirmed(u32 mark, u64 key) noexcept
{
	bool all = true;

	for_each([&](mpath_device &path) {
		if (path.nexus.mark != mark)
			return;
		switch (confirm(path, key)) {
		case Said::yes:
			path.nexus.registered.store_relaxed(true);
			path.nexus.unproven = false;
			break;
		case Said::nothing:
			shut_out(path);
			break;
		case Said::conflict:
		case Said::refused:
			all = false;
			break;
		}
	});
	return all;
}

// Those with this mark have the new key; they get back what they had. False: perhaps not all.
bool Reservation::undo(u32 mark, u64 from, u64 to) noexcept
{
	bool done = true;

	for_each([&](mpath_device &path) {
		if (path.nexus.mark != mark)
			return;
		if (set_key(path, from, to) != Said::nothing) {
			path.nexus.registered.store_relaxed(to && to == key() &&
							    !path.nexus.unproven);
			return;
		}
		done = false;
		shut_out(path);
	});
	return done;
}

// The reservation may be ours through a nexus that we do not know of.
bool Reservation::is_ours(const PrReservation &what) const noexcept
{
	const bool by_key = what.key == key() || (former_key_ && what.key == former_key_);

	return what.type && (is_for_all(what.type) || by_key);
}

// Has what got lost been done? Who cannot find out leaves it in doubt.
void Reservation::settle_doubt() noexcept
{
	PrReservation what;

	if (!in_doubt_ || !key())
		return;

	const Said read =
		ask_one(0, [&](mpath_device &path) { return read_reservation(path, &what); });

	if (read != Said::yes)
		return;

	u32 times = 0;

	// All of it has been cleared.
	if (ask_one(0, [&](mpath_device &path) { return count_key(path, key(), &times); }) ==
		    Said::yes &&
	    !times) {
		forget(false);
		return;
	}
	set_held(is_ours(what) ? what.type : 0, 0);
	if (is_held_by_one())
		find_holder();
	if (is_for_holder_only(type()))
		bar_all_but(holder());
	see_to_holder();
	readmit_all();
}

// --- the holder ---------------------------------------------------------------------------

// Conflict with nothing held any more: it is not ours.
Said Reservation::take_over_once(mpath_device &path, u8 type) noexcept
{
	PrReservation what;
	const Said answer = read_reservation(path, &what);

	// Without a reservation to take over it would only unregister us all.
	if (answer == Said::yes && !is_ours(what)) {
		set_held(0, 0);
		return Said::conflict;
	}
	if (answer != Said::yes)
		return answer;
	// All have it, so nobody has to take over.
	if (is_for_all(what.type)) {
		set_held(what.type, 0);
		return Said::conflict;
	}
	bar_all_but(path.id());
	return tell(path, {MPATH_PR_PREEMPT, type, aptpl_, key(), what.key});
}

// SPC-5 5.14.11.2.4: who preempts the key of the holder takes its place, and all other nexuses with
// that key lose their registration. They stay barred until somebody readmits them.
Said Reservation::take_over(mpath_device &path, u8 type) noexcept
{
	Said answer = take_over_once(path, type);

	// An attempt through another one that did not answer has unregistered this one.
	if (answer == Said::conflict && this->type() && hold_key(path) == Said::yes)
		answer = take_over_once(path, type);
	if (answer != Said::yes)
		return answer;
	mpk_log(MPATH_LOG_INFO, "%s: path %s holds the reservation from now on\n", head_.name(),
		path.name());
	for_each([&](mpath_device &other) {
		other.nexus.registered.store_relaxed(other.id() == path.id());
	});
	set_held(type, path.id());
	return Said::yes;
}

Said Reservation::take_over_from(u32 holder) noexcept
{
	const Said answer = ask_one(0, [&](mpath_device &path) {
		const bool may = path.id() != holder && !is_a_stranger(path);

		return may ? take_over(path, type()) : Said::nothing;
	});

	readmit_all();
	return answer;
}

// Strangers are asked first, and take over when they are let in.
void Reservation::see_to_holder() noexcept
{
	if (is_for_holder_only(type()) && !holder_answers())
		take_over_from(holder());
}

// A holder may reserve again what it has, and nobody else may (SPC-5 5.14.9).
void Reservation::find_holder() noexcept
{
	ask_one(0, [&](mpath_device &path) {
		if (tell(path, {MPATH_PR_RESERVE, type(), false, key(), 0}) != Said::yes)
			return Said::nothing;
		set_held(type(), path.id());
		return Said::yes;
	});
}

// --- I/O ----------------------------------------------------------------------------------

bool Reservation::reviews(mpath_io &io, mpath_device &path) noexcept
{
	if (io.review || !key())
		return false;
	path.nexus.doubted.store_relaxed(true);
	// Release: the review that counts this one sees which path it is about.
	io.review = reviews_.fetch_add_release(1) + 1;
	mpk_work_kick(work_.get());
	return true;
}

void Reservation::review() noexcept
{
	MutexGuard guard(lock_.get());
	const u32 asked = reviews_.load_acquire();

	for_each([&](mpath_device &path) {
		if (path.nexus.doubted.load_relaxed()) {
			path.nexus.doubted.store_relaxed(false);
			path.nexus.registered.store_relaxed(false);
		}
		if (key() && works(path.health()) && !path.nexus.registered.load_relaxed())
			reconsider(path);
	});
	settle_doubt();
	see_to_holder();
	moving_.store_relaxed(false);
	reviewed_.store_release(asked);
	head_.kick();
}

void Reservation::run(void *reservation) noexcept
{
	static_cast<Reservation *>(reservation)->review();
}

// --- for people ---------------------------------------------------------------------------

void Reservation::read(mpath_pr_state *state) const noexcept
{
	const u8 type = this->type();
	const u32 id = holder();

	state->key = key();
	state->type = type_word(type);
	if (!state->key)
		state->state = preempted_.load_relaxed() ? "preempted" : "none";
	else
		state->state = type ? "reserved" : "registered";
	if (!type)
		copy_text(state->holder, "none");
	else if (is_for_all(type))
		copy_text(state->holder, "all");
	else if (const PathRef path = find(id))
		copy_text(state->holder, path->name());
	else
		copy_text(state->holder, "unknown");
}

} // namespace mpath
