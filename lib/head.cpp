// SPDX-License-Identifier: GPL-2.0
// Life cycle and attributes of a head; submit.cpp has the life of a bio.
#include "head.hpp"

#include "util/errno.hpp"
#include "util/text.hpp"

using mpath::MutexGuard;
using mpath::ReadGuard;

mpath_head::mpath_head(const mpath_head_config &config) noexcept
	: front_{mpk_io_pool_create(), false}, way_(way_of(config)),
	  always_failfast_(config.always_failfast),
	  requeue_lock_(mpk_spinlock_create(MPATH_LOCK_REQUEUE)),
	  cursors_(mpk_percpu_create(sizeof(mpath::Atomic<mpath_device *>))),
	  paths_lock_(mpk_mutex_create(MPATH_LOCK_PATHS)),
	  requeue_work_(mpk_work_create(MPATH_WORK_REQUEUE, run_requeue, this)),
	  announcer_(config, paths_), reservation_(*this, paths_, paths_lock_.get()),
	  no_path_timeout_ms_(config.no_path_timeout_ms)
{
	cache_ = {cursors_.get(), by_node_, mpk_nr_nodes()};
	mpath::copy_text(name_, config.name);
	MPATH_ASSERT(static_cast<const void *>(mpath_head_front_of(this)) == &front_);
}

int mpath_head::create(const mpath_head_config &config, mpath_head **out) noexcept
{
	// Zeroed memory is what the tail of null hints needs.
	void *memory = mpk_object_alloc(MPATH_OBJECT_HEAD);

	if (!memory)
		return -ENOMEM;

	auto *head = new (memory) mpath_head(config);

	if (!head->pool_ || !head->requeue_lock_ || !head->cursors_ || !head->paths_lock_ ||
	    !head->requeue_work_ || !head->watch_ || !head->announcer_.is_whole() || !head->alua_ ||
	    !head->activation_ || !head->reservation_.is_whole()) {
		destroy(head);
		return -ENOMEM;
	}
	*out = head;
	return 0;
}

size_t mpath_head::size() noexcept
{
	return sizeof(mpath_head) + mpk_nr_nodes() * sizeof(mpath::Atomic<mpath_device *>);
}

void mpath_head::destroy(mpath_head *head) noexcept
{
	head->~mpath_head();
	mpk_object_free(MPATH_OBJECT_HEAD, head);
}

bool mpath_head::set_live() noexcept
{
	u32 way = way_.load_relaxed();

	do {
		if (way & kDead)
			return false;
	} while (!way_.compare_exchange(way, way & ~kNotLive));
	kick();
	return true;
}

void mpath_head::kill() noexcept
{
	change_way(0, kNotLive | kDead);
	alua_.stop();
	activation_.stop();
	// A submitter decides to park and parks in one read section. After this wait none is
	// left that saw the head alive, so the kick finds every bio that will ever be parked
	// by a submitter. Kicking first would strand one, and del_gendisk() would then wait
	// for it for ever. Completions may still add: each kicks for itself.
	mpk_synchronize();
	kick();
	announcer_.stop();
}

int mpath_head::add_path(const mpath_device_config &config, mpath_device **out) noexcept
{
	// Before the lock, as all memory: it may be had only by writing to this very head, down a
	// path whose probe waits for the lock.
	mpath_device *path =
		mpath_device::create(*this, last_path_id_.fetch_add_relaxed(1) + 1, config);
	bool joins;

	if (!path)
		return -ENOMEM;
	{
		MutexGuard guard(paths_lock_.get());

		joins = fits(config, guard);
		if (joins) {
			// It has just been scanned.
			path->news_seen = news_seq_;
			path->begin_suspect();
			if (reservation_.guards_new_paths())
				path->bar(mpath::Reason::not_registered);
			path->recheck();
			paths_.push_back(path, guard);
			alua_.note(*path);
		}
	}
	if (!joins) {
		// Those behind its target port may have had it asked.
		path->start_removing();
		path->stop_probing();
		mpath_device::destroy(path);
		return -EMEDIUMTYPE;
	}
	*out = path;
	path_came_back();
	announce_soon();
	ask_access_soon();
	return 0;
}

