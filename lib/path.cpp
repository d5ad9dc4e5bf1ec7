// SPDX-License-Identifier: GPL-2.0
#include "path.hpp"

#include "head.hpp"
#include "pace.hpp"
#include "scsi_pr.hpp"
#include "util/text.hpp"

namespace {

using mpath::Epochs;
using mpath::Health;
using mpath::Reason;

// A dead path is asked this often whether it is back. Short enough that nobody waits
// for it, long enough that a thousand dead paths cost nothing.
constexpr u32 kProbeDeadMs = 1000;

// A path that is not optimized carries no I/O that could bring the news that it is again.
constexpr u64 kAskAccessMs = 10000;

// A LUN that is replaced need not say so, and a path without I/O hears of nothing.
constexpr u64 kAskIdentityMs = 30000;

// Errors that a path goes on making, such as back-pressure, do not make it answer all the time.
constexpr u64 kAskAfterErrorsMs = 1000;

// A probe that could not even be sent (the device is blocked or set offline by an
// administrator) is repeated at the pace of a glance.
constexpr u32 kProbeLaterMs = 200;

// Bios wait for the verdict on a suspect path: it cannot be put off for ever.
constexpr u32 kMaxLater = 50;

// I/O is stuck that takes so many times the usual time, and the head's time besides.
constexpr u64 kStallLatencies = 4;

// A path that dies this soon after a probe found it fine has relapsed.
constexpr u64 kRelapseMs = 10000;

constinit mpath::Leisure leisure;

// What the sense data says that made the verdict.
constexpr u8 access_by(mpath_verdict verdict) noexcept
{
	switch (verdict) {
	case MPATH_VERDICT_TRANSITIONING:
		return mpath::kAccessTransitioning;
	case MPATH_VERDICT_UNAVAILABLE:
		return mpath::kAccessUnavailable;
	default:
		return mpath::kAccessStandby;
	}
}

} // namespace

mpath_device::mpath_device(mpath_head &head, u32 id, const mpath_device_config &config) noexcept
	: front{config.disk, mpk_percpu_create(sizeof(mpath_io_counts)), &nr_active_, 0},
	  usable_states_(config.usable_states),
	  host_waiting_states_(config.host_state ? config.host_waiting_states : 0),
	  device_state_(config.device_state),
	  // Never for a reader to tell whether there is one.
	  host_state_(config.host_state ? config.host_state : config.device_state),
	  access_(config.access_state, config.port), numa_node_(config.numa_node), id_(id),
	  head_(head), waiting_states_(config.waiting_states), error_count_(config.error_count),
	  ref_(mpk_ref_create()), probe_(mpk_work_create(MPATH_WORK_PROBE, run_probe, this)),
	  sender_(mpk_work_create(MPATH_WORK_SEND, run_sender, this)), ops_(config.ops),
	  owner_(config.owner)
{
	mpath::copy_text(name_, config.name);
	facts = mpath::facts_of(config.geometry);
	MPATH_ASSERT(static_cast<const void *>(mpath_device_front_of(this)) == &front);
}

mpath_device *mpath_device::create(mpath_head &head, u32 id,
				   const mpath_device_config &config) noexcept
{
	void *memory = mpk_object_alloc(MPATH_OBJECT_DEVICE);

	if (!memory)
		return nullptr;

	auto *device = new (memory) mpath_device(head, id, config);

	leisure.joined();
	if (!device->ref_ || !device->probe_ || !device->sender_ || !device->counts_ ||
	    (config.target_port && !mpath::TargetPort::join(device, config.target_port))) {
		destroy(device);
		return nullptr;
	}
	if (config.target_port && config.port_congests)
		device->front.active = &device->port_member.port->nr_active;
	return device;
}

void mpath_device::init() noexcept
{
	leisure.reset();
}

void mpath_device::destroy(mpath_device *device) noexcept
{
	// The probe is cancelled once more with its work item: a late blame() may have kicked
	// it after stop_probing(). It finds the path removing, and leaves its owner alone.
	mpath::TargetPort::leave(device);
	leisure.left();
	device->~mpath_device();
	mpk_object_free(MPATH_OBJECT_DEVICE, device);
}

bool mpath_device::change_health(Health to, Reason why) noexcept
{
	Health from;

	if (!health_.change(to, why, &from))
		return false;
	changed(from, to, why);
	return true;
}

