// SPDX-License-Identifier: GPL-2.0
// Reservation: the persistent reservation of a head (SPC-5 5.14).
//
// A LUN registers I_T nexuses, and a head has one for each path. Towards the LUN they are
// strangers who happen to have the same key; towards the head's users they are one. So:
//
// - Registered are all paths that answer, or none. What does not answer is barred, and asked
//   again by its probe: no path carries data before its nexus has the head's key.
// - A nexus is given the key later only as long as the LUN lists the key for another one,
//   before and after. Whoever preempts the key takes it from all nexuses at once: then the head
//   gives up its own, restores none, and hands the conflicts to its users.
// - One nexus holds the reservation. If it does not answer, another one preempts the head's own
//   key, which moves the reservation there and unregisters the others; until they are
//   registered again, they are barred, and I/O goes through the one.
// - A holder that does not answer when the key changes keeps the old one, and with it the
//   reservation: another one takes over, by preempting that key.
// - Where a command that changes the reservation has got lost, nobody knows who holds what: the LUN
//   is asked before anything else is done to it, and as soon as a path answers.
// - Types that entitle only the holder bar all other paths.
// - Who has been barred for a while may be another LUN by now, and carries no I/O that could tell.
//   What it says counts, and it is let in, when a probe has found out who it is.
// - I/O is held while the head changes the type of its reservation, and what is under way comes
//   back first; or the time for that is up.
// - I/O that meets a conflict although the head has a key is tried once more, after its nexus
//   has been looked at: it may have met a reservation on the move.
//
// Locking: whatever sends a command does so under lock_, one at a time per head. That is also
// what orders a path's return against a change of the key: it is let in under lock_. But a command
// may take minutes, and while guard_ is down there is nothing to keep a path from: then it is let in
// without, as a path that joins is. guard_ is under the head's paths lock, and so is that. So who
// puts it up finds every path that was let in before in service when he looks afterwards, and those
// that come later wait for lock_. It has to be up before a path is barred, before a nexus may keep
// a key that the head does not have, and before the head has one. Readers without a lock get words
// that are each true, of one moment or another.
#pragma once

#include "path_list.hpp"
#include "scsi_pr.hpp"

namespace mpath {

class Reservation {
public:
	Reservation(mpath_head &head, const PathList &paths, mpk_mutex *paths_lock) noexcept;
	~Reservation();
	Reservation(const Reservation &) = delete;
	Reservation &operator=(const Reservation &) = delete;

	bool is_whole() const noexcept { return lock_ && work_; }

	// --- what users ask for. Context: process, may sleep for some commands. ---------------

	PrAnswer carry_out(const PrRequest &request) noexcept;
	int adopt(u64 key) noexcept;

	// --- paths ---------------------------------------------------------------------------

	// A path works again: let it in, or bar it. Context: its probe, which may sleep.
	void admit(mpath_device &path) noexcept;
	// Has a path that joins to be admitted first? Context: under the head's paths lock.
	bool guards_new_paths() const noexcept { return guard_.load_relaxed(); }
	// Nothing can be expected of this path from now on. Context: any.
	void lost_path(const mpath_device &path) noexcept
	{
		if (!is_for_holder_only(type()) || holder() != path.id())
			return;
		moving_.store_relaxed(true);
		mpk_work_kick(work_.get());
	}

	// --- I/O -----------------------------------------------------------------------------

	// A bio has met a conflict on @path: is it to be tried again, when the nexus has been
	// looked at? Context: any.
	bool reviews(mpath_io &io, mpath_device &path) noexcept;
	// Does it still wait for that? Context: any.
	bool is_due(const mpath_io &io) const noexcept
	{
		// Acquire: whoever finds it done sees the paths as it has left them.
		return io.review && static_cast<int>(reviewed_.load_acquire() - io.review) < 0;
	}
	// Paths are barred that will not be for long.
	bool is_moving() const noexcept { return moving_.load_relaxed(); }

	// --- for people ------------------------------------------------------------------------

	u64 key() const noexcept { return key_.load_relaxed(); }
	u8 type() const noexcept { return type_.load_relaxed(); }
	u32 holder() const noexcept { return holder_.load_relaxed(); }
	void read(mpath_pr_state *state) const noexcept;

private:
	class PathRef;
	class Buffer;
	enum class Entry : u8 { open, barred, unreachable };

	// Walking the paths with a reference instead of a read section: commands take time.
	PathRef after(u32 id) const noexcept;
	PathRef find(u32 id) const noexcept;
	// Those that answer and are registered; @first before all others. Until one says anything.
	template <typename Ask>
	Said ask_one(u32 first, const Ask &ask) noexcept;
	template <typename Do>
	void for_each(const Do &what) const noexcept;

