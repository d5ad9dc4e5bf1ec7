// SPDX-License-Identifier: GPL-2.0
// mpath_device: one path of a head.
//
// Life: created and linked by mpath_head::add_path(), found by readers under a
// ReadGuard, unlinked and freed by mpath_head::remove_path(). A reference (get/put), or
// the count of the bios on their way down it, keeps a path from being freed; unlike the
// read section both last across sleeping.
//
// Health: what I/O and probes have shown. Everything else that decides whether a path
// can be used (the SCSI device's state, the asymmetric access state) is read where the
// transport keeps it.
#pragma once

#include "access.hpp"
#include "conduct.hpp"
#include "geometry.hpp"
#include "health.hpp"
#include "epochs.hpp"
#include "path_access.hpp"
#include "path_stats.hpp"
#include "port.h"
#include "target_port.hpp"
#include "turnover.hpp"
#include "util/atomic.hpp"
#include "util/guards.hpp"
#include "util/io_fifo.hpp"
#include "util/owned.hpp"
#include "wait_estimate.hpp"

namespace mpath {

// What the head's reservation knows of the nexus behind a path; see reservation.hpp.
struct Nexus {
	Atomic<bool> registered{false}; // it has the head's key
	Atomic<bool> doubted{false};    // I/O has met a conflict here
	Atomic<bool> knocks{false};     // it works, and waits to be let in
	bool unproven = false;          // it was given the key, and perhaps too late
	u32 mark = 0;                   // the last registration that it took part in
};

} // namespace mpath

struct mpath_device final {
	using Health = mpath::Health;
	using Reason = mpath::Reason;
	using Access = mpath::Access;

	// Once for the whole core, before any path. Context: process.
	static void init() noexcept;
	// nullptr without memory.
	static mpath_device *create(mpath_head &head, u32 id,
				    const mpath_device_config &config) noexcept;
	// Only when unlinked, drained, and no reader can see it.
	static void destroy(mpath_device *device) noexcept;

	// --- hot: read for every I/O ------------------------------------------

	bool can_carry_io() noexcept
	{
		return health() == Health::usable && is_in_service() && !host_waits();
	}
	// The same for a path that is only taken where no other can carry I/O.
	bool can_carry_io_at_need() noexcept
	{
		return mpath::carries_io(health()) && is_in_service();
	}
	// Among those, the least first: a host that takes commands before one that lets them wait,
	// marginal before stalled, optimized before non-optimized, preferred before others.
	unsigned reluctance() const noexcept
	{
		constexpr unsigned kHealth = mpath::kNrRanks, kHost = 8 * kHealth;

		return host_waits() * kHost + static_cast<unsigned>(health()) * kHealth + rank();
	}
	mpath::Rank rank() const noexcept { return access_.rank(); }
	// As far as the hint goes, no path that can carry I/O has a better rank.
	[[gnu::always_inline]] bool is_first_choice() const noexcept
	{
		return health() == Health::usable && device_state_in(usable_states_) &&
		       !host_waits() && access_.is_first();
	}
	// The transport has taken it out of service, and whoever asks whether it can carry I/O is
	// the first to see that, and has it asked.
	bool is_to_be_withdrawn() const noexcept
	{
		return mpath::carries_io(health()) && !device_state_in(usable_states_);
	}
	// can_carry_io_at_need() of one that is not to be withdrawn.
	[[gnu::always_inline]] bool is_ready_at_need() const noexcept
	{
		return mpath::carries_io(health()) && device_state_in(usable_states_) && takes_io();
	}
	// A probe is due whose verdict decides what becomes of the path; or it was fine, and the
	// path waits for its turn to be let in.
	bool verdict_due() const noexcept
	{
		// Acquire: whoever finds that over sees what has become of it.
		const bool knocks = nexus.knocks.load_acquire();
		const Health now = health();

		return (knocks || now == Health::suspect ||
			(now == Health::barred && owes_answer())) &&
		       device_state_in(usable_states_);
	}

	// Nothing that passes by itself keeps it from carrying I/O.
	bool is_lost() const noexcept
	{
		return health() == Health::foreign ||
		       (health() == Health::dead && no_such_lun_.load_relaxed());
	}