void mpath_device::changed(Health from, Health to, Reason why) noexcept
{
	announce(word(from), word(to), word(why));
	if (to == Health::dead || to == Health::foreign || to == Health::removing)
		head_.reservation().lost_path(*this);
	if (to == Health::removing)
		return;
	head_.note_health(*this, from, to);
	if (why == Reason::added)
		return;
	mpk_log_ratelimited(to == Health::usable ? MPATH_LOG_INFO : MPATH_LOG_WARN,
			    "%s: path %s: %s -> %s (%s)\n", head_.name(), name_, word(from),
			    word(to), word(why));
}

void mpath_device::blame(mpath::Blame blame, mpath_status why) noexcept
{
	switch (blame) {
	case mpath::Blame::nobody:
		return;
	case mpath::Blame::suspect:
		if (change_health(Health::suspect, mpath::because_of(why)))
			mpk_work_kick(probe_.get());
		return;
	case mpath::Blame::dead:
		if (!change_health(Health::dead, mpath::because_of(why)))
			return;
		// A path that dies again right after its probe was fine answers probes and
		// fails I/O: without a pause the two would chase each other.
		if (relapses())
			mpk_work_arm(probe_.get(), kProbeDeadMs);
		else
			mpk_work_kick(probe_.get());
		return;
	}
}

void mpath_device::failed_command() noexcept
{
	if (change_health(Health::suspect, Reason::command_failed))
		mpk_work_kick(probe_.get());
}

void mpath_device::ask_for_answer() noexcept
{
	asked_seq_.fetch_add_relaxed(1);
	mpk_work_kick(probe_.get());
}

bool mpath_device::owes_answer() const noexcept
{
	const Health now = health();

	// Pairs with the release in run_probe(): who sees the answer sees the state that it left.
	return now != Health::foreign && now != Health::removing &&
	       answered_seq_.load_acquire() != asked_seq_.load_relaxed();
}

void mpath_device::accuse(u32 fine_seq) noexcept
{
	// By the count that the verdict which clears the path makes; 0 accuses of nothing.
	const u32 accused = fine_seq + 1;

	if (accused_seq_.load_relaxed() == accused)
		return;
	accused_seq_.store_relaxed(accused);
	// The verdict may have come before: have it looked at again.
	mpk_work_kick(probe_.get());
}

bool mpath_device::relapses() const noexcept
{
	const u64 revived = revived_ms_.load_relaxed();

	return revived && mpk_now_ms() - revived < kRelapseMs;
}

Health mpath_device::at_best(u64 now_ms) const noexcept
{
	return why_at_best(now_ms, Reason::probe_fine) == Reason::probe_fine ? Health::usable
									     : Health::marginal;
}

// First what lasts longest.
Reason mpath_device::why_at_best(u64 now_ms, Reason fine) const noexcept
{
	if (is_disabled())
		return Reason::disabled;
	if (conduct_.is_spared(now_ms))
		return conduct_.why();

	const Reason fit = fit_.load_relaxed();

	return fit == kFits ? fine : fit;
}

void mpath_device::set_stalled(bool stalled) noexcept
{
	if (stalled) {
		change_health(Health::stalled, Reason::io_is_stuck);
		return;
	}
	// From stalled alone: it may have died of it.
	const Health to = at_best(mpk_now_ms());

	if (!health_.change_from(Health::stalled, to, Reason::io_moves_again))
		return;
	changed(Health::stalled, to, Reason::io_moves_again);
	head_.path_came_back();
}

void mpath_device::doubt() noexcept
{
	if (health_.change_from(Health::usable, Health::marginal, Reason::port_in_doubt))
		changed(Health::usable, Health::marginal, Reason::port_in_doubt);
}

void mpath_device::end_doubt() noexcept
{
	const mpath::Standing seen = health_.standing();

	// A verdict of its own that has come since says more: it stands.
	if (seen.why != Reason::port_in_doubt ||
	    !health_.change_seen(seen, Health::usable, Reason::port_works))
		return;
	changed(Health::marginal, Health::usable, Reason::port_works);
	head_.path_came_back();
}