// A path that comes back to a head which has waited for it finds the geometry that its users know.
bool mpath_head::fits(const mpath_device_config &path, const MutexGuard &guard) noexcept
{
	if (!has_geometry_) {
		has_geometry_ = true;
		geometry_ = path.geometry;
		activation_.set_array(geometry_);
		return true;
	}

	const auto found = mpath::compare(geometry_, path.geometry);

	if (!found.what)
		return true;

	const auto size = mpath::resized(path.geometry);
	const bool only_size =
		!mpath::compare(geometry_, mpath::as_sized(path.geometry, geometry_)).what;

	// The LUN has grown while no path was there to see it. The head follows.
	if (only_size && size.capacity && !mpath::falls_short(size, mpath::resized(geometry_)) &&
	    nobody_says(guard))
		return true;
	mpk_log(MPATH_LOG_ERR, "%s: path %s refused: its %s is %s, that of the head %s\n", name_,
		path.name, found.what, found.path, found.head);
	// Or the others have not been scanned since.
	if (only_size) {
		news_ = mpath::facts_of(path.geometry);
		news_seq_++;
	}
	return false;
}

void mpath_head::remove_path(mpath_device *path) noexcept
{
	// The order of upstream NVMe: not usable, barrier, clear the hints, unlink, barrier.
	// After the first barrier no reader can choose the path any more, so none takes a
	// reference and none writes it back into a hint.
	path->start_removing();
	path->stop_probing();
	mpk_synchronize();
	// Nor does anybody put a bio by for it.
	take_back_unsent(*path);
	{
		MutexGuard guard(paths_lock_.get());

		cache_.forget(path);
		paths_.remove(path, guard);
	}
	path->drain_soon();
	kick();
	// After the second no reader holds it, from the list or from a hint. What is left
	// are references, of bios in flight and of ioctls.
	mpk_synchronize();
	path->drain();
	// Nobody begins one through it any more.
	activation_.ended(*path, -ESHUTDOWN);
	mpath_device::destroy(path);
	// A bio that waited for the verdict on this path has to look again.
	kick();
}

namespace {

// One that nothing can be sent down knows what it was told long ago.
bool has_a_say(const mpath_device &path) noexcept
{
	return path.health() <= mpath::Health::suspect;
}

} // namespace

// Where the head is to lose something, the word of a dead path counts: its users have to put up with
// that for good, and it may come back and be right.
bool mpath_head::all_agree_with(const mpath_device &path, const MutexGuard &guard) const noexcept
{
	const bool loses = mpath::falls_short(path.facts.size, mpath::resized(geometry_));

	for (const auto *other = paths_.first(guard); other; other = paths_.after(*other, guard)) {
		if (other->health() >= mpath::Health::foreign || (!loses && !has_a_say(*other)))
			continue;
		if (other->facts.size != path.facts.size)
			return false;
	}
	return has_a_say(path);
}

bool mpath_head::nobody_says(const MutexGuard &guard) const noexcept
{
	for (const auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (has_a_say(*path))
			return false;
	return true;
}

// Each path is sent to look once for each news that is not its own, when it can: where it has
// nothing new to tell then, it stays at what it says.
bool mpath_head::take_news(mpath_device *path, const mpath::Facts &now) noexcept
{
	const mpath::Facts before = path->facts;

	if (now != before) {
		path->facts = news_ = now;
		path->news_seen = ++news_seq_;
	} else if (path->news_seen != news_seq_ && mpath::carries_io(path->health())) {
		if (now == news_ || path->rescan())
			path->news_seen = news_seq_;
	}
	return now.limits != before.limits;
}

// What was written down one path is in the LUN's cache, and a flush down another that knows of
// none would be lost.
void mpath_head::compare_disks(const MutexGuard &guard) noexcept
{
	const auto size = mpath::resized(geometry_);
	bool cached = false;

	for (const auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		cached |= path->facts.write_cache && has_a_say(*path);
	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard)) {
		const mpath::Facts &facts = path->facts;

		path->set_fit(mpath::falls_short(facts.size, size) ? mpath::Reason::falls_short
			      : cached && !facts.write_cache       ? mpath::Reason::cache_differs
								   : mpath_device::kFits);
	}
}

// A LUN that grows is rescanned path by path: until the last, I/O to the new part would fail on some.
bool mpath_head::follow(const mpath_device &path, const mpath_geometry &now, bool is_news,
			const MutexGuard &guard) noexcept
{
	if (mpath::resized(now) == mpath::resized(geometry_))
		return false;
	if (!all_agree_with(path, guard)) {
		const auto found = mpath::compare(geometry_, now);

		if (is_news)
			mpk_log(MPATH_LOG_WARN,
				"%s: path %s: its %s is %s now, that of the head stays %s until all paths agree\n",
				name_, path.name(), found.what, found.path, found.head);
		return false;
	}
	mpk_log(MPATH_LOG_INFO, "%s: all paths agree on %llu sectors, %s\n", name_, now.capacity,
		now.read_only ? "read only" : "writable");
	geometry_ = now;
	return true;
}

