// SPDX-License-Identifier: GPL-2.0
#include "reservation.hpp"

#include "head.hpp"
#include "util/errno.hpp"
#include "util/text.hpp"

namespace {

// A list of 1023 keys.
constexpr u32 kDataLen = 8192;

// A command holds up other paths, and other users of the head's reservation.
constexpr u32 kPrTimeoutMs = 10000;

// Of the nexuses with a key no more have to be counted.
constexpr u32 kEnough = 2;

// Unit attentions come one at a time, and a preempted nexus has up to three.
constexpr int kMaxAttentions = 5;

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

// A path with a reference, which keeps it and delays its removal.
class Reservation::PathRef {
public:
	// Takes over the caller's reference.
	explicit PathRef(mpath_device *path) noexcept : path_(path) {}
	PathRef(PathRef &&other) noexcept : path_(other.path_) { other.path_ = nullptr; }
	PathRef &operator=(PathRef &&other) noexcept
	{
		mpath_device *path = other.path_;

		other.path_ = nullptr;
		if (path_)
			path_->put();
		path_ = path;
		return *this;
	}
	~PathRef()
	{
		if (path_)
			path_->put();
	}

	explicit operator bool() const noexcept { return path_ != nullptr; }
	mpath_device &operator*() const noexcept { return *path_; }
	mpath_device *operator->() const noexcept { return path_; }

private:
	mpath_device *path_;
};

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

template <typename Do>
void Reservation::for_each(const Do &what) const noexcept
{
	for (PathRef path = after(0); path; path = after(path->id()))
		what(*path);
}

template <typename Ask>
Said Reservation::ask_one(u32 first, const Ask &ask) noexcept
{
	Said answer = Said::nothing;
	const auto try_one = [&](mpath_device &path) {
		if (answer == Said::nothing && path.answers() &&
		    path.nexus.registered.load_relaxed())
			answer = ask(path);
	};

	if (PathRef path = find(first))
		try_one(*path);
	for_each([&](mpath_device &path) {
		if (path.id() != first)
			try_one(path);
	});
	return answer;
}

bool Reservation::holder_answers() const noexcept
{
	const PathRef path = find(holder());

	return path && path->answers() && path->nexus.registered.load_relaxed();
}

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
	return said(*answer);
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
		const bool left = leftover_key_ && set_key(path, leftover_key_, 0) == Said::nothing;

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
		path.bar(Reason::not_the_holder);
		return;
	case Entry::unreachable:
		path.bar(Reason::not_registered);
		path.ask_again();
		return;
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

void Reservation::admit(mpath_device &path) noexcept
{
	MutexGuard guard(lock_.get());

	// In service already: what has changed the key since has asked it.
	if (carries_io(path.health()))
		path.let_in();
	else
		enter(path);
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
		if (path.health() == Health::barred)
			path.let_in();
	});
	moving_.store_relaxed(false);
	head_.kick();
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
		if (path.health() != Health::barred)
			return;
		// Blocked, perhaps since before it was barred: nobody else would see it come back.
		if (!path.answers())
			path.ask_again();
		else if (key() && path.nexus.registered.load_relaxed())
			// To register it once more would count in the LUN's PRGENERATION.
			enter(path, place(path));
		else
			enter(path);
	});
	moving_.store_relaxed(false);
	head_.kick();
}

// Does the LUN list it still? Who cannot find out does not say no.
bool Reservation::is_listed(u64 key) noexcept
{
	Said answer = Said::nothing;
	u32 times = 0;

	for_each([&](mpath_device &path) {
		if (answer == Said::nothing && path.answers())
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
			path.nexus.registered.store_relaxed(to && to == key());
			return;
		}
		done = false;
		shut_out(path);
	});
	return done;
}

