// SPDX-License-Identifier: GPL-2.0
// mpath_head: one LUN, seen through its paths.
//
// A bio comes in through route(), goes down a path, comes back through done(), and
// either ends there or waits in the requeue list for resend(). Bios are never sent
// from a completion: a path that fails at once would recurse until the stack is gone.
//
// For one bio that succeeds the shim asks once, and the answer needs no crossing back into it:
// counted by a unit test.
#pragma once

#include "activation.hpp"
#include "alua.hpp"
#include "announce.hpp"
#include "geometry.hpp"
#include "path_list.hpp"
#include "policy.hpp"
#include "reservation.hpp"
#include "util/io_fifo.hpp"
#include "watch.hpp"

struct mpath_head final {
	// With its tail.
	static size_t size() noexcept;
	// 0 and *out, or -ENOMEM.
	static int create(const mpath_head_config &config, mpath_head **out) noexcept;
	static void destroy(mpath_head *head) noexcept;

	// --- the life of a bio ----------------------------------------------------

	// Context: process, in a read section. The caller's reference on the disk's queue keeps the
	// head. nullptr: it waits. MPATH_NOWHERE: it ends, with io->status.
	mpath_device *route(mpath_io *io, u32 node, u32 ticks) noexcept;
	// The same; @neighbour: what has the I/O that this one continues.
	mpath_device *route_along(mpath_io *io, const gendisk *neighbour) noexcept;
	// Context: any. The bio keeps its path, and that the head.
	void done(mpath_io *io, mpath_status status) noexcept;

	// Down @device what has been put by for it. Context: the path's work.
	static void send_unsent(void *device) noexcept;

	// --- life cycle -------------------------------------------------------------

	bool set_live() noexcept;
	void kill() noexcept;
	int add_path(const mpath_device_config &config, mpath_device **out) noexcept;
	void remove_path(mpath_device *path) noexcept;
	// The path's disk says @now of itself. True: the head has another geometry from now on.
	bool observe(mpath_device *path, const mpath_geometry &now) noexcept;
	mpath_geometry geometry() noexcept;
	// A path to send a command down, with a reference; nullptr if there is none.
	mpath_device *get_path() noexcept;
	// The same, and none that is among @tries; it is among them then.
	mpath_device *next_path(mpath_tries &tries) noexcept;
	// Have all paths probed; has one yet to answer? Context: any.
	void ask_paths() noexcept;
	bool awaits_answers() noexcept;

	// --- wake-ups: whatever may make a path usable ends here --------------------

	void kick() noexcept { mpk_work_kick(requeue_work_.get()); }
	void path_came_back() noexcept;
	// The access state of a path is another one. Context: any.
	void access_changed() noexcept;
	// Perhaps it is. Context: any.
	void ask_access_soon() noexcept { alua_.soon(); }
	// What I/O and probes show of @path has changed. Context: any.
	void note_health(const mpath_device &path, mpath::Health from, mpath::Health to) noexcept;
	// A path has changed in a way that user space wants to know. Context: any.
	void announce_soon() noexcept { announcer_.soon(); }

	// --- port groups ------------------------------------------------------------------

	bool lun_informs() const noexcept { return alua_.informs(); }
	bool lun_has_told() const noexcept { return alua_.has_told(); }
	u64 transition_limit_ms() const noexcept { return alua_.transition_limit_ms(); }
	// I/O waits for a path, or has, and none has come back since.
	bool io_waits() const noexcept { return no_path_since_ms_.load_relaxed() > kNobodyWaits; }
	void set_path_disabled(mpath_device *path, bool disabled) noexcept;
	void observe_port(mpath_device *path, const u8 *kept,
			  const mpath_port_config &port) noexcept;
	void activated(const mpath_device &path, int error) noexcept
	{
		activation_.ended(path, error);
	}

	mpath::Reservation &reservation() noexcept { return reservation_; }

	// --- attributes ---------------------------------------------------------------

