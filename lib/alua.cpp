// SPDX-License-Identifier: GPL-2.0
#include "alua.hpp"

#include "head.hpp"
#include "pace.hpp"

namespace mpath {

namespace {

// A report of some thirty groups; one that is longer is asked for again, whole.
constexpr u32 kFirstLen = 512;
constexpr u32 kLastLen = 16384;

// A path that takes longer to tell the states of groups is asked about something else.
constexpr u32 kReportTimeoutMs = 5000;

constinit Pace reports;

// What a path answers into. Zeroed: what was not transferred is no group.
class Buffer {
public:
	explicit Buffer(u32 len) noexcept : bytes_(static_cast<u8 *>(mpk_alloc(len))) {}
	~Buffer()
	{
		if (bytes_)
			mpk_free(bytes_);
	}
	Buffer(const Buffer &) = delete;
	Buffer &operator=(const Buffer &) = delete;

	u8 *bytes() const noexcept { return bytes_; }

private:
	u8 *bytes_;
};

} // namespace

Alua::Alua(mpath_head &head, const PathList &paths) noexcept
	: head_(head), paths_(paths), buffer_len_(kFirstLen),
	  work_(mpk_work_create(MPATH_WORK_PROBE, run, this))
{
}

void Alua::init() noexcept
{
	reports.reset();
}

void Alua::arm(u64 ms) noexcept
{
	if (!stopped_.load_relaxed())
		mpk_work_arm(work_.get(), static_cast<u32>(ms));
}

void Alua::note(const mpath_device &path) noexcept
{
	if (path.reports_port_groups())
		asks_.store_relaxed(true);
}

void Alua::soon() noexcept
{
	if (!asks_.load_relaxed())
		return;

	const u64 now = mpk_now_ms();
	const u64 asked = asked_ms_.load_relaxed();
	const u64 due = asked && asked + kAgainMs > now ? asked + kAgainMs : now;
	u64 none = 0;

	// If somebody else has, the question is yet to come: look() clears it before it asks.
	if (due_ms_.compare_exchange(none, due))
		arm(due - now);
}

// Context: the workqueue.
void Alua::look() noexcept
{
	const u64 now = mpk_now_ms();

	if (stopped_.load_relaxed())
		return;
	if (!slot_ms_) {
		const u64 due = due_ms_.load_relaxed();

		if (due > now) {
			arm(due - now);
			return;
		}
		slot_ms_ = reports.next(now);
	}
	if (slot_ms_ > now) {
		arm(slot_ms_ - now);
		return;
	}
	slot_ms_ = 0;
	asked_ms_.store_relaxed(now);

	const bool news = due_ms_.load_relaxed() != 0;

	// Before the question: what happens from now on wants another one.
	due_ms_.store_relaxed(0);
	ask();
	arm(next_look_ms(news));
}

mpath_device *Alua::pick(const u32 (&tried)[kPaths], const ReadSection &guard) const noexcept
{
	mpath_device *best = nullptr;
	unsigned least = 0;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		bool again = false;

		for (const u32 id : tried)
			again |= id == path->id();
		if (again || !path->can_be_asked_for_port_groups())
			continue;

		// Not one without an answer, then one that works, then one that is in standby, then
		// one of which nobody knows yet.
		const unsigned cost =
			(path->id() == shunned_id_) * 4u + (path->can_carry_io_at_need() ? 0u
							    : carries_io(path->health()) ? 1u
											 : 2u);

		if (!best || cost < least) {
			best = path;
			least = cost;
		}
	}
	return best;
}

void Alua::ask() noexcept
{
	u32 tried[kPaths] = {};

	for (u32 &id : tried) {
		mpath_device *path;

		{
			ReadGuard guard;

			// It cannot have been drained, as in submit().
			path = pick(tried, guard);
			if (path)
				path->get();
		}
		if (!path)
			return;
		id = path->id();

		const Answered answered = ask(*path);

		if (answered != Answered::yes)
			path->heard_error();
		if (answered == Answered::no)
			shunned_id_ = id;
		else if (shunned_id_ == id)
			shunned_id_ = 0;
		if (answered == Answered::transitioning)
			learn_transition(*path);
		path->put();
		never_ = answered == Answered::never;
		if (never_)
			forget();
		silent_.store_relaxed(answered == Answered::no);
		if (answered != Answered::no)
			break;
	}
	refresh_handlers();
}

Answered Alua::ask(mpath_device &path) noexcept
{
	for (unsigned n = 0; n < kTries; n++) {
		const u32 len = buffer_len_;
		const Buffer buffer(len);
		mpath_scsi_answer answer;
		u8 cdb[kReportCdbLen];

		if (!buffer.bytes())
			return Answered::no;
		asked_.fetch_add_relaxed(1);
		encode_report(extended_, len, cdb);
		path.execute({cdb, kReportCdbLen, buffer.bytes(), len, false, kReportTimeoutMs},
			     &answer);

		const Answered found = answered(answer, extended_);

		if (found == Answered::plainly) {
			extended_ = false;
			continue;
		}
		if (found == Answered::once_more)
			continue;
		if (found != Answered::yes)
			return found;

		const PortGroupReport report(buffer.bytes(), len);

		if (report.wanted() > len && len < kLastLen) {
			buffer_len_ = report.wanted() < kLastLen ? static_cast<u32>(report.wanted())
								 : kLastLen;
			continue;
		}
		learn(report);
		return Answered::yes;
	}
	return Answered::no;
}

void Alua::learn(const PortGroupReport &report) noexcept
{
	bool news = false;

	transition_limit_ms_.store_relaxed(report.transition_secs() * 1000ull);
	told_.store_relaxed(true);
	{
		ReadGuard guard;

		for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
			const int state =
				report.state_of(path->port_group(), path->relative_port());

			if (state != PortGroupReport::kUnknown && path->reports_port_groups())
				news |= path->hear_access(static_cast<u8>(state));
		}
		review(guard);
	}
	if (news)
		head_.access_changed();
}

void Alua::learn_transition(const mpath_device &path) noexcept
{
	bool news = false;

	{
		ReadGuard guard;

		for (auto *other = paths_.first(guard); other; other = paths_.after(*other, guard))
			if (other == &path || (path.port_group() != PortGroupReport::kUnknown &&
					       other->port_group() == path.port_group()))
				news |= other->hear_access_by_sense(kAccessTransitioning);
	}
	if (news)
		head_.access_changed();
}

void Alua::forget() noexcept
{
	bool news = false;

	told_.store_relaxed(false);
	{
		ReadGuard guard;

		for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
			news |= path->hear_access(0);
	}
	if (news)
		head_.access_changed();
}

void Alua::refresh_handlers() noexcept
{
	u32 done = 0;

	for (;;) {
		mpath_device *path;

		{
			ReadGuard guard;

			path = paths_.first(guard);
			while (path && (path->id() <= done || !path->handler_has_to_look()))
				path = paths_.after(*path, guard);
			if (path)
				path->get();
		}
		if (!path)
			return;
		done = path->id();
		path->refresh_handler();
		path->put();
	}
}

u64 Alua::next_look_ms(bool news) const noexcept
{
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (path->access() == Access::transitioning)
			return kAgainMs;
	if (never_)
		return kNeverMs;
	return news ? kSettleMs : kPollMs;
}

void Alua::review(const ReadSection &guard) noexcept
{
	bool preferred = false;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		preferred |= path->rank() == kRankOptimizedPreferred && path->can_carry_io();
	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		path->set_first_rank(preferred ? kRankOptimizedPreferred : kRankOptimized);
}

} // namespace mpath
