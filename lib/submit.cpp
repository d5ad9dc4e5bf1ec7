// SPDX-License-Identifier: GPL-2.0
// The life of a bio: submitted, sent, done, moved, parked, given up.
#include "classify.hpp"
#include "head.hpp"
#include "policy_numa.hpp"
#include "policy_queue_depth.hpp"
#include "policy_round_robin.hpp"
#include "policy_service_time.hpp"

using mpath::AnyPath;
using mpath::Blame;
using mpath::Fate;
using mpath::Health;
using mpath::IoFifo;
using mpath::NotAmong;
using mpath::NotTried;
using mpath::PathList;
using mpath::ReadGuard;
using mpath::ReadSection;
using mpath::SpinGuard;

namespace {

// How often a parked bio is looked at when nobody kicks: the mid-layer tells nobody
// when a device is unblocked or an access state changes.
constexpr u32 kLookAgainMs = 100;

// And how often, when no bio waits but the clock runs that counts the time without a path.
constexpr u32 kWatchClockMs = 1000;

// The pause that back-pressure asks for.
constexpr u32 kPauseMs = 10;

// The guard of last resort against paths that swallow probes and fail I/O. The
// suspicion rules end a bad bio long before.
constexpr u8 kMaxMoves = 32;

// A bio that failed so often on a path which a probe then found fine is itself bad.
constexpr u8 kConfirmedIsEnough = 2;

// From here on its past matters.
void remember(mpath_io *io) noexcept
{
	if (io->remembers)
		return;
	io->remembers = true;
	io->confirmed = 0;
	io->waiting = false;
	io->insisted = false;
	io->patient = false;
	for (auto &suspected : io->suspected)
		suspected = {};
	io->confirmed_id = 0;
	io->confirmed_seq = 0;
	io->review = 0;
	io->status = MPATH_STS_OK;
}

} // namespace

template <typename Filter>
mpath_device *mpath_head::choose(Filter filter, const ReadSection &guard) noexcept
{
	return mpath::choose_path(iopolicy(), paths_, cache_.here(), filter, guard);
}

template <typename Filter>
bool mpath_head::has_other(const mpath_device *path, Filter filter,
			   const ReadSection &guard) noexcept
{
	for (auto *other = paths_.first(guard); other; other = paths_.after(*other, guard))
		if (other != path && other->can_carry_io_at_need() && filter.accepts(*other))
			return true;
	return false;
}

bool mpath_head::has_any_path(const ReadSection &guard) noexcept
{
	return has_other(nullptr, AnyPath{}, guard);
}

mpath_device *mpath_head::next_path(mpath_tries &tries) noexcept
{
	const NotAmong untried{tries};
	ReadGuard guard;

	tries.more = false;
	if (tries.nr == MPATH_MAX_TRIES)
		return nullptr;

	mpath_device *path = choose(untried, guard);

	if (!path)
		return nullptr;
	path->get();
	tries.path_ids[tries.nr++] = path->id();
	tries.more = tries.nr < MPATH_MAX_TRIES && has_other(path, untried, guard);
	return path;
}

// From here on the path, and with it the head, stays until the bio is back, once it is counted as
// sent. It cannot have been drained: remove_path() waits for this read section between marking the
// path and draining it.
//
// Where another path is left to this bio, the error is wanted after one try; the last path has
// the transport's own retries, at once or, with always_failfast, when nothing else has helped.
void mpath_head::take(mpath_io *io, mpath_device *path, bool failfast, const ReadSection &) noexcept
{
	const mpath_iopolicy policy = iopolicy();

	if (no_path_since_ms_.load_relaxed())
		stop_clock();
	io->path = path;
	io->failfast = failfast;
	io->counted = false;
	io->measured = false;
	if (policy >= MPATH_IOPOLICY_QUEUE_DEPTH)
		path->count_in(*io);
	if (policy == MPATH_IOPOLICY_SERVICE_TIME)
		path->measure_if_due(*io, static_cast<mpath_direction>(io->direction), mpk_ticks());
}

