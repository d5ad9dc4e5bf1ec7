// SPDX-License-Identifier: GPL-2.0
// The C face of the core: checks arguments, delegates. Contracts: libmultipath.h.
#include "head.hpp"
#include "util/errno.hpp"
#include "util/text.hpp"

namespace {

// mpath_head_config carries milliseconds in an int; a day is more than anyone means
// short of "for ever", which is -1.
constexpr long long kMaxNoPathTimeoutMs = 24LL * 3600 * 1000;
constexpr long long kMaxStallTimeoutMs = kMaxNoPathTimeoutMs;

constexpr mpath_iopolicy kPolicies[] = {MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
					MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME};
constexpr mpath_submit_mode kModes[] = {MPATH_SUBMIT_INTERPOSE, MPATH_SUBMIT_CLONE};

} // namespace

int mpath_iopolicy_parse(const char *word) noexcept
{
	for (const auto policy : kPolicies)
		if (mpath::is_word(word, mpath_iopolicy_name(policy)))
			return policy;
	return -EINVAL;
}

const char *mpath_iopolicy_name(mpath_iopolicy iopolicy) noexcept
{
	switch (iopolicy) {
	case MPATH_IOPOLICY_NUMA:
		return "numa";
	case MPATH_IOPOLICY_ROUND_ROBIN:
		return "round-robin";
	case MPATH_IOPOLICY_QUEUE_DEPTH:
		return "queue-depth";
	case MPATH_IOPOLICY_SERVICE_TIME:
		return "service-time";
	}
	return "?";
}

int mpath_submit_mode_parse(const char *word) noexcept
{
	for (const auto mode : kModes)
		if (mpath::is_word(word, mpath_submit_mode_name(mode)))
			return mode;
	return -EINVAL;
}

const char *mpath_submit_mode_name(mpath_submit_mode mode) noexcept
{
	switch (mode) {
	case MPATH_SUBMIT_INTERPOSE:
		return "interpose";
	case MPATH_SUBMIT_CLONE:
		return "clone";
	}
	return "?";
}

int mpath_switch_parse(const char *word) noexcept
{
	if (mpath::is_word(word, "Y") || mpath::is_word(word, "y") || mpath::is_word(word, "1"))
		return 1;
	if (mpath::is_word(word, "N") || mpath::is_word(word, "n") || mpath::is_word(word, "0"))
		return 0;
	return -EINVAL;
}

bool mpath_no_path_timeout_valid(long long ms) noexcept
{
	return ms >= -1 && ms <= kMaxNoPathTimeoutMs;
}

int mpath_head_create(const mpath_head_config *config, mpath_head **out) noexcept
{
	if (!config->name || !mpath_no_path_timeout_valid(config->no_path_timeout_ms))
		return -EINVAL;
	return mpath_head::create(*config, out);
}

bool mpath_head_set_live(mpath_head *head) noexcept
{
	return head->set_live();
}

void mpath_head_kill(mpath_head *head) noexcept
{
	head->kill();
}

void mpath_head_destroy(mpath_head *head) noexcept
{
	mpath_head::destroy(head);
}

int mpath_head_add_path(mpath_head *head, const mpath_device_config *config,
			mpath_device **out) noexcept
{
	return head->add_path(*config, out);
}

void mpath_device_remove(mpath_device *device) noexcept
{
	device->head().remove_path(device);
}

void mpath_device_recheck(mpath_device *device) noexcept
{
	device->recheck();
}

bool mpath_device_observe(mpath_device *device, const mpath_geometry *now) noexcept
{
	return device->head().observe(device, *now);
}

void mpath_head_geometry(mpath_head *head, struct mpath_geometry *geometry) noexcept
{
	*geometry = head->geometry();
}

bool mpath_device_shapes_head(mpath_device *device, const mpath_geometry *now) noexcept
{
	return device->health() != mpath::Health::foreign &&
	       now->logical_block_size == device->head().geometry().logical_block_size;
}

mpath_device *mpath_head_get_path(mpath_head *head) noexcept
{
	return head->get_path();
}

void mpath_device_put(mpath_device *device) noexcept
{
	device->put();
}

mpath_device *mpath_head_next_path(mpath_head *head, struct mpath_tries *tries) noexcept
{
	return head->next_path(*tries);
}

void mpath_device_failed_command(mpath_device *device) noexcept
{
	device->failed_command();
}

void mpath_head_ask_paths(mpath_head *head) noexcept
{
	head->ask_paths();
}

bool mpath_head_awaits_answers(mpath_head *head) noexcept
{
	return head->awaits_answers();
}

gendisk *mpath_device_disk(const mpath_device *device) noexcept
{
	return device->disk();
}

void *mpath_device_owner(const mpath_device *device) noexcept
{
	return device->owner();
}

mpath_iopolicy mpath_head_iopolicy(const mpath_head *head) noexcept
{
	return head->iopolicy();
}