	mpath_iopolicy iopolicy() const noexcept
	{
		return static_cast<mpath_iopolicy>(way_.load_relaxed() & kPolicy);
	}
	void set_iopolicy(mpath_iopolicy iopolicy) noexcept;
	mpath_submit_mode submit_mode() const noexcept
	{
		return way_.load_relaxed() & kClones ? MPATH_SUBMIT_CLONE : MPATH_SUBMIT_INTERPOSE;
	}
	void set_submit_mode(mpath_submit_mode mode) noexcept
	{
		change_way(kClones, mode == MPATH_SUBMIT_CLONE ? kClones : 0);
	}
	int no_path_timeout_ms() const noexcept { return no_path_timeout_ms_.load_relaxed(); }
	void set_no_path_timeout_ms(int ms) noexcept;
	u32 parked_limit_kib() const noexcept { return parked_limit_kib_.load_relaxed(); }
	void set_parked_limit_kib(u32 kib) noexcept { parked_limit_kib_.store_relaxed(kib); }
	u32 stall_timeout_ms() const noexcept { return watch_.stall_timeout_ms(); }
	void set_stall_timeout_ms(u32 ms) noexcept { watch_.set_stall_timeout_ms(ms); }
	void set_queue_if_no_path(bool queue) noexcept;
	void fail_now() noexcept;
	bool serves_node(const mpath_device *path, int node) const noexcept;
	u64 longest_no_path_ms() const noexcept;
	mpath_head_stats stats() noexcept;
	// An I/O has been counted as sent, and nobody watched. Context: any.
	void watch() noexcept { watch_.start(); }
	const char *name() const noexcept { return name_; }

	// Public for placement new; call create().
	explicit mpath_head(const mpath_head_config &config) noexcept;

private:
	~mpath_head() = default;

	// What route() asks first, in one word: that of a live head which interposes is its policy.
	static constexpr u32 kPolicy = 3;
	static constexpr u32 kClones = 4;
	static constexpr u32 kNotLive = 8;
	// One way only: a head that was killed before it came to life stays dead.
	static constexpr u32 kDead = 16;
	static_assert(MPATH_IOPOLICY_SERVICE_TIME <= kPolicy);

	static constexpr u32 way_of(const mpath_head_config &config) noexcept
	{
		return kNotLive | config.iopolicy |
		       (config.submit_mode == MPATH_SUBMIT_CLONE ? kClones : 0);
	}
	// Release, to the acquire of whoever asks. Return: what it was.
	u32 change_way(u32 mask, u32 to) noexcept
	{
		u32 was = way_.load_relaxed();

		while (!way_.compare_exchange(was, (was & ~mask) | to))
			;
		return was;
	}
	bool is_live() const noexcept { return !(way_.load_acquire() & kNotLive); }

	// What becomes of a parked bio when it is looked at again.
	enum class Outcome : u8 { gone, still_waiting };

	// route() under one policy.
	template <typename Policy>
	mpath_device *route_by(mpath_io *io, u32 node, u32 ticks) noexcept;
	template <typename Policy>
	[[gnu::noinline]] mpath_device *route_out_of_line(mpath_io *io, u32 ticks) noexcept;
	// And whatever may be in the way.
	[[gnu::noinline]] mpath_device *route_with_care(mpath_io *io) noexcept;
	void take(mpath_io *io, mpath_device *path, bool failfast,
		  const mpath::ReadSection &guard) noexcept;
	mpath_device *wait_for_path(mpath_io *io) noexcept;
	Outcome resend(mpath_io *io) noexcept;
	// Which of the suspicions that this bio raised has a probe answered?
	void settle(mpath_io *io, const mpath::ReadSection &guard) noexcept;
	mpath_device *find(u32 id, const mpath::ReadSection &guard) const noexcept;
	bool verdict_due(const mpath::ReadSection &guard) const noexcept;
	// Is there nothing to hope for: no path left but such as will not come back by themselves?
	bool all_lost(const mpath::ReadSection &guard) const noexcept;
	// Do all that have a say say the same as @path?
	bool all_agree_with(const mpath_device &path,
			    const mpath::MutexGuard &guard) const noexcept;
	// Nobody has a say in what the LUN is like.
	bool nobody_says(const mpath::MutexGuard &guard) const noexcept;
	// Refuses @path, or lets it in; says why not.
	bool fits(const mpath_device_config &path, const mpath::MutexGuard &guard) noexcept;
	// @path's disk says @now: does the head become that? @is_news: it has said so for the first time.
	bool follow(const mpath_device &path, const mpath_geometry &now, bool is_news,
		    const mpath::MutexGuard &guard) noexcept;
	// Its disk says @now of itself. True if its limits are others than before.
	bool take_news(mpath_device *path, const mpath::Facts &now) noexcept;
	// Which of them suit the head's I/O, as it is now?
	void compare_disks(const mpath::MutexGuard &guard) noexcept;
	// Will a path take I/O soon, because its port group changes its state, or is made to?
	bool access_may_come(u64 now_ms, const mpath::ReadSection &guard) noexcept;
	// May a bio without a path wait for one, at this moment?
	bool may_wait(const mpath::ReadSection &guard) noexcept;
	[[gnu::noinline, gnu::cold]] void accuse(const mpath_io *io) noexcept;
	bool gives_up(const mpath_io *io, mpath::Blame blame) const noexcept;
	void park(mpath_io *io) noexcept;
	void send_soon(mpath_io *io, const mpath::ReadSection &guard) noexcept;
	void take_back_unsent(mpath_device &path) noexcept;
	bool has_unsent(const mpath_device &path) noexcept;
	bool has_unsent(const mpath::ReadSection &guard) noexcept;
	// Paired: from the first look that finds no path until it is sent or given back.
	void count_waiting(mpath_io *io) noexcept;
	void waits_no_more(mpath_io *io) noexcept;
	bool has_room_for(const mpath_io *io) const noexcept;
	mpath_status note_failure(const char *why) noexcept;