// With nothing to wait for, to notice or to withdraw there is nobody to call. The end of a bio that
// others were split from comes when the last of them ends, with the error of any: it cannot be told
// what happened to this part of it, so a clone goes down.
template <typename Policy>
[[gnu::always_inline]] inline mpath_device *mpath_head::route_by(mpath_io *io, u32 node,
								 u32 ticks) noexcept
{
	const ReadSection guard{ReadSection::held};
	const AnyPath any{static_cast<mpath_direction>(io->direction)};

	if (no_path_since_ms_.load_relaxed()) [[unlikely]]
		return route_with_care(io);

	mpath_device *path =
		Policy::glance(paths_, cache_.here(node, Policy::kTakesTurns), any, guard);

	if (!path) [[unlikely]] {
		if constexpr (requires { typename Policy::Otherwise; })
			return route_out_of_line<typename Policy::Otherwise>(io, ticks);
		return route_with_care(io);
	}

	bool failfast = always_failfast_;

	for (auto *other = failfast ? nullptr : paths_.first(guard); other;
	     other = paths_.after(*other, guard)) {
		if (other == path)
			continue;
		if (other->is_ready_at_need()) [[likely]] {
			failfast = true;
			break;
		}
		if (other->is_to_be_withdrawn()) [[unlikely]]
			return route_with_care(io);
	}
	io->path = path;
	io->failfast = failfast;
	if constexpr (Policy::kCounts)
		path->count_in(*io);
	if constexpr (Policy::kMeasures)
		return path->measure_if_due(*io, any.direction(), ticks);
	return path;
}

// All but numa, which is the one that asks for the node.
template <typename Policy>
mpath_device *mpath_head::route_out_of_line(mpath_io *io, u32 ticks) noexcept
{
	return route_by<Policy>(io, 0, ticks);
}

[[gnu::always_inline]] inline mpath_device *mpath_head::route(mpath_io *io, u32 node,
							      u32 ticks) noexcept
{
	// Acquire: is it live? Whatever it is besides its policy is looked at with care.
	const u32 policy = way_.load_acquire();

	// What costs least first, then what costs most.
	if (policy == MPATH_IOPOLICY_NUMA) [[likely]]
		return route_by<mpath::Numa>(io, node, ticks);
	if (policy == MPATH_IOPOLICY_SERVICE_TIME)
		return route_out_of_line<mpath::ServiceTimeAtAGlance>(io, ticks);
	if (policy == MPATH_IOPOLICY_ROUND_ROBIN)
		return route_out_of_line<mpath::RoundRobin>(io, ticks);
	if (policy == MPATH_IOPOLICY_QUEUE_DEPTH)
		return route_out_of_line<mpath::QueueDepth>(io, ticks);
	return route_with_care(io);
}

// Here, where nothing is between the question and the answer.
mpath_device *mpath_head_route(mpath_head *head, mpath_io *io, u32 node, u32 ticks) noexcept
{
	return head->route(io, node, ticks);
}

mpath_device *mpath_head::route_with_care(mpath_io *io) noexcept
{
	const ReadSection guard{ReadSection::held};
	const AnyPath any{static_cast<mpath_direction>(io->direction)};
	mpath_device *path = nullptr;

	io->clone |= submit_mode() == MPATH_SUBMIT_CLONE;
	if (is_live()) [[likely]]
		path = choose(any, guard);
	if (!path)
		return wait_for_path(io);
	take(io, path, always_failfast_ || has_other(path, any, guard), guard);
	return path;
}

mpath_device *mpath_head::route_along(mpath_io *io, const gendisk *neighbour) noexcept
{
	const ReadSection guard{ReadSection::held};
	mpath_device *path = is_live() ? paths_.first(guard) : nullptr;

	while (path && path->disk() != neighbour)
		path = paths_.after(*path, guard);
	if (!path || !path->is_first_choice())
		return mpath_head_route(this, io, mpk_this_node(), mpk_ticks());
	io->clone |= submit_mode() == MPATH_SUBMIT_CLONE;
	take(io, path, always_failfast_ || has_other(path, AnyPath{}, guard), guard);
	return path;
}