// A probe that ends meanwhile may use the old word; the next look sets that right.
void mpath_device::set_fit(Reason fit) noexcept
{
	fit_.store_relaxed(fit);
	if (fit != kFits) {
		if (health_.change_from(Health::usable, Health::marginal, fit))
			changed(Health::usable, Health::marginal, fit);
		return;
	}

	const Reason was = health_.standing().why;
	const Reason now = was == Reason::cache_differs ? Reason::cache_agrees : kFits;

	if ((was != Reason::cache_differs && was != Reason::falls_short) ||
	    conduct_.is_spared(mpk_now_ms()) ||
	    !health_.change_from(Health::marginal, Health::usable, now))
		return;
	changed(Health::marginal, Health::usable, now);
	head_.path_came_back();
}

// As with what its disk is, a probe that ends meanwhile is set right by the next look: whichever word it
// has read, the state says so.
void mpath_device::set_disabled(bool disabled) noexcept
{
	const mpath::Standing seen = health_.standing();
	const bool was = is_disabled();
	const bool is_so = seen.health == Health::marginal && seen.why == Reason::disabled;

	disabled_.store_relaxed(disabled);
	// What does not carry I/O now is seen to when it comes back.
	if (seen.health > Health::marginal || (disabled ? is_so : !was && !is_so))
		return;

	const Reason why = why_at_best(mpk_now_ms(), Reason::enabled);
	const Health to = why == Reason::enabled ? Health::usable : Health::marginal;

	// From what was seen alone: a verdict that has come since says more.
	if (!health_.change_seen(seen, to, why))
		return;
	changed(seen.health, to, why);
	if (to == Health::marginal)
		return;
	head_.path_came_back();
	// What else it was marginal for has been forgotten: it has to show that it works.
	mpk_work_kick(probe_.get());
}

void mpath_device::withdraw() noexcept
{
	// Whatever it is when its transport lets it return, it has to say so first: the LUN
	// behind a blocked nexus may be another one by then.
	if (!change_health(Health::suspect, Reason::out_of_service))
		return;
	withdrawn_.store_relaxed(true);
	mpk_work_kick(probe_.get());
}

void mpath_device::ask_if_changed(u64 now_ms) noexcept
{
	// Back in service, and nobody has told: sooner than the probe's own pace.
	if (withdrawn_.load_relaxed() && device_state_in(usable_states_)) {
		withdrawn_.store_relaxed(false);
		mpk_work_kick(probe_.get());
		return;
	}
	// The device handler hears of a new access state from the sense data of commands
	// only, and a path that carries no I/O gets no commands.
	if (!mpath::carries_io(health()) || takes_io() || now_ms - asked_ms_ < kProbeDeadMs ||
	    head_.lun_informs())
		return;
	asked_ms_ = now_ms;
	mpk_work_kick(probe_.get());
}

bool mpath_device::looks_different() noexcept
{
	// Takes it out of service if its transport has.
	can_carry_io_at_need();

	const char *const before = looked_;

	looked_ = shown().name;
	// Of one that began long ago nothing is to be hoped for when I/O comes.
	is_in_transition(mpk_now_ms(), 0);
	return looked_ != before;
}

void mpath_device::ask_at_leisure(u64 now_ms) noexcept
{
	const bool for_access = access() != Access::optimized && !head_.lun_informs();

	const bool access_due = for_access &&
				now_ms - access_asked_ms_ >= leisure.interval_ms(kAskAccessMs);

	ask_after_errors();
	if (!mpath::works(health()))
		return;
	if (!access_due && now_ms - probed_ms_.load_relaxed() < leisure.interval_ms(kAskIdentityMs))
		return;

	const u64 wait_ms = leisure.wait_ms(now_ms);

	if (wait_ms == mpath::Leisure::kNotNow)
		return;
	if (access_due)
		access_asked_ms_ = now_ms;
	mpk_work_arm(probe_.get(), static_cast<u32>(wait_ms));
}

void mpath_device::ask_after_errors() noexcept
{
	const u32 now = errors();

	// What comes between the two is found the next time.
	if (errors_seen_.load_relaxed() == now)
		return;
	errors_seen_.store_relaxed(now);
	// Perhaps its port group has changed its state (2A/06, 2A/07). Where no device handler
	// listens, and the next question is some time away, nobody else hears of that.
	head_.ask_access_soon();
	// The others are being asked.
	if (!mpath::works(health()))
		return;

	const u64 since = mpk_now_ms() - probed_ms_.load_relaxed();

	if (since >= kAskAfterErrorsMs)
		mpk_work_kick(probe_.get());
	else
		mpk_work_arm(probe_.get(), static_cast<u32>(kAskAfterErrorsMs - since));
}