void mpath_head_set_iopolicy(mpath_head *head, mpath_iopolicy iopolicy) noexcept
{
	head->set_iopolicy(iopolicy);
}

mpath_submit_mode mpath_head_submit_mode(const mpath_head *head) noexcept
{
	return head->submit_mode();
}

void mpath_head_set_submit_mode(mpath_head *head, mpath_submit_mode mode) noexcept
{
	head->set_submit_mode(mode);
}

int mpath_head_no_path_timeout_ms(const mpath_head *head) noexcept
{
	return head->no_path_timeout_ms();
}

int mpath_head_set_no_path_timeout_ms(mpath_head *head, long long ms) noexcept
{
	if (!mpath_no_path_timeout_valid(ms))
		return -EINVAL;
	head->set_no_path_timeout_ms(static_cast<int>(ms));
	return 0;
}

u32 mpath_head_parked_limit_kib(const mpath_head *head) noexcept
{
	return head->parked_limit_kib();
}

int mpath_head_set_parked_limit_kib(mpath_head *head, long long kib) noexcept
{
	if (kib < 0 || kib > ~0u)
		return -EINVAL;
	head->set_parked_limit_kib(static_cast<u32>(kib));
	return 0;
}

u32 mpath_head_stall_timeout_ms(const mpath_head *head) noexcept
{
	return head->stall_timeout_ms();
}

int mpath_head_set_stall_timeout_ms(mpath_head *head, long long ms) noexcept
{
	if (ms < 0 || ms > kMaxStallTimeoutMs)
		return -EINVAL;
	head->set_stall_timeout_ms(static_cast<u32>(ms));
	return 0;
}

void mpath_head_set_queue_if_no_path(mpath_head *head, bool queue) noexcept
{
	head->set_queue_if_no_path(queue);
}

void mpath_head_fail_now(mpath_head *head) noexcept
{
	head->fail_now();
}

void mpath_head_read_stats(mpath_head *head, struct mpath_head_stats *stats) noexcept
{
	*stats = head->stats();
}

void mpath_device_read_state(mpath_device *device, struct mpath_device_state *state) noexcept
{
	const mpath_device::Shown shown = device->shown();

	state->name = shown.name;
	state->reason = mpath::word(shown.why);
	state->ms = mpk_now_ms() - shown.since_ms;
	state->changes = device->changes();
	for (u32 health = 0; health < MPATH_HEALTH_STATES; health++)
		state->spent_ms[health] = device->spent_ms(static_cast<mpath::Health>(health));
}

const char *mpath_device_state_name(mpath_device *device) noexcept
{
	return device->shown().name;
}

void mpath_device_read_access(const mpath_device *device,
			      struct mpath_device_access *access) noexcept
{
	*access = device->shown_access();
}

void mpath_device_set_disabled(mpath_device *device, bool disabled) noexcept
{
	device->head().set_path_disabled(device, disabled);
}

bool mpath_device_is_disabled(const mpath_device *device) noexcept
{
	return device->is_disabled();
}

void mpath_device_observe_port(mpath_device *device, const u8 *access_state,
			       const mpath_port_config *port) noexcept
{
	device->head().observe_port(device, access_state, *port);
}

void mpath_device_access_changed(mpath_device *device) noexcept
{
	device->head().access_changed();
}

void mpath_device_activated(mpath_device *device, int error) noexcept
{
	device->head().activated(*device, error);
}

int mpath_device_queue_depth(const mpath_device *device) noexcept
{
	return device->nr_active();
}

bool mpath_device_serves_node(mpath_device *device, int node) noexcept
{
	return device->head().serves_node(device, node);
}

u64 mpath_device_failover_count(const mpath_device *device) noexcept
{
	return device->failovers();
}

void mpath_device_read_stats(const mpath_device *device, struct mpath_device_stats *stats) noexcept
{
	*stats = device->stats();
}

void mpath_device_read_latency(const mpath_device *device, mpath_direction direction,
			       mpath_device_latency *latency) noexcept
{
	*latency = device->latency(direction);
}

void mpath_head_pr_out(mpath_head *head, const mpath_pr_request *request,
		       mpath_scsi_answer *answer) noexcept
{
	*answer = head->reservation().carry_out(*request);
}

int mpath_head_pr_adopt(mpath_head *head, u64 key) noexcept
{
	return head->reservation().adopt(key);
}

void mpath_head_read_pr(mpath_head *head, mpath_pr_state *state) noexcept
{
	head->reservation().read(state);
}

bool mpath_device_is_registered(const mpath_device *device) noexcept
{
	return device->nexus.registered.load_relaxed();
}

size_t mpath_object_size(mpath_object kind) noexcept
{
	return kind == MPATH_OBJECT_HEAD ? mpath_head::size() : sizeof(mpath_device);
}

void mpath_head_watch(mpath_head *head) noexcept
{
	head->watch();
}

void mpath_io_done(mpath_io *io, mpath_status status) noexcept
{
	io->head->done(io, status);
}