mpath_device *mpath_head_route_along(mpath_head *head, mpath_io *io,
				     const gendisk *neighbour) noexcept
{
	return head->route_along(io, neighbour);
}

void mpath_head::done(mpath_io *io, mpath_status status) noexcept
{
	mpath_device *path = io->path;
	// The record is somebody else's before the path is given back.
	const u32 epoch = io->epoch;

	if (io->counted)
		path->count_active(-1);
	path->note_end(*io, status);

	if (status == MPATH_STS_OK) [[likely]] {
		if (io->moves) [[unlikely]]
			accuse(io);
		mpk_io_finish(io, MPATH_STS_OK);
		path->count_back(epoch);
		return;
	}

	remember(io);
	io->insisted |= !io->failfast;

	auto [fate, blame] = mpath::classify(status, mpk_io_is_nowait(io));

	if (status == MPATH_STS_RESV_CONFLICT && reservation_.reviews(*io, *path))
		fate = Fate::pause;
	// The driver would have tried again, in a while. Not ready, interrupted.
	if (status == MPATH_STS_TARGET && always_failfast_ && !io->insisted) {
		io->patient = true;
		fate = Fate::pause;
	}
	// No disk refuses to read and write: it is not there any more.
	if (status == MPATH_STS_NOTSUPP && always_failfast_ && mpk_io_is_ordinary(io)) {
		fate = Fate::move;
		blame = Blame::suspect;
	}
	if (fate == Fate::complete || (fate == Fate::move && gives_up(io, blame))) {
		if (status == MPATH_STS_TARGET || status == MPATH_STS_NOTSUPP)
			mpk_io_learn_limits(io, path->disk());
		mpk_io_finish(io, status);
		path->count_back(epoch);
		return;
	}

	io->status = status;
	io->path = nullptr;
	if (fate == Fate::move) {
		io->moves += io->moves < kMaxMoves;
		io->news = true;
		failovers_.fetch_add_relaxed(1);
		path->count_failover();
		mpk_trace_move(io, path->disk(), status);
	}
	if (blame == Blame::suspect) {
		for (auto &suspected : io->suspected) {
			if (suspected.path_id)
				continue;
			// Before the blame: its verdict must count for this bio, however soon it comes.
			suspected.fine_seq = path->fine_seq();
			suspected.path_id = path->id();
			break;
		}
	}
	// Before the bio is queued: whoever resends it must find the path out of service.
	path->blame(blame, status);
	park(io);
	if (fate == Fate::pause)
		mpk_work_arm(requeue_work_.get(), kPauseMs);
	else
		kick();
	// Last: until here the count keeps the path, and with it the head.
	path->count_back(epoch);
}

// It works here: where it failed before, the path was to blame.
void mpath_head::accuse(const mpath_io *io) noexcept
{
	ReadGuard guard;

	auto accuse_one = [&](u32 id, u32 fine_seq) {
		mpath_device *path = id && id != io->path->id() ? find(id, guard) : nullptr;

		if (path)
			path->accuse(fine_seq);
	};

	accuse_one(io->confirmed_id, io->confirmed_seq);
	for (const auto &suspected : io->suspected)
		accuse_one(suspected.path_id, suspected.fine_seq);
}

// Has the bio been moved too often? Not where an administrator has said that I/O waits
// for paths for ever, and it is the transport that keeps failing.
bool mpath_head::gives_up(const mpath_io *io, Blame blame) const noexcept
{
	return io->moves == kMaxMoves && (blame != Blame::dead || no_path_timeout_ms() >= 0);
}

void mpath_head::park(mpath_io *io) noexcept
{
	SpinGuard guard(requeue_lock_.get());

	requeue_.push_back(io);
}