void mpath_device::run_probe(void *arg) noexcept
{
	auto *device = static_cast<mpath_device *>(arg);
	// Before the probe: one that ran already when somebody asked is no answer to him.
	const u32 asked = device->asked_seq_.load_relaxed();

	device->probe();
	device->answered_seq_.store_release(asked);
}

// What is in flight keeps the path, and its removal waits for this work to end.
void mpath_device::run_sender(void *arg) noexcept
{
	mpk_plugged([](void *device) { mpath_head::send_unsent(device); }, arg);
}

// A device that its transport has blocked would keep the question until it is unblocked;
// one that was set offline does not answer any.
mpath_verdict mpath_device::ask() noexcept
{
	if (device_state_in(usable_states_))
		return ops_->probe(owner_);
	return device_state_in(waiting_states_) ? MPATH_VERDICT_LATER : MPATH_VERDICT_DEAD;
}

Reason mpath_device::why_dead(mpath_verdict verdict) const noexcept
{
	if (verdict == MPATH_VERDICT_GONE)
		return Reason::probe_no_lun;
	return device_state_in(usable_states_) ? Reason::probe_failed : Reason::out_of_service;
}

// However it came: the probe runs while a path is dead.
void mpath_device::note_death() noexcept
{
	const mpath::Standing standing = health_.standing();

	if (standing.health != Health::dead || standing.why == Reason::out_of_service ||
	    standing.since_ms == death_seen_ms_)
		return;
	death_seen_ms_ = standing.since_ms;
	conduct_.died(standing.since_ms);
	// Who has no such LUN says nothing of other LUNs.
	if (standing.why != Reason::probe_no_lun)
		mpath::TargetPort::note_death(this, standing.since_ms);
}

// I/O has failed here and succeeded elsewhere: if the probe that it caused was fine, the path
// has lied. If it was not, all is said.
void mpath_device::judge(mpath_verdict verdict) noexcept
{
	const u32 accused = accused_seq_.load_relaxed();

	if (accused == judged_seq_)
		return;
	if (verdict == MPATH_VERDICT_FINE) {
		if (static_cast<int>(fine_seq() - accused) < 0)
			return;
		conduct_.lied(mpk_now_ms());
	}
	judged_seq_ = accused;
}

void mpath_device::let_in() noexcept
{
	// What its device was asked before, its cache above all, the LUN may have refused to tell.
	if (health_.standing().why == Reason::not_registered)
		rescan();
	if (takes_io()) {
		end_well();
		return;
	}
	change_health(at_best(mpk_now_ms()), Reason::access_state);
	head_.kick();
}

void mpath_device::bar_for_the_holder() noexcept
{
	const mpath::Standing seen = health_.standing();

	// No news but for those who ask why.
	if (seen.health != Health::barred)
		bar(Reason::not_the_holder);
	else if (seen.why != Reason::not_the_holder)
		health_.change_seen(seen, Health::barred, Reason::not_the_holder);
}

void mpath_device::ask_again() noexcept
{
	mpk_work_arm(probe_.get(), kProbeDeadMs);
}

void mpath_device::execute(const mpath_command &command, mpath_scsi_answer *answer) noexcept
{
	*answer = mpath::no_connect_answer();
	if (ops_->execute && device_state_in(usable_states_))
		ops_->execute(owner_, &command, answer);
}

void mpath_device::end_well() noexcept
{
	const u64 now = mpk_now_ms();
	const Reason fine = health_.standing().why == Reason::added ? Reason::added
								    : Reason::probe_fine;
	const Reason why = why_at_best(now, fine);
	const Health to = why == fine ? Health::usable : Health::marginal;

	if (change_health(to, why))
		head_.path_came_back();
	else
		head_.kick(); // an I/O may wait for just this verdict
	// Nobody else sees to it that it is used again.
	if (conduct_.is_spared(now))
		mpk_work_arm(probe_.get(), static_cast<u32>(conduct_.until_ms() - now));
}