	// --- single commands. Under lock_. ----------------------------------------------------

	Said tell(mpath_device &path, const PrRequest &request, PrAnswer *answer) noexcept;
	Said tell(mpath_device &path, const PrRequest &request) noexcept;
	Said ask(mpath_device &path, PrIn what, u32 len) noexcept;
	// How many nexuses does the LUN list with this key?
	Said count_key(mpath_device &path, u64 key, u32 *times) noexcept;
	Said read_reservation(mpath_device &path, PrReservation *reservation) noexcept;
	Said confirm(mpath_device &path, u64 key) noexcept;
	Said set_key(mpath_device &path, u64 from, u64 to) noexcept;

	// --- one path. Under lock_. -----------------------------------------------------------

	Said hold_key(mpath_device &path) noexcept;
	Entry entitle(mpath_device &path) noexcept;
	Entry place(mpath_device &path) noexcept;
	void enter(mpath_device &path) noexcept;
	void enter(mpath_device &path, Entry entry) noexcept;
	void enter_barred(mpath_device &path) noexcept;
	void reconsider(mpath_device &path) noexcept;
	void shut_out(mpath_device &path) noexcept;
	bool lets_in_freely(mpath_device &path) noexcept;
	void admit_in_turn(mpath_device &path) noexcept;

	// --- all paths. Under lock_. ----------------------------------------------------------

	PrAnswer nobody_answers() const noexcept;
	PrAnswer carry_out_settled(const PrRequest &request) noexcept;
	void prove_all() noexcept;
	PrAnswer register_all(const PrRequest &request) noexcept;
	PrAnswer unregister_all(const PrRequest &request) noexcept;
	PrAnswer reserve(const PrRequest &request) noexcept;
	PrAnswer release(const PrRequest &request) noexcept;
	PrAnswer clear(const PrRequest &request) noexcept;
	PrAnswer preempt(const PrRequest &request) noexcept;
	Said has_preempted(mpath_device &path, const PrRequest &request) noexcept;
	void note_preempted(mpath_device &path, u32 by, const PrRequest &request) noexcept;
	bool is_own(const PrRequest &request) const noexcept;
	bool undo(u32 mark, u64 from, u64 to) noexcept;
	bool all_confirmed(u32 mark, u64 key) noexcept;
	bool is_listed(u64 key) noexcept;
	Said take_over_once(mpath_device &path, u8 type) noexcept;
	Said take_over(mpath_device &path, u8 type) noexcept;
	Said take_over_from(u32 holder) noexcept;
	bool is_ours(const PrReservation &what) const noexcept;
	bool is_held_by_one() const noexcept { return type() && !is_for_all(type()); }
	void settle_doubt() noexcept;
	void find_holder() noexcept;
	void see_to_holder() noexcept;
	void bar_all_but(u32 id) noexcept;
	void hold_io() noexcept;
	bool has_io_in_flight() const noexcept;
	void readmit_all() noexcept;
	void hear_out() noexcept;

	bool holder_answers() const noexcept;
	void guard_new_paths(bool yes) noexcept;
	void set_held(u8 type, u32 holder) noexcept;
	void forget(bool preempted) noexcept;
	void review() noexcept;
	static void run(void *reservation) noexcept;

	mpath_head &head_;
	const PathList &paths_;
	mpk_mutex *const paths_lock_;
	Owned<mpk_mutex, mpk_mutex_destroy> lock_;

	// Written under lock_.
	Atomic<u64> key_{0};
	Atomic<u8> type_{0};
	Atomic<u32> holder_{0}; // id of the path; 0: none that we know, or all of them
	Atomic<bool> preempted_{false};
	Atomic<bool> moving_{false};
	Atomic<bool> guard_{false}; // and under the head's paths lock
	bool aptpl_ = false;
	bool in_doubt_ = false; // a command that changes what is held has got lost
	u64 former_key_ = 0;    // which a holder that does not answer may have still
	u64 leftover_key_ = 0;  // given up, and perhaps still with a nexus that did not answer
	u32 last_mark_ = 0;
	static constexpr u32 kDataLen = 8192; // a list of 1023 keys
	u8 *data_ = nullptr;                  // of a command, where it may be mapped for a transfer

	Atomic<u32> reviews_{0};  // asked for
	Atomic<u32> reviewed_{0}; // of these
	Owned<mpk_work, mpk_work_destroy> work_;
};

} // namespace mpath