PrAnswer Reservation::register_all(const PrRequest &request) noexcept
{
	const u64 before = key();
	const bool persisted = aptpl_;
	// What a nexus has had that accepts the new key.
	const u64 had = request.action == MPATH_PR_REGISTER ? request.key : before;
	const u32 mark = ++last_mark_;
	PrAnswer answer = no_connect_answer();
	Said last = Said::nothing;
	bool any = false, unclear = false;

	guard_new_paths(true);
	aptpl_ = request.aptpl;
	for_each([&](mpath_device &path) {
		if (last == Said::conflict || last == Said::refused || !path.answers())
			return;
		last = tell(path, request, &answer);
		// Two paths may be one nexus to the LUN, as for a guest behind one adapter.
		if (last == Said::conflict && !answer.sense_valid && any &&
		    confirm(path, request.action_key) == Said::yes)
			last = Said::yes;
		if (last == Said::yes) {
			path.nexus.mark = mark;
			any = true;
		} else if (last == Said::nothing) {
			unclear = true;
			shut_out(path);
		} else if (answer.sense_valid) {
			// LIO, for one, registers and then fails for want of a file to keep it in.
			path.nexus.mark = mark;
		}
	});

	const bool failed = last == Said::conflict || last == Said::refused;
	bool preempted = failed && before && had == before && !is_listed(before);

	if (!failed && any) {
		preempted = !all_confirmed(mark, request.action_key);
		if (!preempted) {
			for_each([&](mpath_device &path) {
				if (path.nexus.mark != mark)
					shut_out(path);
			});
			leftover_key_ = 0;
			preempted_.store_relaxed(false);
			key_.store_relaxed(request.action_key);
			mpk_log(MPATH_LOG_INFO, "%s: registered with reservation key %#llx\n",
				head_.name(), static_cast<unsigned long long>(key()));
			readmit_all();
			return {};
		}
		answer = conflict_answer();
	}
	unclear |= !undo(mark, request.action_key, preempted ? 0 : had);
	aptpl_ = persisted;
	// Where the head keeps its old key, the next look at the path gives it that.
	if (unclear && (!before || preempted))
		leftover_key_ = request.action_key;
	if (preempted)
		forget(true);
	else
		guard_new_paths(key() || leftover_key_);
	readmit_all();
	return answer;
}

PrAnswer Reservation::unregister_all(const PrRequest &request) noexcept
{
	const u64 before = key();
	const u64 from = request.action == MPATH_PR_REGISTER ? request.key : before;
	PrAnswer answer = no_connect_answer();
	bool any = false, missed = false, contradicted = false;
	const auto unregister = [&](mpath_device &path) {
		const Said said = path.answers() ? tell(path, request, &answer) : Said::nothing;

		any |= said == Said::yes;
		missed |= said == Said::nothing;
		contradicted |= said == Said::conflict || said == Said::refused;
	};

	if (before && from != before)
		return conflict_answer();
	// With the holder goes the reservation. Where that does not answer, it would stay.
	if (type() && !is_for_all(type()) && !holder_answers())
		take_over_from(holder());
	if (before && !key())
		return conflict_answer();

	const u32 first = holder();

	if (const PathRef path = find(first))
		unregister(*path);
	for_each([&](mpath_device &path) {
		if (path.id() != first)
			unregister(path);
	});
	if (!any) {
		if (contradicted && before && !is_listed(before))
			forget(true);
		return answer;
	}
	leftover_key_ = missed ? from : 0;
	forget(false);
	return {};
}

// The reservation may be ours through a nexus that we do not know of.
bool Reservation::is_ours(const PrReservation &what) const noexcept
{
	return what.type && (is_for_all(what.type) || what.key == key());
}

PrAnswer Reservation::reserve(const PrRequest &request) noexcept
{
	PrAnswer answer = no_connect_answer();
	u32 silent = 0;

	// SPC-5 5.14.9: a holder may repeat itself, and nothing else.
	if (type() && request.type != type())
		return conflict_answer();
	if (type() && !is_for_all(type()) && !holder_answers()) {
		const Said said = take_over_from(holder());

		if (said == Said::yes)
			return {};
		if (said == Said::conflict)
			return conflict_answer();
		return answer;
	}

	const Said said = ask_one(holder(), [&](mpath_device &path) {
		if (is_for_holder_only(request.type))
			bar_all_but(path.id());

		const Said here = tell(path, request, &answer);
		PrReservation what;

		if (here == Said::yes) {
			set_held(request.type, is_for_all(request.type) ? 0 : path.id());
		} else if (here == Said::nothing) {
			silent = path.id();
			path.recheck();
		} else if (here == Said::conflict) {
			// The one that did not answer may have done it.
			if (silent && read_reservation(path, &what) == Said::yes && is_ours(what) &&
			    what.type == request.type) {
				set_held(request.type, silent);
				return Said::yes;
			}
			hold_key(path);
		}
		return here;
	});

	readmit_all();
	see_to_holder();
	return said == Said::yes ? PrAnswer{} : answer;
}