	Health health() const noexcept { return health_.health(); }
	mpath::Standing standing() const noexcept { return health_.standing(); }
	Access access() const noexcept { return mpath::access_of(access_.state()); }
	bool takes_io() const noexcept { return mpath::takes_io(access_.state()); }

	gendisk *disk() const noexcept { return front.disk; }
	int numa_node() const noexcept { return numa_node_; }
	u32 id() const noexcept { return id_; }

	// For commands, which may take long; a bio that is counted as sent keeps the path by that.
	void get() noexcept { mpk_ref_get(ref_.get()); }
	void put() noexcept { mpk_ref_put(ref_.get()); }

	int nr_active() const noexcept { return __atomic_load_n(front.active, __ATOMIC_RELAXED); }
	void count_active(int amount) noexcept
	{
		__atomic_fetch_add(front.active, amount, __ATOMIC_RELAXED);
	}
	// What comes back and is no news the shim counts out.
	void count_in(mpath_io &io) noexcept
	{
		io.counted = true;
		count_active(1);
	}

	// Is there hope that it answers a command? Whether it is barred makes no difference.
	bool answers() const noexcept
	{
		return mpath::works(health()) && device_state_in(usable_states_);
	}
	// Context: process; the caller has a reference. One that cannot be asked does not answer.
	void execute(const mpath_command &command, mpath_scsi_answer *answer) noexcept;

	// For service-time.
	u64 expected_wait_ns(mpath_direction direction) const noexcept
	{
		return wait_[direction].expected_ns(static_cast<u32>(nr_active()));
	}
	u64 offer_ns(mpath_direction direction) const noexcept
	{
		return wait_[direction].offer_ns();
	}
	bool take_trial(mpath_direction direction) noexcept
	{
		return wait_[direction].take_trial();
	}
	// Is @io to be measured, because none was since the clock has moved to @ticks? Return: the path.
	mpath_device *measure_if_due(mpath_io &io, mpath_direction direction, u32 ticks) noexcept
	{
		if (wait_[direction].is_first_in(ticks)) [[unlikely]]
			return measure_from_now(io);
		return this;
	}

	// @io has come back with @status. Context: any.
	void note_end(const mpath_io &io, mpath_status status) noexcept
	{
		if (status != MPATH_STS_OK) [[unlikely]]
			rare_.failed(status);
		else if (io.measured) [[unlikely]]
			measure(io);
	}
	// Nothing more is done to this path for the bio that was sent in @epoch. Context: any.
	void count_back(u32 epoch) noexcept { counts_.back(epoch); }
	// Once a tick: turns the epochs, and finds out whether I/O does not come back. False if
	// there was no I/O since the last time. @head_sent: by all paths, ever. Context: the head's watch, in its read section.
	bool look_after(u64 now_ms, u32 stall_timeout_ms, u64 head_sent) noexcept;

	// --- failure and return -------------------------------------------------

	// An I/O failed on this path. Only one that carries I/O becomes suspect: what fails late
	// does not promote a dead one. Context: any.
	void blame(mpath::Blame blame, mpath_status why) noexcept;
	// Ask the path now. Context: any.
	void recheck() noexcept { mpk_work_kick(probe_.get()); }
	// The same, for somebody who waits for what comes of it. Context: any.
	void ask_for_answer() noexcept;
	bool owes_answer() const noexcept;
	// A command that is no I/O has failed on the way. Context: any.
	void failed_command() noexcept;
	// A bio waits: has the transport put the device back, or might the access state that
	// keeps it from I/O be old? Context: the head's requeue work.
	void ask_if_changed(u64 now_ms) noexcept;
	// Is it shown in another state than at the last look? Of an idle path nobody else notices
	// what its transport does. Context: process, under the head's paths lock.
	bool looks_different() noexcept;
	// The same at leisure, though nothing waits, and whether it is still the same LUN.
	// Context: process, under the head's paths lock.
	void ask_at_leisure(u64 now_ms) noexcept;
	// Have commands failed since it was asked last, if only to be sent again by its transport?
	// Any may have been told that this is another LUN now. Context: any; the caller has a
	// reference, is in a read section, or holds the head's paths lock.
	void ask_after_errors() noexcept;
	// What somebody of the core has asked came back with an error: that one has been heard.
	void heard_error() noexcept { errors_seen_.store_relaxed(errors()); }