// Sending may sleep, for a tag above all, for as long as the path keeps what it has: a work of the path's
// own does it, for which no bio waits but those for this path.
void mpath_head::send_soon(mpath_io *io, const ReadSection &) noexcept
{
	mpath_device *path = io->path;

	{
		SpinGuard guard(requeue_lock_.get());

		path->unsent.push_back(io);
	}
	// The bio is the sender's, which may run already; the read section keeps the path.
	path->send_unsent_soon();
}

void mpath_head::send_unsent(void *device) noexcept
{
	auto *path = static_cast<mpath_device *>(device);

	for (;;) {
		mpath_io *io;

		{
			SpinGuard guard(path->head().requeue_lock_.get());

			io = path->unsent.pop_front();
		}
		if (!io)
			return;
		mpk_io_send(io);
	}
}

// While the work sleeps the path may have fallen out of use: then what is behind it goes elsewhere.
// Context: somebody keeps the path.
void mpath_head::take_back_unsent(mpath_device &path) noexcept
{
	IoFifo unsent;
	IoFifo back;

	{
		SpinGuard guard(requeue_lock_.get());

		unsent.prepend(path.unsent);
	}
	while (mpath_io *io = unsent.pop_front()) {
		const u32 epoch = io->epoch;

		if (io->counted)
			path.count_active(-1);
		io->path = nullptr;
		back.push_back(io);
		path.count_back(epoch);
	}

	SpinGuard guard(requeue_lock_.get());

	// They came before whatever was parked meanwhile.
	requeue_.prepend(back);
}

bool mpath_head::has_unsent(const mpath_device &path) noexcept
{
	SpinGuard locked(requeue_lock_.get());

	return !path.unsent.empty();
}

bool mpath_head::has_unsent(const ReadSection &guard) noexcept
{
	SpinGuard locked(requeue_lock_.get());

	for (const auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (!path->unsent.empty())
			return true;
	return false;
}

// Once for each time that a bio starts to wait, however often it is looked at.
void mpath_head::count_waiting(mpath_io *io) noexcept
{
	if (!io->waiting) {
		requeued_no_usable_path_.fetch_add_relaxed(1);
		waiting_sectors_.fetch_add_relaxed(io->sectors);
		mpk_trace_park(io);
	}
	io->waiting = true;
}

void mpath_head::waits_no_more(mpath_io *io) noexcept
{
	if (io->waiting)
		waiting_sectors_.fetch_add_relaxed(-u64{io->sectors});
	io->waiting = false;
}

// Submitters do not wait for each other: each may be the one that goes beyond.
bool mpath_head::has_room_for(const mpath_io *io) const noexcept
{
	const u64 limit = u64{parked_limit_kib()} * 2;

	return !limit || waiting_sectors_.load_relaxed() + io->sectors <= limit;
}

// For want of a path.
mpath_status mpath_head::note_failure(const char *why) noexcept
{
	failed_no_available_path_.fetch_add_relaxed(1);
	mpk_log_ratelimited(MPATH_LOG_ERR, "%s: %s, failing I/O\n", name_, why);
	return MPATH_STS_IOERR;
}

bool mpath_head::verdict_due(const ReadSection &guard) const noexcept
{
	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (path->verdict_due())
			return true;
	return false;
}

bool mpath_head::all_lost(const ReadSection &guard) const noexcept
{
	bool lost = false;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		if (path->health() == Health::removing)
			continue;
		if (!path->is_lost())
			return false;
		lost = true;
	}
	return lost;
}

// Context: process. The answer is for bios that are parked and for those to come: a path
// that is back (send(), path_came_back()) ends it.
void mpath_head::fail_now() noexcept
{
	{
		ReadGuard guard;

		if (has_any_path(guard))
			return;
		stop_clock(kNobodyWaits);
	}
	mpk_log(MPATH_LOG_WARN, "%s: no usable path, failing I/O as asked for\n", name_);
	// watch_clock() ends it, too, where no probe tells of the path.
	kick();
}

