// SPDX-License-Identifier: GPL-2.0
#include "announce.hpp"

#include "head.hpp"
#include "util/text.hpp"

namespace {

// Whoever listens starts programs for each event.
constexpr u64 kBetweenNewsMs = 100;

} // namespace

namespace mpath {

Announcer::Announcer(const mpath_head_config &config, const PathList &paths) noexcept
	: ops_(config.ops), owner_(config.owner), paths_(paths),
	  work_(mpk_work_create(MPATH_WORK_NEWS, run, this))
{
}

void Announcer::soon() noexcept
{
	if (!ops_)
		return;

	const u64 due = told_ms_.load_relaxed() + kBetweenNewsMs;
	const u64 now = mpk_now_ms();
	// One read section from the look to the arming: see stop().
	ReadGuard guard;

	// If it is armed already, it will see the change: the work item orders the two.
	if (!stopped_.load_relaxed())
		mpk_work_arm(work_.get(), due > now ? static_cast<u32>(due - now) : 0);
}

void Announcer::stop() noexcept
{
	if (!ops_)
		return;
	stopped_.store_relaxed(true);
	// After this nobody is left who saw it running and has yet to arm the work.
	mpk_synchronize();
	mpk_work_cancel(work_.get());
}

u32 Announcer::next_news(u32 after, char (&name)[MPATH_NAME_LEN], mpath_path_news *news) noexcept
{
	mpath_device *found = nullptr;
	u32 nr_usable = 0;
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		nr_usable += path->can_carry_io_at_need();
		// In the order of attachment, which is that of the ids.
		if (found || path->id() <= after || path->health() == Health::removing)
			continue;

		const mpath_device::Shown shown = path->shown();

		if (same_text(shown.name, path->told))
			continue;
		news->state = shown.name;
		news->reason = word(shown.why);
		found = path;
	}
	if (!found)
		return 0;
	copy_text(name, found->name());
	news->path = name;
	news->nr_usable = nr_usable;
	return found->id();
}

void Announcer::note(u32 id, const char *state) noexcept
{
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (path->id() == id)
			path->told = state;
}

void Announcer::tell_all() noexcept
{
	char name[MPATH_NAME_LEN];
	mpath_path_news news{};
	u32 id = 0;

	told_ms_.store_relaxed(mpk_now_ms());
	while ((id = next_news(id, name, &news))) {
		news.seqnum = ++seqnum_;
		if (ops_->path_changed(owner_, &news) == 0)
			note(id, news.state);
		else
			soon();
	}
}

void Announcer::run(void *announcer) noexcept
{
	static_cast<Announcer *>(announcer)->tell_all();
}

} // namespace mpath

void mpath_device::announce(const char *from, const char *to, const char *why) noexcept
{
	mpk_trace_state(head_.name(), name_, from, to, why);
	head_.announce_soon();
}

mpath_verdict mpath_device::ask_timed() noexcept
{
	const u64 asked = mpk_now_ms();
	const mpath_verdict verdict = ask();

	mpk_trace_probe(head_.name(), name_, verdict, mpk_now_ms() - asked);
	return verdict;
}