	// --- port groups (path_access.cpp) ------------------------------------------------

	int port_group() const noexcept { return access_.group(); }
	int relative_port() const noexcept { return access_.relative_port(); }
	bool reports_port_groups() const noexcept { return access_.tpgs() && ops_->execute; }
	// And would it answer now? In every access state but offline it has to.
	bool can_be_asked_for_port_groups() const noexcept
	{
		return reports_port_groups() && health() < Health::dead &&
		       device_state_in(usable_states_) &&
		       mpath::without_preference(access_.state()) != mpath::kAccessOffline;
	}
	// The LUN says that this is the path's state, or its sense data do. Return: does that
	// change what counts? Context: any; one report at a time.
	bool hear_access(u8 state) noexcept;
	bool hear_access_by_sense(u8 state) noexcept;
	// The handler has contradicted for the first, second, fourth ... time in a row. Context: the
	// head's reporter, as is the next.
	bool handler_has_to_look() const noexcept;
	void refresh_handler() noexcept;
	void observe_port(const u8 *kept, const mpath_port_config &port) noexcept;
	void set_first_rank(mpath::Rank rank) noexcept { access_.set_first_rank(rank); }
	// Between two states, for no longer than @limit_ms since somebody noticed? Context: any.
	bool is_in_transition(u64 now_ms, u64 limit_ms) noexcept;
	// In standby, and has the LUN a command to make it active? And is there a device handler
	// to send that?
	bool awaits_activation() const noexcept;
	bool can_be_activated() const noexcept
	{
		return ops_->activate && access_.is_kept() && awaits_activation();
	}
	int activate() noexcept { return ops_->activate(owner_); }
	mpath_device_access shown_access() const noexcept;

	// I/O in flight does not come back, or does again. Changes nothing for a path that is not
	// in service; when it ends, the path is what it was. Context: any; the caller has a
	// reference or is in a read section.
	void set_stalled(bool stalled) noexcept;
	// Another path through its target port has died: use it where nothing better is left,
	// until a probe says more. And: the port works. Context: any.
	void doubt() noexcept;
	void end_doubt() noexcept;
	// Counts the suspicions that a probe did not confirm: an I/O that failed before one
	// of those verdicts failed on a path that works.
	u32 fine_seq() const noexcept { return fine_seq_.load_acquire(); }

	// I/O that failed here when fine_seq() was @fine_seq has succeeded on another path.
	// Context: any.
	void accuse(u32 fine_seq) noexcept;

	// It works, and its nexus is entitled to I/O; or is not. Context: the head's Reservation.
	void let_in() noexcept;
	void bar(Reason why) noexcept { change_health(Health::barred, why); }
	// And if it was barred for something else, it is for this from now on.
	void bar_for_the_holder() noexcept;
	// Soon. Context: any.
	void ask_again() noexcept;

	// Until its probe has it admitted it is suspect: its transport may have been told long ago who it
	// is, before somebody has bound its driver again. Context: process, before anybody can see it.
	void begin_suspect() noexcept { health_.begin_suspect(); }
	// No more I/O, no more probes: the first step of removal. Context: process.
	void start_removing() noexcept;
	void stop_probing() noexcept { mpk_work_cancel(probe_.get()); }
	// drain() follows: the grace period before it will do for its own. Context: process.
	void drain_soon() noexcept { mpk_ref_drain_soon(ref_.get()); }
	// Wait for commands and bios. Context: process, after a grace period.
	void drain() noexcept
	{
		mpk_ref_drain(ref_.get());
		counts_.drain();
	}