bool mpath_head::access_may_come(u64 now_ms, const ReadSection &guard) noexcept
{
	bool comes = activation_.hope(now_ms, guard);

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		comes |= path->is_in_transition(now_ms, transition_limit_ms());
	if (comes)
		hoped_ms_.store_relaxed(now_ms);
	return comes;
}

bool mpath_head::may_wait(const ReadSection &guard) noexcept
{
	const int timeout = no_path_timeout_ms();

	if (no_path_since_ms_.load_relaxed() == kNobodyWaits)
		return has_any_path(guard);
	const bool queue = queue_if_no_path_.load_relaxed();

	// Paths were looked at one after the other: one that was lost may be back by now.
	if (!queue && all_lost(guard))
		return has_any_path(guard);

	const u64 now = mpk_now_ms();
	u64 since = 0;

	// Whoever finds no path first starts the clock, and sees to it that it is stopped.
	if (no_path_since_ms_.compare_exchange(since, now)) {
		mpk_work_arm(requeue_work_.get(), kLookAgainMs);
		since = now;
	}
	// Not while a verdict is due, as when the head's first path joins: it is looked at again then.
	if (timeout > 0 && !queue && !reservation_.is_moving() && !told_no_path_.load_relaxed() &&
	    !verdict_due(guard)) {
		told_no_path_.store_relaxed(true);
		mpk_log_ratelimited(MPATH_LOG_WARN,
				    "%s: no usable path, holding I/O for up to %d ms\n", name_,
				    timeout);
	}

	const bool comes = access_may_come(now, guard);

	// For ever; the clock is for the record.
	if (timeout < 0 || queue)
		return true;
	// No path, but the time that this may take is the target's to say.
	if (comes)
		return true;

	const u64 hoped = hoped_ms_.load_relaxed();

	// Another CPU may have started it a moment after this one has looked at the time.
	if (now < (hoped > since ? hoped : since) + static_cast<u64>(timeout))
		return true;
	// A probe is on its way and ends soon, one way or the other. Or it has just ended, since
	// the caller looked for a path.
	return verdict_due(guard) || reservation_.is_moving() || has_any_path(guard);
}

// A bio that has found no path on its first try. Context: as route().
mpath_device *mpath_head::wait_for_path(mpath_io *io) noexcept
{
	const char *why = "no available path";

	remember(io);
	{
		// One read section from the test of live_ to the parking: see kill().
		ReadGuard guard;

		if (is_live() && may_wait(guard)) {
			if (mpk_io_is_nowait(io)) {
				why = nullptr;
			} else if (!has_room_for(io) && !has_any_path(guard)) {
				why = "no usable path, and enough I/O waits for one";
			} else {
				count_waiting(io);
				park(io);
				// A path may have come back since it was looked for. Its wake-up kicked
				// either after the parking, and found the bio, or before; then what it
				// wrote is visible here, by the lock that the work and park() took.
				if (choose(AnyPath{}, guard))
					kick();
				else
					mpk_work_arm(requeue_work_.get(), kLookAgainMs);
				return nullptr;
			}
		}
	}
	io->status = why ? note_failure(why) : MPATH_STS_AGAIN;
	return MPATH_NOWHERE;
}

mpath_device *mpath_head::find(u32 id, const ReadSection &guard) const noexcept
{
	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (path->id() == id)
			return path;
	return nullptr;
}

void mpath_head::settle(mpath_io *io, const ReadSection &guard) noexcept
{
	for (auto &suspected : io->suspected) {
		if (!suspected.path_id)
			continue;

		const mpath_device *path = find(suspected.path_id, guard);

		if (path && path->fine_seq() != suspected.fine_seq) {
			io->confirmed++;
			io->confirmed_id = suspected.path_id;
			io->confirmed_seq = suspected.fine_seq;
		} else if (path && path->verdict_due()) {
			continue;
		}
		suspected = {};
	}
}