PrAnswer Reservation::release(const PrRequest &request) noexcept
{
	PrAnswer answer = no_connect_answer();
	const bool known = type() && (is_for_all(type()) || holder_answers());
	const u32 holder_then = holder();
	Said said = ask_one(holder_then, [&](mpath_device &path) {
		PrReservation what;
		Said here = tell(path, request, &answer);

		if (here == Said::nothing)
			path.recheck();
		if (here == Said::conflict)
			hold_key(path);
		if (here != Said::yes || (known && (!holder_then || path.id() == holder_then)))
			return here;
		// To all but the holder the LUN says yes and does nothing (SPC-5 5.14.11.2.2).
		here = read_reservation(path, &what);
		if (here != Said::yes || !is_ours(what))
			return here;
		if (what.type != request.type) {
			answer = conflict_answer();
			return Said::conflict;
		}
		here = take_over(path, what.type);
		if (here == Said::yes)
			here = tell(path, request, &answer);
		else if (here == Said::conflict)
			answer = conflict_answer();
		return here;
	});

	if (said == Said::yes)
		set_held(0, 0);
	readmit_all();
	return said == Said::yes ? PrAnswer{} : answer;
}

PrAnswer Reservation::clear(const PrRequest &request) noexcept
{
	PrAnswer answer = no_connect_answer();
	bool silent = false;
	const Said said = ask_one(holder(), [&](mpath_device &path) {
		const Said here = tell(path, request, &answer);

		if (here == Said::nothing) {
			silent = true;
			path.recheck();
		}
		if (here == Said::conflict && silent && !is_listed(key()))
			return Said::yes;
		if (here == Said::conflict)
			hold_key(path);
		return here;
	});

	if (said != Said::yes)
		return answer;
	leftover_key_ = 0;
	forget(false);
	return {};
}

// Has another nexus of ours done it, whose answer was lost?
bool Reservation::has_preempted(mpath_device &path, const PrRequest &request) noexcept
{
	u32 mine, theirs;

	return count_key(path, key(), &mine) == Said::yes && mine &&
	       count_key(path, request.action_key, &theirs) == Said::yes && !theirs;
}

// 0 means all registrants, and then the head's own other nexuses, too.
bool Reservation::is_own(const PrRequest &request) const noexcept
{
	return request.action_key == key() || !request.action_key;
}

// The path with the id @by has done it; @path tells what has become of us.
void Reservation::note_preempted(mpath_device &path, u32 by, const PrRequest &request) noexcept
{
	const bool own = is_own(request);
	const bool had = type() != 0;
	PrReservation what{key(), request.type};

	if (own) {
		for_each([&](mpath_device &other) {
			other.nexus.registered.store_relaxed(other.id() == path.id());
		});
		// Without a reservation it preempts itself with all the others.
		if (confirm(path, key()) == Said::conflict) {
			forget(false);
			return;
		}
	}
	if (read_reservation(path, &what) == Said::refused)
		return;
	if (!is_ours(what))
		set_held(0, 0);
	else if (is_for_all(what.type))
		set_held(what.type, 0);
	else if (own || !had)
		set_held(what.type, by);
}

PrAnswer Reservation::preempt(const PrRequest &request) noexcept
{
	const bool own = is_own(request);
	PrAnswer answer = no_connect_answer();
	u32 silent = 0;

	if (own && type())
		hold_io();

	const Said said = ask_one(holder(), [&](mpath_device &path) {
		if (own || is_for_holder_only(request.type))
			bar_all_but(path.id());

		Said here = tell(path, request, &answer);
		u32 by = path.id();

		if (here == Said::conflict && silent) {
			if (!own && has_preempted(path, request)) {
				here = Said::yes;
				by = silent;
			}
			// The one before has unregistered this one.
			if (own && hold_key(path) == Said::yes)
				here = tell(path, request, &answer);
		}
		if (here == Said::yes) {
			note_preempted(path, by, request);
		} else if (here == Said::nothing) {
			silent = path.id();
			path.recheck();
		} else if (here == Said::conflict && key()) {
			hold_key(path);
		}
		return here;
	});

	readmit_all();
	see_to_holder();
	return said == Said::yes ? PrAnswer{} : answer;
}

// --- the holder ---------------------------------------------------------------------------