	void count_failover() noexcept { rare_.moved(); }
	u64 failovers() const noexcept { return rare_.moves(); }
	// At the last look of the watch. Context: the watch.
	u64 sent() const noexcept { return sent_then_; }
	// As the counters of one CPU after the other say: what is sent meanwhile may be missed.
	bool has_io_in_flight() const noexcept { return counts_.glance().all_in_flight() != 0; }
	mpath_device_stats stats() const noexcept;
	mpath_device_latency latency(mpath_direction direction) const noexcept;

	mpath_head &head() const noexcept { return head_; }
	const char *name() const noexcept { return name_; }
	void *owner() const noexcept { return owner_; }

	// What people are shown: its health, or what its transport says if that keeps I/O off.
	struct Shown {
		const char *name;
		mpath::Reason why;
		u64 since_ms; // what the transport says: since it was first seen
	};
	Shown shown() noexcept;
	u64 changes() const noexcept { return health_.changes(); }
	u64 spent_ms(Health health) const noexcept
	{
		return health_.spent_ms(health, mpk_now_ms());
	}

	// At the beginning, for the shim.
	mpath_device_front front;

	// Under the head's paths lock: what its disk said of itself last, and of which news of the
	// head's its transport was told to look after.
	mpath::Facts facts{};
	u32 news_seen = 0;
	// False: not now. Context: as mpath_device_ops::rescan().
	bool rescan() noexcept { return !ops_->rescan || ops_->rescan(owner_); }
	// Its disk is not what I/O of the head needs, so that it is used where nothing better is left:
	// cache_differs, it knows of no write cache while another path's does; falls_short. Or it is:
	// kFits. To be told again and again. Context: process, under the head's paths lock.
	static constexpr Reason kFits = Reason::is_up_to_it;
	void set_fit(Reason fit) noexcept;
	// Somebody wants it used only where nothing better is left, or no longer does. To be told
	// again and again, too. Context: process, under the head's paths lock.
	void set_disabled(bool disabled) noexcept;
	bool is_disabled() const noexcept { return disabled_.load_relaxed(); }
	// Its disk is no longer what the head shows. Context: any.
	void contradict() noexcept { change_health(Health::foreign, Reason::contradicts); }

	// Linkage of PathList, which alone touches it.
	mpath::Atomic<mpath_device *> next_in_list{nullptr};
	// The state that Announcer, which alone touches this, has told last.
	const char *told = "";

	// What is to go down it and has not been sent. Of the head, under its requeue lock.
	mpath::IoFifo unsent;
	// Have its work send it. Context: any.
	void send_unsent_soon() noexcept { mpk_work_kick(sender_.get()); }

	// Of TargetPort, which alone touches it.
	mpath::PortMember port_member;

	// Of Reservation, which alone writes it.
	mpath::Nexus nexus;

	// Public for placement new; call create().
	mpath_device(mpath_head &head, u32 id, const mpath_device_config &config) noexcept;

private:
	~mpath_device() = default;

	u32 epoch() const noexcept { return __atomic_load_n(&front.epoch, __ATOMIC_RELAXED); }
	[[gnu::noinline]] void measure(const mpath_io &io) noexcept;
	[[gnu::noinline]] mpath_device *measure_from_now(mpath_io &io) noexcept;
	u64 usual_ms(u32 most_ms) const noexcept;