// Looks at a parked bio again. Context: the workqueue.
mpath_head::Outcome mpath_head::resend(mpath_io *io) noexcept
{
	mpath_device *path = nullptr;
	mpath_status verdict = MPATH_STS_OK; // none
	bool failfast = false;

	{
		ReadGuard guard;

		if (is_live()) {
			if (reservation_.is_due(*io))
				return Outcome::still_waiting;
			settle(io, guard);
			const bool enough = io->confirmed >= kConfirmedIsEnough;
			// Each path had one try: what a retry of the mid-layer can mend is not an
			// error yet, nor is what the only path that works has failed once.
			const bool again = enough ? !io->insisted : io->confirmed > 0;

			if (!enough)
				path = choose(NotTried{*io}, guard);
			if (path)
				failfast = !io->patient && (always_failfast_ ||
							    has_other(path, NotTried{*io}, guard));
			else if (again)
				path = choose(AnyPath{}, guard);
			if (path) {
				take(io, path, failfast, guard);
				mpk_count_sent(io);
				waits_no_more(io);
				send_soon(io, guard);
				return Outcome::gone;
			}
			if (enough && io->insisted) {
				// Failed on what works, with all the retries there are: it is the bio.
				verdict = io->status;
			} else if (may_wait(guard)) {
				if (!mpk_io_is_nowait(io)) {
					count_waiting(io);
					return Outcome::still_waiting;
				}
				verdict = MPATH_STS_AGAIN;
			}
		}
	}

	waits_no_more(io);
	if (verdict == MPATH_STS_OK)
		verdict = note_failure("no available path");
	mpk_io_finish(io, verdict);
	return Outcome::gone;
}

void mpath_head::ask_silent(const ReadSection &guard) noexcept
{
	const u64 now = mpk_now_ms();

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		path->ask_if_changed(now);
	ask_access_soon();
}

void mpath_head::stop_clock(u64 to) noexcept
{
	u64 since = no_path_since_ms_.load_relaxed();

	told_no_path_.store_relaxed(false);
	while (since != to && !no_path_since_ms_.compare_exchange(since, to))
		;
	if (since == to || since <= kNobodyWaits)
		return;

	const u64 now = mpk_now_ms();
	const u64 lasted = now > since ? now - since : 0;
	u64 longest = longest_no_path_ms_.load_relaxed();

	while (lasted > longest && !longest_no_path_ms_.compare_exchange(longest, lasted))
		;
}

void mpath_head::watch_clock() noexcept
{
	ReadGuard guard;

	if (!no_path_since_ms_.load_relaxed() || !is_live())
		return;
	if (choose(AnyPath{}, guard)) {
		stop_clock();
		return;
	}
	ask_silent(guard);
	mpk_work_arm(requeue_work_.get(), kWatchClockMs);
}

void mpath_head::run_requeue(void *arg) noexcept
{
	auto *head = static_cast<mpath_head *>(arg);
	IoFifo todo;
	IoFifo waiting;

	{
		ReadGuard guard;
		const PathList &paths = head->paths_;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard))
			if (!path->can_carry_io())
				head->take_back_unsent(*path);
	}
	{
		SpinGuard guard(head->requeue_lock_.get());

		todo.prepend(head->requeue_);
	}
	while (mpath_io *io = todo.pop_front())
		if (head->resend(io) == Outcome::still_waiting)
			waiting.push_back(io);
	{
		ReadGuard guard;

		// Nobody tells when a path that the sender sleeps for is blocked.
		if (head->has_unsent(guard))
			mpk_work_arm(head->requeue_work_.get(), kLookAgainMs);
	}
	if (waiting.empty()) {
		head->watch_clock();
		return;
	}
	{
		SpinGuard guard(head->requeue_lock_.get());

		// They came before whatever was parked meanwhile.
		head->requeue_.prepend(waiting);
	}
	{
		ReadGuard guard;

		head->ask_silent(guard);
	}
	mpk_work_arm(head->requeue_work_.get(), kLookAgainMs);
}