bool mpath_head::observe(mpath_device *path, const mpath_geometry &now) noexcept
{
	MutexGuard guard(paths_lock_.get());

	if (path->looks_different())
		announce_soon();
	path->set_disabled(path->is_disabled());
	path->ask_at_leisure(mpk_now_ms());
	{
		ReadGuard reading;

		alua_.review(reading);
	}
	if (const auto found = mpath::compare(geometry_, mpath::as_sized(now, geometry_));
	    found.what) {
		if (path->health() != mpath::Health::foreign)
			mpk_log(MPATH_LOG_ERR,
				"%s: path %s: its %s is %s now, that of the head %s\n", name_,
				path->name(), found.what, found.path, found.head);
		path->contradict();
		kick(); // bios may wait for just this path
		return false;
	}

	const mpath::Resized size = mpath::resized(now);
	const bool resized = path->facts.size != size;

	// A path that could not be asked for its capacity has none.
	if (!size.capacity)
		return false;

	const bool limits_changed = take_news(path, mpath::facts_of(now));
	const bool follows = follow(*path, now, resized, guard);

	compare_disks(guard);
	return follows || limits_changed;
}

mpath_geometry mpath_head::geometry() noexcept
{
	MutexGuard guard(paths_lock_.get());

	return geometry_;
}

mpath_device *mpath_head::get_path() noexcept
{
	ReadGuard guard;
	mpath_device *path = choose(mpath::AnyPath{}, guard);

	if (path)
		path->get();
	return path;
}

void mpath_head::ask_paths() noexcept
{
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		path->ask_for_answer();
}

bool mpath_head::awaits_answers() noexcept
{
	ReadGuard guard;

	for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
		if (path->owes_answer())
			return true;
	return false;
}

void mpath_head::path_came_back() noexcept
{
	stop_clock();
	{
		ReadGuard guard;

		alua_.review(guard);
	}
	// It may be the nearest one of nodes that have settled for another, and would stay there.
	cache_.forget(nullptr);
	kick();
}

void mpath_head::access_changed() noexcept
{
	bool back;

	{
		ReadGuard guard;

		back = has_any_path(guard);
	}
	if (back)
		path_came_back();
	else
		kick();
	announce_soon();
}

void mpath_head::note_health(const mpath_device &path, mpath::Health from,
			     mpath::Health to) noexcept
{
	// A port that goes or comes back, or its controller, moves the groups of the others.
	if (mpath::carries_io(from) != mpath::carries_io(to) || to == mpath::Health::dead)
		ask_access_soon();
	if (to != mpath::Health::usable && has_unsent(path))
		kick();
	if (path.rank() != mpath::kRankOptimizedPreferred)
		return;

	ReadGuard guard;

	alua_.review(guard);
}

void mpath_head::set_path_disabled(mpath_device *path, bool disabled) noexcept
{
	MutexGuard guard(paths_lock_.get());

	path->set_disabled(disabled);
}

void mpath_head::observe_port(mpath_device *path, const u8 *kept,
			      const mpath_port_config &port) noexcept
{
	path->observe_port(kept, port);
	alua_.note(*path);
}

void mpath_head::set_iopolicy(mpath_iopolicy iopolicy) noexcept
{
	MutexGuard guard(paths_lock_.get());

	change_way(kPolicy, iopolicy);
	cache_.forget(nullptr);
	kick();
}

void mpath_head::set_no_path_timeout_ms(int ms) noexcept
{
	no_path_timeout_ms_.store_relaxed(ms);
	kick();
}

void mpath_head::set_queue_if_no_path(bool queue) noexcept
{
	queue_if_no_path_.store_relaxed(queue);
	kick();
}

bool mpath_head::serves_node(const mpath_device *path, int node) const noexcept
{
	return iopolicy() == MPATH_IOPOLICY_NUMA && node >= 0 &&
	       static_cast<u32>(node) < cache_.nr_nodes &&
	       cache_.by_node[node].load_relaxed() == path;
}

u64 mpath_head::longest_no_path_ms() const noexcept
{
	const u64 longest = longest_no_path_ms_.load_relaxed();
	const u64 since = no_path_since_ms_.load_relaxed();
	const u64 now = mpk_now_ms();

	return since > kNobodyWaits && now > since && now - since > longest ? now - since : longest;
}

mpath_head_stats mpath_head::stats() noexcept
{
	mpath_head_stats stats{};

	stats.failover_count = failovers_.load_relaxed();
	stats.requeue_no_usable_path_count = requeued_no_usable_path_.load_relaxed();
	stats.fail_no_available_path_count = failed_no_available_path_.load_relaxed();
	stats.longest_no_path_ms = longest_no_path_ms();
	stats.port_group_reports = alua_.asked();
	stats.activations = activation_.activations();

	mpath::SpinGuard guard(requeue_lock_.get());

	stats.parked = requeue_.size();
	return stats;
}