// Context: the workqueue. stop_probing() waits for it, so the path and its owner live.
void mpath_device::probe() noexcept
{
	if (health() == Health::removing || health() == Health::foreign)
		return;

	note_death();
	rare_.probed();
	probed_ms_.store_relaxed(mpk_now_ms());

	const mpath_verdict verdict = ask_timed();

	if (verdict != MPATH_VERDICT_DEAD && verdict != MPATH_VERDICT_LATER)
		mpath::TargetPort::note_answer(this);

	if (verdict != MPATH_VERDICT_LATER && verdict != MPATH_VERDICT_TRANSITIONING) {
		later_ = 0;
		no_such_lun_.store_relaxed(verdict == MPATH_VERDICT_GONE);
	}
	switch (verdict) {
	case MPATH_VERDICT_FINE:
		// The count before the state: whoever resends because the path is usable again
		// must already see that its failure was not the path's. Pairs with the acquire
		// in fine_seq(); without it a bad I/O is tried once more than it should be.
		// A path that was dead in between has earned no such credit.
		if (health() == Health::suspect)
			fine_seq_.fetch_add_release(1);
		// Not where it was only asked who it is.
		if (!mpath::works(health()) && health_.standing().why != Reason::added)
			revived_ms_.store_relaxed(mpk_now_ms());
		// Its read may have met the reservation that it is barred for: no news, each time.
		if (health() == Health::barred)
			heard_error();
		judge(verdict);
		// It has just read. Who said otherwise says nothing any more.
		if (!takes_io() && !head_.lun_informs())
			hear_access_by_sense(0);
		head_.reservation().admit(*this);
		return;
	case MPATH_VERDICT_DEAD:
	case MPATH_VERDICT_GONE:
		judge(verdict);
		change_health(Health::dead, why_dead(verdict));
		head_.kick();
		note_death();
		mpk_work_arm(probe_.get(), kProbeDeadMs);
		return;
	case MPATH_VERDICT_STANDBY:
	case MPATH_VERDICT_UNAVAILABLE:
		judge(verdict);
		hear_refusal(verdict);
		// It is well, and what keeps it from I/O is in its access state. Where nobody
		// keeps that, or not yet, all that helps is to ask again.
		if (takes_io()) {
			change_health(Health::dead, Reason::access_state);
			mpk_work_arm(probe_.get(), kProbeDeadMs);
			head_.kick();
		} else {
			head_.reservation().admit(*this);
		}
		return;
	case MPATH_VERDICT_FOREIGN:
		change_health(Health::foreign, Reason::probe_other_lun);
		head_.kick();
		return;
	case MPATH_VERDICT_TRANSITIONING:
		hear_refusal(verdict);
		if (!takes_io() && health() != Health::barred) {
			change_health(at_best(mpk_now_ms()), Reason::access_state);
			head_.kick();
			return;
		}
		// Nobody keeps the state, or has heard of it yet.
		[[fallthrough]];
	case MPATH_VERDICT_LATER:
		if (health() == Health::suspect && ++later_ == kMaxLater) {
			later_ = 0;
			change_health(Health::dead, Reason::probe_unanswered);
			head_.kick();
		}
		mpk_work_arm(probe_.get(), kProbeLaterMs);
		return;
	}
}

void mpath_device::hear_refusal(mpath_verdict verdict) noexcept
{
	heard_error();
	// Where the LUN tells of its port groups, or did, somebody will say when that is over: its
	// report, or a probe that can read. And it has to tell of the others now.
	if (head_.lun_has_told())
		hear_access_by_sense(access_by(verdict));
	head_.ask_access_soon();
}

void mpath_device::start_removing() noexcept
{
	change_health(Health::removing, Reason::removed);
}

mpath_device_stats mpath_device::stats() const noexcept
{
	mpath_device_stats stats{};

	for (u32 direction = 0; direction < MPATH_DIRECTIONS; direction++) {
		stats.ios[direction] = counts_.ios(direction);
		stats.sectors[direction] = counts_.sectors(direction);
	}
	for (u32 cls = 0; cls < MPATH_ERROR_CLASSES; cls++)
		stats.errors[cls] = rare_.errors(cls);
	stats.failover_count = rare_.moves();
	stats.probes = rare_.probes();

	const auto glance = counts_.glance();

	stats.in_flight = glance.all_in_flight();
	stats.oldest_ms = epochs_.oldest_ms(glance, epoch(), mpk_now_ms());
	return stats;
}