	// A word of the transport's, which changes under us: one load, no order with anything. A
	// stale answer costs one try, which the error returns.
	[[gnu::always_inline]] static bool state_in(const u32 *word, u32 mask) noexcept
	{
		const u32 state = __atomic_load_n(word, __ATOMIC_RELAXED);

		return state < 32 && (mask >> state & 1);
	}
	bool device_state_in(u32 mask) const noexcept { return state_in(device_state_, mask); }
	u32 errors() const noexcept
	{
		return error_count_ ? __atomic_load_n(error_count_, __ATOMIC_RELAXED) : 0;
	}
	bool host_waits() const noexcept { return state_in(host_state_, host_waiting_states_); }
	bool is_in_service() noexcept
	{
		if (!device_state_in(usable_states_)) [[unlikely]] {
			withdraw();
			return false;
		}
		return takes_io();
	}
	bool relapses() const noexcept;
	// What a path is that nothing keeps from carrying I/O: usable, or marginal still; and why
	// it is that, @fine if it is usable.
	Health at_best(u64 now_ms) const noexcept;
	Reason why_at_best(u64 now_ms, Reason fine) const noexcept;
	// The transport has taken the device out of service.
	void withdraw() noexcept;
	// True if this call changed it.
	bool change_health(Health to, Reason why) noexcept;
	// Each change comes by here once, after it has taken effect: what people and tools are
	// told of it is told here. Context: any; two changes may come in the other order.
	void changed(Health from, Health to, Reason why) noexcept;
	// For tracepoints and uevents. Words live for ever.
	void announce(const char *from, const char *to, const char *why) noexcept;
	Reason why_dead(mpath_verdict verdict) const noexcept;
	void note_death() noexcept;
	void judge(mpath_verdict verdict) noexcept;
	// Its port group refuses I/O, says the probe.
	void hear_refusal(mpath_verdict verdict) noexcept;
	void end_well() noexcept;
	const char *transport_word(Reason *why) const noexcept;
	static void run_probe(void *device) noexcept;
	static void run_sender(void *device) noexcept;
	void probe() noexcept;
	mpath_verdict ask() noexcept;
	mpath_verdict ask_timed() noexcept;

	// What choosing a path reads.
	mpath::HealthState health_;
	const u32 usable_states_;
	const u32 host_waiting_states_;
	const u32 *const device_state_;
	const u32 *const host_state_;
	mpath::PathAccess access_;
	const int numa_node_;
	const u32 id_;
	mpath::IoCounts counts_{front.counts};
	// Where front.active points, unless to that of the target port, which lives longer than a
	// reference on the path. Written for each I/O under queue-depth and service-time: on a
	// line of its own.
	alignas(64) int nr_active_ = 0;

	alignas(64) mpath_head &head_;
	const u32 waiting_states_;
	const u32 *const error_count_; // nullptr: nobody counts
	mpath::Atomic<u32> errors_seen_{errors()};
	mpath::Atomic<u64> probed_ms_{mpk_now_ms()}; // or added: who it is was known then
	mpath::WaitEstimate wait_[MPATH_DIRECTIONS];
	mpath::Epochs epochs_;
	mpath::Turnover turnover_;
	u64 sent_then_ = 0; // at the last look of the watch, which alone uses it
	mpath::Owned<mpk_ref, mpk_ref_destroy> ref_;
	mpath::Owned<mpk_work, mpk_work_destroy> probe_;
	mpath::Owned<mpk_work, mpk_work_destroy> sender_;
	mpath::Atomic<u32> fine_seq_{0};
	mpath::Atomic<u64> revived_ms_{0}; // last fine verdict, 0: none yet
	mpath::Conduct conduct_;           // the probe's own, but for what it says
	u64 death_seen_ms_ = 0;            // the probe's own
	mpath::Atomic<u32> accused_seq_{0};
	mpath::Atomic<u32> asked_seq_{0};    // how often an answer was asked for
	mpath::Atomic<u32> answered_seq_{0}; // what of that the last probe had seen
	u32 judged_seq_ = 0; // the probe's own: the last accusation that it has looked at
	mpath::Atomic<bool> no_such_lun_{false}; // said its last probe
	mpath::Atomic<Reason> fit_{kFits};
	mpath::Atomic<bool> disabled_{false};  // by hand
	mpath::Atomic<bool> withdrawn_{false}; // by its transport, and not asked since it is back
	mpath::Atomic<u64> refused_ms_{0};     // first seen refused by its transport, 0: not now
	mpath::Atomic<u64> transition_ms_{0};  // first seen in transition, 0: not now
	u64 asked_ms_ = 0;                     // the requeue work's
	u64 access_asked_ms_ = 0;              // under the head's paths lock
	const char *looked_ = nullptr;         // under the head's paths lock
	u32 later_ = 0; // the probe's own: how often a suspect could not be asked
	mpath::RareCounts rare_;
	mpath::Latencies latencies_;
	const mpath_device_ops *const ops_;
	void *const owner_;
	char name_[MPATH_NAME_LEN];
};
