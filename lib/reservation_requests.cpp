// SPDX-License-Identifier: GPL-2.0
// Reservation: what its users ask for.
#include "reservation_walk.hpp"
#include "util/errno.hpp"

namespace mpath {

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

// Those that have to be asked who they are will be soon.
PrAnswer Reservation::nobody_answers() const noexcept
{
	bool soon = false;

	for_each([&](mpath_device &path) { soon |= path.answers() && is_a_stranger(path); });
	return soon ? disrupted_answer() : no_connect_answer();
}

// Is each nexus known to have got the key from the head, and not after a preemption that missed it?
void Reservation::prove_all() noexcept
{
	for_each([&](mpath_device &path) {
		if (key() && path.nexus.unproven && path.answers() && !is_a_stranger(path))
			hold_key(path);
	});
}

PrAnswer Reservation::register_all(const PrRequest &request) noexcept
{
	const u64 before = key();
	const bool persisted = aptpl_;
	// What a nexus has had that accepts the new key.
	const u64 had = request.action == MPATH_PR_REGISTER ? request.key : before;
	const u32 mark = ++last_mark_;
	PrAnswer answer = nobody_answers();
	Said last = Said::nothing;
	bool any = false, unclear = false;

	// It would keep the reservation, with a key that is the head's no more.
	if (before && had == before && request.action_key != before && is_held_by_one() &&
	    !holder_answers()) {
		if (take_over_from(holder()) == Said::nothing)
			return answer;
		if (!key())
			return conflict_answer();
	}
	// Whoever knows the key may have it changed: not through a nexus that was given it after it had
	// been taken from all others.
	const bool proof = before && request.action == MPATH_PR_REGISTER;

	if (proof) {
		prove_all();
		if (!key())
			return conflict_answer();
	}
	aptpl_ = request.aptpl;
	for_each([&](mpath_device &path) {
		if (last == Said::conflict || last == Said::refused || !path.answers())
			return;
		// Another LUN would register it. Any other command that has lost its way meets a conflict
		// there. Its probe has it registered when it has found out.
		if (is_a_stranger(path) || (proof && path.nexus.unproven))
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
			guard_new_paths(true);
			shut_out(path);
		} else if (answer.sense_valid) {
			// LIO, for one, registers and then fails for want of a file to keep it in.
			path.nexus.mark = mark;
		}
	});

	guard_new_paths(true);

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
			if (before && is_held_by_one() && !holder_answers()) {
				former_key_ = before;
				take_over_from(holder());
			}
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
		// It has another key still.
		const bool behind = before && said == Said::conflict &&
				    !path.nexus.registered.load_relaxed();

		missed |= said == Said::nothing || behind;
		contradicted |= said == Said::conflict || said == Said::refused;
	};

	if (before && from != before)
		return conflict_answer();
	// With the holder goes the reservation. Where that does not answer, it would stay.
	if (is_held_by_one() && !holder_answers())
		take_over_from(holder());
	if (before && !key())
		return conflict_answer();

	const u32 first = holder();

	// Who comes back too late to be told keeps the key.
	guard_new_paths(true);
	if (const PathRef path = find(first))
		unregister(*path);
	for_each([&](mpath_device &path) {
		if (path.id() != first)
			unregister(path);
	});
	if (!any) {
		guard_new_paths(before || leftover_key_);
		if (contradicted && before && !is_listed(before))
			forget(true);
		return answer;
	}
	leftover_key_ = missed ? from : 0;
	forget(false);
	return {};
}