mpath_device_latency mpath_device::latency(mpath_direction direction) const noexcept
{
	mpath_device_latency latency{};

	for (u32 bucket = 0; bucket < MPATH_LATENCY_BUCKETS; bucket++)
		latency.count[bucket] = latencies_.count(direction, bucket);
	latency.average_ns = wait_[direction].latency_ns();
	return latency;
}

mpath_device *mpath_device::measure_from_now(mpath_io &io) noexcept
{
	io.sent_ns = mpk_now_ns();
	io.depth = static_cast<u32>(nr_active());
	io.measured = true;
	io.news = true;
	return this;
}

void mpath_device::measure(const mpath_io &io) noexcept
{
	const u64 ns = mpk_now_ns() - io.sent_ns;
	const auto direction = static_cast<mpath_direction>(io.direction);

	// One I/O in so many: the others pay nothing for it.
	ask_after_errors();
	latencies_.took(direction, ns);
	// It would tell of the stall, and put off the next one.
	if (health() != Health::stalled)
		wait_[direction].add(ns, io.counted ? io.depth : 0);
}

// What I/O usually takes: of whichever kind is slower, or of all that is in the path now. In that, what
// is stuck counts, too: no more than @most_ms.
u64 mpath_device::usual_ms(u32 most_ms) const noexcept
{
	const u64 read = wait_[MPATH_READ].latency_ns();
	const u64 write = wait_[MPATH_WRITE].latency_ns();
	const u64 measured = (read > write ? read : write) / 1000000;
	const u64 stay = turnover_.stay_ms(Epochs::kTickMs);
	const u64 counted = stay < most_ms ? stay : most_ms;

	return counted > measured ? counted : measured;
}

bool mpath_device::look_after(u64 now_ms, u32 stall_timeout_ms, u64 head_sent) noexcept
{
	const auto glance = counts_.glance();
	const u64 sent = glance.sent[MPATH_READ] + glance.sent[MPATH_WRITE];
	const u64 in_flight = glance.all_in_flight();
	const bool busy = sent != sent_then_ || in_flight;
	const u32 current = epoch();
	const u32 next = epochs_.turn(glance, current, now_ms);

	sent_then_ = sent;
	turnover_.look(sent, in_flight);
	ask_after_errors();
	for (u32 direction = 0; direction < MPATH_DIRECTIONS; direction++)
		wait_[direction].look(glance.sent[direction], head_sent);
	if (next != current)
		__atomic_store_n(&front.epoch, next, __ATOMIC_RELAXED);

	// A tick more: the age may be that much too big.
	const u64 limit =
		stall_timeout_ms + kStallLatencies * usual_ms(stall_timeout_ms) + Epochs::kTickMs;

	if (stall_timeout_ms && epochs_.oldest_ms(glance, next, now_ms) >= limit)
		set_stalled(true);
	else if (health() == Health::stalled)
		set_stalled(false);
	return busy;
}

// What the transport says, where that keeps I/O off; nullptr where it does not.
const char *mpath_device::transport_word(Reason *why) const noexcept
{
	*why = Reason::out_of_service;
	if (!device_state_in(usable_states_))
		return device_state_in(waiting_states_) ? "blocked" : "offline";
	if (!mpath::carries_io(health()))
		return nullptr;
	*why = Reason::host_recovers;
	if (host_waits())
		return "blocked";
	*why = Reason::access_state;
	if (takes_io())
		return nullptr;
	return access() == Access::transitioning ? "transitioning" : "standby";
}

mpath_device::Shown mpath_device::shown() noexcept
{
	const mpath::Standing standing = health_.standing();
	const bool final = standing.health == Health::foreign ||
			   standing.health == Health::removing;
	Reason why;

	if (const char *name = final ? nullptr : transport_word(&why)) {
		u64 since = 0;

		// The transport tells nobody: it was so when somebody first looked.
		if (refused_ms_.compare_exchange(since, mpk_now_ms()))
			since = refused_ms_.load_relaxed();
		return {name, why, since};
	}
	refused_ms_.store_relaxed(0);

	const bool second = standing.health == Health::usable && access() == Access::nonoptimized;

	return {second ? "usable-nonoptimized" : word(standing.health), standing.why,
		standing.since_ms};
}
