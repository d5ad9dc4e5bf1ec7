// SPDX-License-Identifier: GPL-2.0
#include "path.hpp"

#include "head.hpp"
#include "util/text.hpp"

namespace {

using mpath::Health;

// A dead path is asked this often whether it is back. Short enough that nobody waits
// for it, long enough that a thousand dead paths cost nothing.
constexpr u32 kProbeDeadMs = 1000;

// A probe that could not even be sent (the device is blocked or set offline by an
// administrator) is repeated at the pace of a glance.
constexpr u32 kProbeLaterMs = 200;

// Bios wait for the verdict on a suspect path: it cannot be put off for ever.
constexpr u32 kMaxLater = 50;

// A path that dies this soon after a probe found it fine has relapsed.
constexpr u64 kRelapseMs = 10000;

constexpr const char *word(Health health) noexcept
{
	switch (health) {
	case Health::usable:
		return "usable";
	case Health::suspect:
		return "suspect";
	case Health::dead:
		return "dead";
	case Health::foreign:
		return "foreign";
	case Health::removing:
		return "removing";
	}
	return "?";
}

} // namespace

mpath_device::mpath_device(mpath_head &head, u32 id, const mpath_device_config &config) noexcept
	: usable_states_(config.usable_states), device_state_(config.device_state),
	  access_state_(config.access_state), disk_(config.disk), numa_node_(config.numa_node),
	  id_(id), waiting_states_(config.waiting_states), head_(head), ref_(mpk_ref_create()),
	  probe_(mpk_work_create(MPATH_WORK_PROBE, run_probe, this)), ops_(config.ops),
	  owner_(config.owner)
{
	mpath::copy_text(name_, config.name);
}

mpath_device *mpath_device::create(mpath_head &head, u32 id,
				   const mpath_device_config &config) noexcept
{
	void *memory = mpk_alloc(sizeof(mpath_device));

	if (!memory)
		return nullptr;

	auto *device = new (memory) mpath_device(head, id, config);

	if (!device->ref_ || !device->probe_ || !device->counts_) {
		destroy(device);
		return nullptr;
	}
	return device;
}

void mpath_device::destroy(mpath_device *device) noexcept
{
	// The probe is cancelled once more with its work item: a late blame() may have kicked
	// it after stop_probing(). It finds the path removing, and leaves its owner alone.
	device->~mpath_device();
	mpk_free(device);
}

mpath::Access mpath_device::access() const noexcept
{
	if (access_state() == 0)
		return Access::optimized;
	if (takes_io())
		return Access::nonoptimized;
	return access_state() == 0xf ? Access::transitioning : Access::other;
}

bool mpath_device::change_health(Health to, const char *why) noexcept
{
	Health from = health_.load_relaxed();

	do {
		if (from == to || from == Health::removing)
			return false;
		if (from == Health::foreign && to != Health::removing)
			return false;
		// Acquire and release: the one who wins sees what the previous winner wrote,
		// and whoever then finds the path usable sees what made it so.
	} while (!health_.compare_exchange(from, to));

	if (to != Health::removing)
		mpk_log_ratelimited(to == Health::usable ? MPATH_LOG_INFO : MPATH_LOG_WARN,
				    "%s: path %s: %s -> %s (%s)\n", head_.name(), name_, word(from),
				    word(to), why);
	return true;
}

void mpath_device::blame(mpath::Blame blame, mpath_status why) noexcept
{
	switch (blame) {
	case mpath::Blame::nobody:
		return;
	case mpath::Blame::suspect:
		// A path already known dead is not promoted to suspect by a late failure.
		if (health() == Health::usable &&
		    change_health(Health::suspect, mpath::status_word(why)))
			mpk_work_kick(probe_.get());
		return;
	case mpath::Blame::dead:
		if (!change_health(Health::dead, mpath::status_word(why)))
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

bool mpath_device::relapses() const noexcept
{
	const u64 revived = revived_ms_.load_relaxed();

	return revived && mpk_now_ms() - revived < kRelapseMs;
}

void mpath_device::withdraw() noexcept
{
	// Whatever it is when its transport lets it return, it has to say so first: the LUN
	// behind a blocked nexus may be another one by then.
	if (!change_health(Health::suspect, "its device is blocked or offline"))
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
	if (health() != Health::usable || takes_io() || now_ms - asked_ms_ < kProbeDeadMs)
		return;
	asked_ms_ = now_ms;
	mpk_work_kick(probe_.get());
}

void mpath_device::run_probe(void *device) noexcept
{
	static_cast<mpath_device *>(device)->probe();
}

// A device that its transport has blocked would keep the question until it is unblocked;
// one that was set offline does not answer any.
mpath_verdict mpath_device::ask() noexcept
{
	if (device_state_in(usable_states_))
		return ops_->probe(owner_);
	return device_state_in(waiting_states_) ? MPATH_VERDICT_LATER : MPATH_VERDICT_DEAD;
}

// Context: the workqueue. stop_probing() waits for it, so the path and its owner live.
void mpath_device::probe() noexcept
{
	if (health() == Health::removing || health() == Health::foreign)
		return;

	rare_.probed();

	const mpath_verdict verdict = ask();

	if (verdict != MPATH_VERDICT_LATER) {
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
		revived_ms_.store_relaxed(mpk_now_ms());
		if (change_health(Health::usable, "probe: fine"))
			head_.path_came_back();
		else
			head_.kick(); // an I/O may wait for just this verdict
		return;
	case MPATH_VERDICT_DEAD:
	case MPATH_VERDICT_GONE: {
		const bool gone = verdict == MPATH_VERDICT_GONE;
		const char *const why = gone ? "probe: no such LUN" : "probe: no";

		change_health(Health::dead, why);
		head_.kick();
		mpk_work_arm(probe_.get(), kProbeDeadMs);
		return;
	}
	case MPATH_VERDICT_FOREIGN:
		change_health(Health::foreign, "probe: it is another LUN now");
		head_.kick();
		return;
	case MPATH_VERDICT_LATER:
		if (health() == Health::suspect && ++later_ == kMaxLater) {
			later_ = 0;
			change_health(Health::dead, "probe: no answer");
			head_.kick();
		}
		mpk_work_arm(probe_.get(), kProbeLaterMs);
		return;
	}
}

void mpath_device::start_removing() noexcept
{
	change_health(Health::removing, "");
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
	stats.in_flight = counts_.in_flight();
	return stats;
}

const char *mpath_device::state_name() const noexcept
{
	const Health now = health();

	if (now == Health::removing || now == Health::foreign)
		return word(now);
	if (!device_state_in(usable_states_))
		return device_state_in(waiting_states_) ? "blocked" : "offline";
	if (now != Health::usable)
		return word(now);

	switch (access()) {
	case Access::optimized:
		return "usable";
	case Access::nonoptimized:
		return "usable-nonoptimized";
	case Access::transitioning:
		return "transitioning";
	case Access::other:
		return "standby";
	}
	return "?";
}