PrAnswer Reservation::reserve(const PrRequest &request) noexcept
{
	PrAnswer answer = nobody_answers();
	u32 silent = 0;

	// SPC-5 5.14.9: a holder may repeat itself, and nothing else.
	if (type() && request.type != type())
		return conflict_answer();
	if (is_held_by_one() && !holder_answers()) {
		const Said said = take_over_from(holder());

		if (said == Said::yes)
			return {};
		if (said != Said::conflict)
			return answer;
		// Unless nobody holds anything any more.
		if (type() || !key())
			return conflict_answer();
	}

	const Said said = ask_one(holder(), [&](mpath_device &path) {
		if (is_for_holder_only(request.type))
			bar_all_but(path.id());

		const Said here = tell(path, request, &answer);
		PrReservation what{};

		if (here == Said::yes) {
			set_held(request.type, is_for_all(request.type) ? 0 : path.id());
		} else if (here == Said::nothing) {
			silent = path.id();
			path.recheck();
		} else if (here == Said::conflict) {
			// The one that did not answer may have done it.
			const Said read = silent ? read_reservation(path, &what) : Said::yes;

			if (read == Said::nothing) {
				answer = no_connect_answer();
				return read;
			}
			if (silent && is_ours(what) && what.type == request.type) {
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
	const bool known = !in_doubt_ && type() && (is_for_all(type()) || holder_answers());
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
		answer = no_connect_answer();
		here = read_reservation(path, &what);
		if (here != Said::yes || !is_ours(what))
			return here;
		if (what.type == request.type)
			here = take_over(path, what.type);
		else
			here = Said::conflict;
		if (here == Said::yes)
			here = tell(path, request, &answer);
		else if (here == Said::conflict)
			answer = conflict_answer();
		return here;
	});

	if (said == Said::yes) {
		set_held(0, 0);
		hear_out();
	}
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
	hear_out();
	return {};
}

// Has another nexus of ours done it, whose answer was lost? Conflict: no.
Said Reservation::has_preempted(mpath_device &path, const PrRequest &request) noexcept
{
	u32 mine = 0, theirs = 0;
	Said read = count_key(path, key(), &mine);

	if (read == Said::yes && mine)
		read = count_key(path, request.action_key, &theirs);
	if (read == Said::nothing)
		return Said::nothing;
	return read == Said::yes && mine && !theirs ? Said::yes : Said::conflict;
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
	PrReservation what;

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

	const Said read = read_reservation(path, &what);

	if (read == Said::refused)
		return;
	if (read == Said::nothing) {
		if (own && had)
			set_held(request.type, is_for_all(request.type) ? 0 : by);
		in_doubt_ = true;
		return;
	}
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
	bool several = false;

	if (own && type())
		hold_io();

	const Said said = ask_one(holder(), [&](mpath_device &path) {
		if (own || is_for_holder_only(request.type))
			bar_all_but(path.id());

		Said here = tell(path, request, &answer);
		u32 by = path.id();

		if (here == Said::nothing) {
			several = silent != 0;
			silent = path.id();
		}

		if (here == Said::conflict && silent) {
			if (!own) {
				here = has_preempted(path, request);
				by = silent;
			}
			if (here == Said::nothing)
				answer = disrupted_answer();
			// The one before has unregistered this one.
			if (own && hold_key(path) == Said::yes)
				here = tell(path, request, &answer);
		}
		if (here == Said::yes) {
			note_preempted(path, by, request);
			// Any of them may have done it.
			in_doubt_ |= several;
		} else if (here == Said::nothing) {
			path.recheck();
		} else if (here == Said::conflict && key()) {
			hold_key(path);
		}
		return here;
	});

	if (said == Said::yes)
		hear_out();
	readmit_all();
	see_to_holder();
	return said == Said::yes ? PrAnswer{} : answer;
}

PrAnswer Reservation::carry_out(const PrRequest &request) noexcept
{
	Buffer buffer;
	MutexGuard guard(lock_.get());

	if (!buffer.lend(&data_)) {
		PrAnswer answer{};

		answer.error = -ENOMEM;
		return answer;
	}
	settle_doubt();

	const PrAnswer answer = carry_out_settled(request);

	if (in_doubt_)
		mpk_work_kick(work_.get());
	return answer;
}

PrAnswer Reservation::carry_out_settled(const PrRequest &request) noexcept
{
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
} // namespace mpath