// SPC-5 5.14.11.2.4: who preempts the key of the holder takes its place, and all other nexuses with
// that key lose their registration. They stay barred until somebody readmits them.
Said Reservation::take_over(mpath_device &path, u8 type) noexcept
{
	const PrRequest request{MPATH_PR_PREEMPT, type, aptpl_, key(), key()};
	PrReservation what;
	Said answer = read_reservation(path, &what);

	// Without a reservation to take over it would only unregister us all.
	if (answer == Said::yes && !is_ours(what)) {
		set_held(0, 0);
		return Said::conflict;
	}
	if (answer != Said::yes)
		return answer;
	bar_all_but(path.id());
	answer = tell(path, request);
	// An attempt through another one that did not answer has unregistered this one.
	if (answer == Said::conflict && hold_key(path) == Said::yes)
		answer = tell(path, request);
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
		return path.id() == holder ? Said::nothing : take_over(path, type());
	});

	readmit_all();
	return answer;
}

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

// --- what is asked for --------------------------------------------------------------------

// Where the data of commands are. Memory may be had only by writing to this very head, through a
// path that waits for the lock: so it is there before that is taken.
class Reservation::Buffer {
public:
	Buffer() noexcept : data_(static_cast<u8 *>(mpk_alloc(kDataLen))) {}
	~Buffer() { mpk_free(data_); }
	Buffer(const Buffer &) = delete;
	Buffer &operator=(const Buffer &) = delete;

	// Under lock_: the first one stays. False without memory.
	bool lend(u8 **data) noexcept
	{
		if (!*data) {
			*data = data_;
			data_ = nullptr;
		}
		return *data != nullptr;
	}

private:
	u8 *data_;
};

PrAnswer Reservation::carry_out(const PrRequest &request) noexcept
{
	Buffer buffer;
	MutexGuard guard(lock_.get());

	if (!buffer.lend(&data_)) {
		PrAnswer answer{};

		answer.error = -ENOMEM;
		return answer;
	}
	if (request.action == MPATH_PR_REGISTER || request.action == MPATH_PR_REGISTER_AND_IGNORE)
		return request.action_key ? register_all(request) : unregister_all(request);
	// So says a LUN to a nexus that is not registered, or with another key.
	if (!key() || request.key != key())
		return conflict_answer();
	switch (request.action) {
	case MPATH_PR_RESERVE:
		return reserve(request);
	case MPATH_PR_RELEASE:
		return release(request);
	case MPATH_PR_CLEAR:
		return clear(request);
	default:
		return preempt(request);
	}
}

int Reservation::adopt(u64 key) noexcept
{
	Buffer buffer;
	MutexGuard guard(lock_.get());
	Said answer = Said::nothing;
	PrReservation what{};
	u32 times = 0;

	if (!buffer.lend(&data_))
		return -ENOMEM;
	if (!key) {
		leftover_key_ = 0;
		forget(false);
		return 0;
	}
	if (this->key())
		return this->key() == key ? 0 : -EBUSY;
	for_each([&](mpath_device &path) {
		if (answer != Said::nothing || !path.answers())
			return;
		answer = count_key(path, key, &times);
		// What it is told again must not change whether it survives a loss of power.
		if (answer == Said::yes && ask(path, PrIn::report_capabilities, 8) == Said::yes)
			aptpl_ = parse_persists(data_, 8);
	});
	if (answer == Said::nothing)
		return -EIO;
	if (answer != Said::yes)
		return -EOPNOTSUPP;
	if (!times)
		return -ENOENT;

	guard_new_paths(true);
	leftover_key_ = 0;
	preempted_.store_relaxed(false);
	key_.store_relaxed(key);
	for_each([&](mpath_device &path) {
		if (!this->key())
			return;
		if (!path.answers() || hold_key(path) == Said::nothing)
			shut_out(path);
	});
	if (!this->key())
		return -ENOENT;
	ask_one(0, [&](mpath_device &path) { return read_reservation(path, &what); });
	if (is_ours(what)) {
		set_held(what.type, 0);
		if (!is_for_all(what.type))
			find_holder();
		if (is_for_holder_only(what.type))
			bar_all_but(holder());
	}
	mpk_log(MPATH_LOG_INFO, "%s: adopted reservation key %#llx\n", head_.name(),
		static_cast<unsigned long long>(key));
	see_to_holder();
	readmit_all();
	return 0;
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
		const bool doubted = path.nexus.doubted.load_relaxed();

		path.nexus.doubted.store_relaxed(false);
		if (key() && path.answers() && (doubted || !path.nexus.registered.load_relaxed()))
			enter(path);
	});
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