	template <typename Filter>
	mpath_device *choose(Filter filter, const mpath::ReadSection &guard) noexcept;
	// A path back in service ends the time without one, whether or not anybody waits.
	void watch_clock() noexcept;
	// The time without a path is over; or, with kNobodyWaits, the waiting.
	[[gnu::noinline]] void stop_clock(u64 to = 0) noexcept;
	// Have paths asked of which no news would arrive by itself.
	void ask_silent(const mpath::ReadSection &guard) noexcept;
	// Could a path besides @path carry it?
	template <typename Filter>
	bool has_other(const mpath_device *path, Filter filter,
		       const mpath::ReadSection &guard) noexcept;

	// The same for any path; out of line, which leaves the other to the fast path.
	[[gnu::noinline]] bool has_any_path(const mpath::ReadSection &guard) noexcept;

	// In place of the time since when there is no path: fail_now() has ended the waiting.
	static constexpr u64 kNobodyWaits = 1;

	static void run_requeue(void *head) noexcept;

	// Read for every bio, written rarely. First what the shim reads.
	mpath_head_front front_;
	mpath::Atomic<u32> way_;
	const bool always_failfast_;
	mpath::Atomic<u64> no_path_since_ms_{0}; // 0: not that we know; 1: and nobody waits
	mpath::PathList paths_;
	mpath::PathCache cache_{};
	mpath::Watch watch_{paths_, front_.watched};

	// Failure and administration.
	alignas(64) mpath::Owned<mpk_io_pool, mpk_io_pool_destroy> pool_{front_.pool};
	mpath::Owned<mpk_spinlock, mpk_spinlock_destroy> requeue_lock_;
	mpath::IoFifo requeue_; // under requeue_lock_
	mpath::Owned<mpk_percpu, mpk_percpu_destroy> cursors_;
	mpath::Owned<mpk_mutex, mpk_mutex_destroy> paths_lock_;
	mpath::Owned<mpk_work, mpk_work_destroy> requeue_work_;
	mpath::Announcer announcer_;
	mpath::Alua alua_{*this, paths_};
	mpath::Activation activation_{*this, paths_};
	mpath::Atomic<u64> hoped_ms_{0}; // when access_may_come() was true last
	mpath::Reservation reservation_;
	mpath::Atomic<int> no_path_timeout_ms_;
	mpath::Atomic<bool> queue_if_no_path_{false};
	mpath::Atomic<u32> parked_limit_kib_{0};
	mpath::Atomic<u64> waiting_sectors_{0};
	mpath::Atomic<bool> told_no_path_{false}; // the log has it
	mpath_geometry geometry_{};               // under paths_lock_
	bool has_geometry_ = false;               // under paths_lock_: there has been a path
	mpath::Atomic<u32> last_path_id_{0};
	mpath::Facts news_{}; // under paths_lock_: the newest, of whichever path
	u32 news_seq_ = 0;    // under paths_lock_
	mpath::Atomic<u64> failovers_{0};
	mpath::Atomic<u64> requeued_no_usable_path_{0};
	mpath::Atomic<u64> failed_no_available_path_{0};
	mpath::Atomic<u64> longest_no_path_ms_{0};
	char name_[MPATH_NAME_LEN];
	// numa's choice for each node: mpk_nr_nodes() entries at the tail.
	mpath::Atomic<mpath_device *> by_node_[];
};
