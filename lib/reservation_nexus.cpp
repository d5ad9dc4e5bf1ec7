// SPDX-License-Identifier: GPL-2.0
// Reservation: single commands, and what becomes of one path.
#include "reservation_walk.hpp"

namespace {

// A command holds up other paths, and other users of the head's reservation.
constexpr u32 kPrTimeoutMs = 10000;

// Of the nexuses with a key no more have to be counted.
constexpr u32 kEnough = 2;

// Unit attentions come one at a time, and a preempted nexus has up to three.
constexpr int kMaxAttentions = 5;

bool changes_what_is_held(u8 action) noexcept
{
	return action != MPATH_PR_REGISTER && action != MPATH_PR_REGISTER_AND_IGNORE;
}

} // namespace

namespace mpath {

// --- single commands ----------------------------------------------------------------------

Said Reservation::tell(mpath_device &path, const PrRequest &request, PrAnswer *answer) noexcept
{
	u8 cdb[kPrCdbLen];
	u8 list[kPrListLen];

	encode_pr_out(request, cdb, list);
	for (int i = 0; i < kMaxAttentions; i++) {
		for (u32 byte = 0; byte < kPrListLen; byte++)
			data_[byte] = list[byte];
		path.execute({cdb, kPrCdbLen, data_, kPrListLen, true, kPrTimeoutMs}, answer);
		if (!is_unit_attention(*answer))
			break;
	}

	const Said heard = said(*answer);

	in_doubt_ |= heard == Said::nothing &&
		     (!request.action_key || changes_what_is_held(request.action));
	return heard;
}

Said Reservation::tell(mpath_device &path, const PrRequest &request) noexcept
{
	PrAnswer answer;

	return tell(path, request, &answer);
}

Said Reservation::ask(mpath_device &path, PrIn what, u32 len) noexcept
{
	u8 cdb[kPrCdbLen];
	PrAnswer answer;

	encode_pr_in(what, len, cdb);
	for (int i = 0; i < kMaxAttentions; i++) {
		// What is not transferred is not there.
		for (u32 byte = 0; byte < len; byte++)
			data_[byte] = 0;
		path.execute({cdb, kPrCdbLen, data_, len, false, kPrTimeoutMs}, &answer);
		if (!is_unit_attention(answer))
			break;
	}
	return said(answer);
}

// A list that is too long for the buffer leaves the question open.
Said Reservation::count_key(mpath_device &path, u64 key, u32 *times) noexcept
{
	const Said answer = ask(path, PrIn::read_keys, kDataLen);
	PrKeys keys;

	*times = 0;
	if (answer != Said::yes)
		return answer;
	if (!find_key(data_, kDataLen, key, &keys))
		return Said::refused;
	*times = keys.times;
	return keys.times < kEnough && keys.all_len > kDataLen ? Said::nothing : Said::yes;
}

Said Reservation::read_reservation(mpath_device &path, PrReservation *reservation) noexcept
{
	constexpr u32 kLen = 24;
	const Said answer = ask(path, PrIn::read_reservation, kLen);

	*reservation = {};
	if (answer != Said::yes)
		return answer;
	return parse_reservation(data_, kLen, reservation) ? Said::yes : Said::refused;
}

// To register a key in place of itself changes nothing, and is refused to a nexus that has
// another key or none: no other command tells a nexus of itself (SPC-5 5.14.7).
Said Reservation::confirm(mpath_device &path, u64 key) noexcept
{
	return set_key(path, key, key);
}

Said Reservation::set_key(mpath_device &path, u64 from, u64 to) noexcept
{
	return tell(path, {MPATH_PR_REGISTER, 0, aptpl_, from, to});
}

// --- one path -----------------------------------------------------------------------------

// Yes: the nexus holds the head's key, perhaps from now on. Conflict: the key is lost.
Said Reservation::hold_key(mpath_device &path) noexcept
{
	const u64 mine = key();
	u32 times;
	Said answer = confirm(path, mine);

	if (answer == Said::yes && !path.nexus.unproven) {
		path.nexus.registered.store_relaxed(true);
		return Said::yes;
	}
	if (answer == Said::conflict) {
		path.nexus.registered.store_relaxed(false);
		answer = count_key(path, mine, &times);
		if (answer != Said::yes)
			return answer == Said::conflict ? Said::refused : answer;
		if (!times) {
			forget(true);
			return Said::conflict;
		}
		// Before the command, whose answer may get lost.
		path.nexus.unproven = true;
		answer = tell(path, {MPATH_PR_REGISTER_AND_IGNORE, 0, aptpl_, 0, mine});
		if (answer == Said::conflict)
			return Said::refused;
	}
	if (answer == Said::yes)
		answer = count_key(path, mine, &times);
	if (answer != Said::yes)
		return answer;
	path.nexus.unproven = false;
	// A preemption between the two has missed this nexus alone. It has carried no data.
	if (times < kEnough) {
		set_key(path, mine, 0);
		forget(true);
		return Said::conflict;
	}
	path.nexus.registered.store_relaxed(true);
	return Said::yes;
}

Reservation::Entry Reservation::entitle(mpath_device &path) noexcept
{
	if (!key()) {
		// Whichever it is: it may have missed more than one change.
		const PrRequest give_up{MPATH_PR_REGISTER_AND_IGNORE, 0, aptpl_, 0, 0};
		const bool left = leftover_key_ && tell(path, give_up) == Said::nothing;

		return left ? Entry::unreachable : Entry::open;
	}
	switch (hold_key(path)) {
	case Said::yes:
		return place(path);
	case Said::conflict:
		return Entry::open;
	case Said::refused:
	case Said::nothing:
		return Entry::unreachable;
	}
	return Entry::unreachable;
}

// It has the key: is it entitled to I/O by the type of the reservation?
Reservation::Entry Reservation::place(mpath_device &path) noexcept
{
	if (!is_for_holder_only(type()) || holder() == path.id())
		return Entry::open;
	if (holder_answers())
		return Entry::barred;

	const Said took = take_over(path, type());

	if (took == Said::yes) {
		// The others have to be registered again, each in its turn.
		mpk_work_kick(work_.get());
		return Entry::open;
	}
	moving_.store_relaxed(false);
	if (took == Said::nothing)
		return Entry::unreachable;
	// The reservation is not ours any more, or the key neither.
	return is_for_holder_only(type()) ? Entry::barred : Entry::open;
}

void Reservation::enter(mpath_device &path) noexcept
{
	enter(path, entitle(path));
}

void Reservation::enter(mpath_device &path, Entry entry) noexcept
{
	switch (entry) {
	case Entry::open:
		path.let_in();
		return;
	case Entry::barred:
		path.bar_for_the_holder();
		return;
	case Entry::unreachable:
		path.nexus.registered.store_relaxed(false);
		path.bar(Reason::not_registered);
		path.ask_again();
		return;
	}
}

// To register it once more would count in the LUN's PRGENERATION.
void Reservation::enter_barred(mpath_device &path) noexcept
{
	if (key() && path.nexus.registered.load_relaxed())
		enter(path, place(path));
	else
		enter(path);
}

// Something has changed that may let it in.
void Reservation::reconsider(mpath_device &path) noexcept
{
	// Blocked, perhaps since before it was barred: nobody else would see it come back.
	if (!path.answers()) {
		if (carries_io(path.health()))
			path.bar(Reason::not_registered);
		path.ask_again();
	} else if (is_a_stranger(path)) {
		path.ask_for_answer();
	} else {
		enter_barred(path);
	}
}

// It has not answered, or cannot be asked: its probe sees to it.
void Reservation::shut_out(mpath_device &path) noexcept
{
	path.nexus.registered.store_relaxed(false);
	if (!carries_io(path.health()))
		return;
	path.bar(Reason::not_registered);
	path.ask_again();
}

// See Locking in reservation.hpp.
bool Reservation::lets_in_freely(mpath_device &path) noexcept
{
	MutexGuard guard(paths_lock_);

	// Who was barred may be scanned when it is let in, which takes memory: not under this lock.
	if (guard_.load_relaxed() || path.health() == Health::barred)
		return false;
	path.let_in();
	return true;
}

void Reservation::admit(mpath_device &path) noexcept
{
	if (lets_in_freely(path))
		return;
	// I/O waits for it, however long the command takes that has the lock.
	path.nexus.knocks.store_relaxed(true);
	admit_in_turn(path);
	path.nexus.knocks.store_release(false);
}

void Reservation::admit_in_turn(mpath_device &path) noexcept
{
	MutexGuard guard(lock_.get());

	// In service already: what has changed the key since has asked it.
	if (carries_io(path.health()))
		path.let_in();
	else if (path.health() == Health::barred)
		enter_barred(path);
	else
		enter(path);
	if (in_doubt_ && path.nexus.registered.load_relaxed())
		mpk_work_kick(work_.get());
}

} // namespace mpath
