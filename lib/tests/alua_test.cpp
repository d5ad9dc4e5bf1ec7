// SPDX-License-Identifier: GPL-2.0
// Port groups: what the LUN is asked, when, down which path, and what becomes of the answer.
#include "array.hpp"
#include "head.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

constexpr u64 kPollMs = 20000;
constexpr u64 kSettleMs = 2000;

class PortGroupStates : public Lun {
protected:
	// A path through @group. Nobody but the LUN tells its state.
	Path &add_through(const std::string &name, int group, u8 tpgs = 1)
	{
		return add(array.connect(new_path(name), group, tpgs));
	}
	static mpath_device_access access(const Path &path)
	{
		mpath_device_access access{};

		mpath_device_read_access(path.device, &access);
		return access;
	}
	static void look(Path &path) { mpath_device_observe(path.device, &path.geometry); }
	void die(Path &path)
	{
		path.verdict = MPATH_VERDICT_DEAD;
		path.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	}

	Array array{{{1, kOptimized}, {2, kNonoptimized}}, 0, nullptr, 0};
};

} // namespace

// --- what is learnt ---------------------------------------------------------------------

TEST_F(PortGroupStates, are_asked_for_as_soon_as_a_path_is_there)
{
	auto &a = add_through("a", 2);

	EXPECT_EQ(array.questions, 1);
	EXPECT_EQ(state(a), "usable-nonoptimized");
	EXPECT_STREQ(access(a).state, "active/non-optimized");
	EXPECT_STREQ(access(a).source, "report");
	EXPECT_EQ(access(a).group, 2);
	EXPECT_FALSE(access(a).preferred);
	EXPECT_EQ(stats().port_group_reports, 1u);
	EXPECT_TRUE(
		logged("lun0: path a: port group 2: active/optimized -> active/non-optimized\n"));
}

TEST_F(PortGroupStates, are_told_down_one_path_for_all)
{
	auto &a = add_through("a", 2);
	auto &b = add_through("b", 1);

	advance_ms(1000);
	EXPECT_EQ(state(a), "usable-nonoptimized");
	EXPECT_EQ(state(b), "usable");
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_EQ(a.reports + b.reports, 2) << "one for each that joined";
}

TEST_F(PortGroupStates, of_groups_that_the_lun_does_not_name_stay_what_they_were)
{
	auto &a = add_through("a", 7);

	EXPECT_EQ(state(a), "usable");
	EXPECT_STREQ(access(a).state, "active/optimized");
}

TEST_F(PortGroupStates, are_not_asked_for_where_there_are_none)
{
	auto &a = add_through("a", 1, 0);

	advance_ms(10 * kPollMs);
	EXPECT_EQ(array.questions, 0);
	EXPECT_STREQ(access(a).state, "none");
	EXPECT_STREQ(access(a).source, "none");
}

TEST_F(PortGroupStates, are_all_words_of_the_kernel)
{
	auto &a = add_through("a", 1);
	const std::pair<u8, const char *> words[] = {
		{kOptimized, "active/optimized"},
		{kNonoptimized, "active/non-optimized"},
		{kStandby, "standby"},
		{kUnavailable, "unavailable"},
		{kLbaDependent, "lba-dependent"},
		{kTransitioning, "transitioning"},
		{kAccessOffline, "offline"},
	};

	for (const auto &[code, word] : words) {
		array.states[1] = kPreferred | code;
		advance_ms(kPollMs);
		EXPECT_STREQ(access(a).state, word);
		EXPECT_TRUE(access(a).preferred);
	}
}

TEST_F(PortGroupStates, are_asked_for_with_a_plain_header_where_the_other_is_not_known)
{
	array.transition_secs = -1;

	auto &a = add_through("a", 2);

	EXPECT_EQ(array.questions, 2);
	EXPECT_EQ(state(a), "usable-nonoptimized");
	advance_ms(kPollMs);
	EXPECT_EQ(array.questions, 3) << "and it is remembered";
}

TEST_F(PortGroupStates, are_asked_for_again_in_full_where_there_are_many)
{
	for (int id = 1; id <= 300; id++)
		array.states[id] = kOptimized;
	array.states[300] = kStandby;

	auto &a = add_through("a", 300);

	EXPECT_EQ(array.questions, 2);
	EXPECT_EQ(state(a), "standby");
	advance_ms(kPollMs);
	EXPECT_EQ(array.questions, 3) << "and it is remembered";
}

TEST_F(PortGroupStates, are_read_as_far_as_they_go_where_there_is_no_end_of_them)
{
	for (int id = 1; id <= 3000; id++)
		array.states[id] = kStandby;

	auto &a = add_through("a", 17);

	EXPECT_EQ(array.questions, 2);
	EXPECT_EQ(state(a), "standby");
}

TEST_F(PortGroupStates, are_asked_for_once_more_after_a_unit_attention)
{
	int attentions = 2;

	array.refuses = [&](mpath_scsi_answer *answer) {
		Array::sense(answer, 0x6, 0x2a, 0x06);
		return attentions-- > 0;
	};
	EXPECT_EQ(state(add_through("a", 2)), "usable-nonoptimized");
	EXPECT_EQ(array.questions, 3);
}

TEST_F(PortGroupStates, are_not_asked_for_without_end_of_a_lun_that_has_only_attentions)
{
	array.refuses = [&](mpath_scsi_answer *answer) {
		Array::sense(answer, 0x6, 0x29, 0x00);
		return true;
	};
	add_through("a", 2);
	EXPECT_EQ(array.questions, 4);
}

TEST_F(PortGroupStates, are_not_asked_for_of_a_lun_that_does_not_know_the_question)
{
	array.refuses = [&](mpath_scsi_answer *answer) {
		Array::sense(answer, 0x5, 0x20, 0x00);
		return true;
	};

	auto &a = add_through("a", 2);

	EXPECT_EQ(array.questions, 2) << "with either header";
	advance_ms(500000);
	EXPECT_EQ(array.questions, 2);
	EXPECT_STREQ(access(a).source, "none");
	array.refuses = nullptr;
	advance_ms(200000);
	EXPECT_STREQ(access(a).source, "report") << "it may be another one by then";
}

TEST_F(PortGroupStates, are_forgotten_when_the_lun_does_not_tell_them_any_more)
{
	auto &a = add_through("a", 2);

	array.states[2] = kStandby;
	advance_ms(kPollMs);
	EXPECT_EQ(state(a), "standby");
	array.refuses = [&](mpath_scsi_answer *answer) {
		Array::sense(answer, 0x5, 0x20, 0x00);
		return true;
	};
	advance_ms(kPollMs);
	EXPECT_EQ(state(a), "usable") << "nobody says that it is not";
}

TEST_F(PortGroupStates, survive_a_report_for_which_there_is_no_memory)
{
	auto &a = add_through("a", 2);

	array.states[2] = kOptimized;
	fail_alloc(1);
	advance_ms(kPollMs);
	EXPECT_FALSE(alloc_failure_pending());
	EXPECT_EQ(state(a), "usable-nonoptimized");
	advance_ms(kPollMs);
	EXPECT_EQ(state(a), "usable");
}

// --- down which path ------------------------------------------------------------------------

TEST_F(PortGroupStates, are_asked_for_down_a_path_that_works)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(1000);
	die(a);
	a.reports = b.reports = 0;
	advance_ms(3 * kPollMs);
	EXPECT_EQ(a.reports, 0);
	EXPECT_GE(b.reports, 3);
}

TEST_F(PortGroupStates, are_asked_for_down_another_path_when_one_does_not_answer)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(1000);
	a.on_report = [](bool, u8 *, u32, mpath_scsi_answer *answer) {
		answer->host_byte = 1;
	};
	array.states[2] = kStandby;
	a.reports = b.reports = 0;
	advance_ms(kPollMs);
	EXPECT_EQ(a.reports, 1);
	EXPECT_EQ(b.reports, 1);
	EXPECT_EQ(state(b), "standby");
	advance_ms(kPollMs);
	EXPECT_EQ(a.reports, 1) << "rather one in standby that has answered";
	EXPECT_EQ(b.reports, 2);
}

TEST_F(PortGroupStates, are_asked_for_in_standby_where_nothing_better_is_left)
{
	array.states[1] = kStandby;

	auto &a = add_through("a", 1);

	array.states[1] = kUnavailable;
	advance_ms(kPollMs);
	EXPECT_STREQ(access(a).state, "unavailable");
	array.states[1] = kOptimized;
	advance_ms(kPollMs);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PortGroupStates, are_not_asked_for_down_a_path_that_is_out_of_service)
{
	auto &a = add_through("a", 1);

	a.device_state = kBlocked;
	a.reports = 0;
	advance_ms(3 * kPollMs);
	EXPECT_EQ(a.reports, 0);
}

TEST_F(PortGroupStates, are_asked_for_of_no_path_that_is_removed)
{
	auto &a = add_through("a", 1);

	before(Port::synchronize, [&] {
		a.reports = 0;
		advance_ms(3 * kPollMs);
		EXPECT_EQ(a.reports, 0);
	});
	remove(a);
	advance_ms(3 * kPollMs);
	EXPECT_EQ(a.reports, 0);
}

TEST_F(PortGroupStates, are_asked_for_of_no_head_that_is_dead)
{
	add_through("a", 1);
	array.questions = 0;
	mpath_head_kill(head());
	advance_ms(3 * kPollMs);
	EXPECT_EQ(array.questions, 0);
}

// --- when --------------------------------------------------------------------------------------

TEST_F(PortGroupStates, are_polled_so_that_a_lost_unit_attention_heals)
{
	auto &a = add_through("a", 1);

	advance_ms(kSettleMs);
	array.states[1] = kNonoptimized;
	advance_ms(kPollMs - 1);
	EXPECT_EQ(state(a), "usable");
	advance_ms(1);
	EXPECT_EQ(state(a), "usable-nonoptimized");
	array.questions = 0;
	advance_ms(10 * kPollMs);
	EXPECT_EQ(array.questions, 10) << "one for each interval";
}

TEST_F(PortGroupStates, are_polled_once_whatever_the_number_of_paths)
{
	for (int i = 0; i < 8; i++)
		add_through("p" + std::to_string(i), 1 + i % 2);
	advance_ms(kPollMs);
	array.questions = 0;
	advance_ms(10 * kPollMs);
	EXPECT_EQ(array.questions, 10);
}

TEST_F(PortGroupStates, are_asked_for_when_a_path_dies)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(5000);
	array.states[2] = kOptimized;
	die(a);
	run_work();
	EXPECT_EQ(state(b), "usable");
}

TEST_F(PortGroupStates, are_asked_for_once_more_when_what_has_happened_has_settled)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(5000);
	array.questions = 0;
	die(a);
	run_work();
	EXPECT_EQ(array.questions, 1);
	array.states[2] = kOptimized; // now that the array knows it, too
	advance_ms(kSettleMs - 1);
	EXPECT_EQ(state(b), "usable-nonoptimized");
	advance_ms(1);
	EXPECT_EQ(state(b), "usable");
	EXPECT_EQ(array.questions, 2);
	advance_ms(kPollMs - 1);
	EXPECT_EQ(array.questions, 2);
}

TEST_F(PortGroupStates, are_asked_for_when_io_fails)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(5000);

	auto &bio = submit();

	array.states = {{1, kStandby}, {2, kOptimized}};
	a.verdict = MPATH_VERDICT_STANDBY;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_EQ(state(a), "standby");
	EXPECT_EQ(state(b), "usable");
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(PortGroupStates, are_asked_for_after_an_error_that_nobody_saw)
{
	auto &a = add_through("a", 1);

	advance_ms(5000);
	const auto before = stats().port_group_reports;

	// 2A/06, say: the mid-layer sends the command again.
	a.error_count++;
	array.states[1] = kNonoptimized;
	look(a);
	run_work();
	EXPECT_EQ(stats().port_group_reports, before + 1);
	EXPECT_EQ(state(a), "usable-nonoptimized");
}

TEST_F(PortGroupStates, are_not_asked_for_without_end_because_the_question_fails)
{
	auto &a = add_through("a", 1);
	u64 asked;

	a.on_report = [&](bool, u8 *, u32, mpath_scsi_answer *answer) {
		a.error_count++;
		answer->error = -1;
	};
	advance_ms(21000);
	asked = stats().port_group_reports;
	for (int i = 0; i < 9; i++) {
		look(a);
		advance_ms(2000);
	}
	EXPECT_LE(stats().port_group_reports, asked + 2);
}

TEST_F(PortGroupStates, are_not_asked_for_without_end_because_standby_is_an_error)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);
	u64 asked;
	int probes;

	array.states[2] = kStandby;
	b.on_probe = [&] {
		b.error_count++;
		return MPATH_VERDICT_STANDBY;
	};
	advance_ms(23000);
	asked = stats().port_group_reports;
	probes = b.probes;
	for (int i = 0; i < 9; i++) {
		look(a);
		look(b);
		advance_ms(2000);
	}
	EXPECT_LE(b.probes, probes + 1);
	EXPECT_LE(stats().port_group_reports, asked + 3);
}

TEST_F(PortGroupStates, are_asked_for_at_most_once_a_second)
{
	auto &a = add_through("a", 1);

	add_through("b", 2);
	advance_ms(5000);
	array.questions = 0;
	for (int i = 0; i < 100; i++) {
		a.device->blame(Blame::suspect, MPATH_STS_IOERR);
		advance_ms(50);
	}
	EXPECT_GE(array.questions, 5);
	EXPECT_LE(array.questions, 6);
}

TEST_F(PortGroupStates, wanted_while_they_are_asked_for_are_asked_for_again)
{
	auto &a = add_through("a", 1);

	advance_ms(5000);
	array.refuses = [&](mpath_scsi_answer *) {
		array.refuses = [&](mpath_scsi_answer *) {
			array.refuses = nullptr;
			array.states[1] = kNonoptimized;
			return false;
		};
		// Just after the target has written its answer.
		a.device->head().ask_access_soon();
		return false;
	};
	a.device->head().ask_access_soon();
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable-nonoptimized");
}

TEST_F(PortGroupStates, are_asked_for_every_second_while_io_waits)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;

	auto &a = add_through("a", 1);
	auto &bio = submit();

	advance_ms(5000);
	EXPECT_TRUE(waits(bio));
	EXPECT_EQ(a.probes, 0) << "the report tells all";
	array.states[1] = kOptimized;
	advance_ms(1100);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(PortGroupStates, are_not_asked_for_of_a_dead_path_every_second)
{
	auto &a = add_through("a", 1);

	add_through("b", 2);
	advance_ms(5000);
	die(a);
	advance_ms(1000);
	array.questions = 0;
	advance_ms(kPollMs);
	EXPECT_LE(array.questions, 1);
}

TEST_F(PortGroupStates, of_a_path_that_joins_wait_for_no_poll)
{
	add_through("a", 1);
	advance_ms(5000);
	array.states[2] = kStandby;

	auto &b = add_through("b", 2);

	EXPECT_EQ(state(b), "standby");
}

// --- what probes hear ---------------------------------------------------------------------------

TEST_F(PortGroupStates, are_also_what_the_sense_of_a_probe_says)
{
	auto &a = add_through("a", 1);
	const std::pair<mpath_verdict, const char *> told[] = {
		{MPATH_VERDICT_STANDBY, "standby"},
		{MPATH_VERDICT_UNAVAILABLE, "unavailable"},
		{MPATH_VERDICT_TRANSITIONING, "transitioning"},
	};

	for (const auto &[verdict, word] : told) {
		advance_ms(500);
		a.verdict = verdict;
		a.on_report = [](bool, u8 *, u32, mpath_scsi_answer *answer) {
			answer->host_byte = 1;
		};
		mpath_device_recheck(a.device);
		run_work();
		EXPECT_STREQ(access(a).state, word);
		EXPECT_EQ(a.device->health(), mpath::Health::usable) << "it is well";
	}
}

TEST_F(PortGroupStates, heard_from_a_probe_leave_the_preference)
{
	array.states[1] = kPreferred | kOptimized;

	auto &a = add_through("a", 1);

	a.verdict = MPATH_VERDICT_STANDBY;
	array.refuses = [](mpath_scsi_answer *answer) {
		answer->host_byte = 1;
		return true;
	};
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_STREQ(access(a).state, "standby");
	EXPECT_TRUE(access(a).preferred);
}

TEST_F(PortGroupStates, are_transitioning_for_the_group_that_cannot_tell)
{
	auto &a = add_through("a", 1);
	auto &b = add_through("b", 1);
	auto &c = add_through("c", 2);

	advance_ms(5000);
	array.refuses = [](mpath_scsi_answer *answer) {
		Array::sense(answer, 0x2, 0x04, 0x0a);
		return true;
	};
	a.device->head().ask_access_soon();
	run_work();
	EXPECT_EQ(state(a), "transitioning");
	EXPECT_EQ(state(b), "transitioning");
	EXPECT_EQ(state(c), "usable-nonoptimized");
	array.refuses = nullptr;
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(state(b), "usable");
}

TEST_F(PortGroupStates, heard_from_a_probe_are_over_when_it_can_read_and_the_lun_tells_nothing)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_through("a", 1);

	array.refuses = [](mpath_scsi_answer *answer) {
		answer->host_byte = 1;
		return true;
	};
	a.verdict = MPATH_VERDICT_STANDBY;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "standby");

	auto &bio = submit();

	advance_ms(3000);
	EXPECT_TRUE(waits(bio));
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(2000);
	EXPECT_EQ(state(a), "usable");
	EXPECT_TRUE(is_on(a, bio));
}

// --- the device handler -------------------------------------------------------------------------

namespace {

class PortGroupHandler : public PortGroupStates {
protected:
	// A handler keeps the state of this path.
	Path &add_kept(const std::string &name, int group, u8 kept, u8 tpgs = 1)
	{
		auto &path = array.connect(new_path(name), group, tpgs);

		path.has_access_state = true;
		path.access_state = kept;
		return add(path);
	}
};

} // namespace

TEST_F(PortGroupHandler, has_the_last_word)
{
	auto &a = add_kept("a", 2, kStandby);

	EXPECT_EQ(state(a), "standby") << "it keeps I/O off the device, whatever the LUN says";
	EXPECT_STREQ(access(a).source, "handler");
}

TEST_F(PortGroupHandler, is_told_to_look_again_when_the_lun_says_something_else)
{
	auto &a = add_kept("a", 2, kOptimized);

	EXPECT_EQ(a.refreshes, 1);
	a.access_state = kNonoptimized;
	advance_ms(5 * kPollMs);
	EXPECT_EQ(a.refreshes, 1);
	array.states[2] = kStandby;
	advance_ms(kPollMs);
	EXPECT_EQ(a.refreshes, 2);
}

TEST_F(PortGroupHandler, is_told_ever_more_rarely_if_it_insists)
{
	auto &a = add_kept("a", 2, kOptimized);

	advance_ms(100 * kPollMs);
	EXPECT_EQ(a.refreshes, 7) << "the first, second, fourth ... sixty-fourth time";
}

TEST_F(PortGroupHandler, that_is_attached_later_takes_over)
{
	auto &a = add_through("a", 2);

	a.access_state = kStandby;
	EXPECT_EQ(state(a), "usable-nonoptimized");
	mpath_device_observe_port(a.device, &a.access_state, &a.port);
	EXPECT_EQ(state(a), "standby");
	mpath_device_observe_port(a.device, nullptr, &a.port);
	EXPECT_EQ(state(a), "usable-nonoptimized");
}

TEST_F(PortGroupHandler, sees_to_the_state_while_io_waits)
{
	config.no_path_timeout_ms = -1;
	array.states[2] = kStandby;

	auto &a = add_kept("a", 2, kStandby);
	auto &bio = submit();

	advance_ms(5000);
	array.states[2] = kOptimized;
	a.refreshes = 0;
	advance_ms(1000);
	EXPECT_EQ(a.refreshes, 1);
	a.access_state = kOptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(PortGroupHandler, that_has_not_heard_of_a_transition_kills_no_path)
{
	config.no_path_timeout_ms = 0;

	auto &a = add_kept("a", 1, kOptimized);
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_TRANSITIONING;
	array.states[1] = kTransitioning;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_EQ(state(a), "transitioning");
	EXPECT_TRUE(waits(bio));
	a.access_state = kTransitioning;
	advance_ms(5000);
	EXPECT_EQ(state(a), "transitioning");
	EXPECT_TRUE(waits(bio));
	a.access_state = kOptimized;
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(300);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(PortGroupHandler, that_lets_io_into_a_transition_is_overruled_for_its_time)
{
	auto &a = add_kept("a", 1, kOptimized);
	auto &b = add_kept("b", 2, kNonoptimized);

	advance_ms(5000);
	array.states[1] = kTransitioning;
	a.device->head().ask_access_soon();
	run_work();
	EXPECT_EQ(state(a), "transitioning");
	EXPECT_STREQ(access(a).source, "report");
	EXPECT_TRUE(is_on(b, submit())) << "below it would be held";

	mpath_device_observe_port(a.device, &a.access_state, &a.port);
	EXPECT_EQ(state(a), "transitioning") << "nothing is new";

	array.states[1] = kOptimized;
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable");
	EXPECT_STREQ(access(a).source, "handler");
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(PortGroupHandler, is_overruled_by_what_a_probe_hears_of_a_transition)
{
	auto &a = add_kept("a", 1, kOptimized);
	auto &b = add_kept("b", 2, kNonoptimized);

	advance_ms(5000);
	a.verdict = MPATH_VERDICT_TRANSITIONING;
	array.refuses = [](mpath_scsi_answer *answer) {
		answer->host_byte = 1;
		return true;
	};
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "transitioning");
	EXPECT_TRUE(is_on(b, submit()));

	// Nobody reports: the next probe that can read ends it.
	a.verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PortGroupHandler, that_keeps_io_off_is_not_overruled)
{
	array.states[1] = kTransitioning;

	auto &a = add_kept("a", 1, kStandby);

	EXPECT_EQ(access(a).state, std::string("standby"));
	// It has given up waiting, or never waited.
	a.access_state = kOptimized;
	mpath_device_observe_port(a.device, &a.access_state, &a.port);
	EXPECT_EQ(state(a), "transitioning");
	a.access_state = kStandby;
	mpath_device_observe_port(a.device, &a.access_state, &a.port);
	EXPECT_EQ(state(a), "standby");
}

TEST_F(PortGroupHandler, need_not_be_there_for_a_path_whose_group_is_told_anew)
{
	auto &a = add_through("a", 2);

	a.port.group = 1;
	mpath_device_observe_port(a.device, nullptr, &a.port);
	advance_ms(kPollMs);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(access(a).group, 1);
}

// --- preferred groups ---------------------------------------------------------------------------

namespace {

class Preferred : public PortGroupStates, public ::testing::WithParamInterface<mpath_iopolicy> {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.iopolicy = GetParam();
	}
	std::string targets(int nr)
	{
		std::string names;

		for (int i = 0; i < nr; i++) {
			auto &bio = submit();

			names += (i ? " " : "") + route(bio);
			complete(bio, MPATH_STS_OK);
		}
		return names;
	}
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Under, Preferred,
			 ::testing::Values(MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
					   MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME),
			 [](const auto &info) {
				 std::string name = mpath_iopolicy_name(info.param);

				 std::replace(name.begin(), name.end(), '-', '_');
				 return name;
			 });

TEST_P(Preferred, comes_first_among_the_optimized)
{
	array.states = {{1, kOptimized}, {2, kPreferred | kOptimized}};
	add_through("a", 1);
	add_through("b", 2);
	add_through("c", 2);
	advance_ms(kPollMs);

	const std::string names = targets(6);

	EXPECT_EQ(names.find('a'), std::string::npos) << names;
	if (GetParam() == MPATH_IOPOLICY_ROUND_ROBIN)
		EXPECT_NE(names.find("b c b"), std::string::npos) << names;
}

TEST_P(Preferred, comes_after_one_that_is_optimized_if_it_is_not)
{
	array.states = {{1, kOptimized}, {2, kPreferred | kNonoptimized}};
	add_through("b", 2);
	add_through("a", 1);
	advance_ms(kPollMs);
	EXPECT_EQ(targets(3), "a a a");
}

TEST_P(Preferred, comes_first_among_those_that_are_not_optimized)
{
	array.states = {{1, kNonoptimized}, {2, kPreferred | kNonoptimized}};
	add_through("a", 1);
	add_through("b", 2);
	advance_ms(kPollMs);
	EXPECT_EQ(targets(3), "b b b");
}

TEST_P(Preferred, is_left_and_used_again_as_the_lun_says)
{
	array.states = {{1, kOptimized}, {2, kPreferred | kOptimized}};
	add_through("a", 1);
	add_through("b", 2);
	advance_ms(kPollMs);
	EXPECT_EQ(targets(2), "b b");
	array.states[2] = kOptimized;
	array.states[1] = kPreferred | kOptimized;
	advance_ms(kPollMs);
	EXPECT_EQ(targets(2), "a a");
}

TEST_P(Preferred, that_dies_leaves_the_others_as_they_were)
{
	array.states = {{1, kOptimized}, {2, kPreferred | kOptimized}};

	auto &a = add_through("a", 1);
	auto &b = add_through("b", 2);

	advance_ms(kPollMs);
	EXPECT_EQ(targets(1), "b");
	die(b);
	EXPECT_EQ(targets(2), "a a");
	{
		mpath::ReadGuard guard;

		EXPECT_TRUE(a.device->is_first_choice()) << "and no I/O walks for it";
	}
	b.verdict = MPATH_VERDICT_FINE;
	advance_ms(2000);
	EXPECT_EQ(targets(2), "b b");
}

TEST_P(Preferred, is_the_handlers_word_too)
{
	auto &a = new_path("a");
	auto &b = new_path("b");

	b.access_state = kPreferred | kOptimized;
	add(a);
	add(b);
	EXPECT_EQ(targets(2), "b b");
	a.access_state = kPreferred | kOptimized;
	b.access_state = kOptimized;
	look(a);
	EXPECT_EQ(targets(2), "a a");
}

// --- transitions ----------------------------------------------------------------------------------

TEST_F(PortGroupStates, in_transition_are_waited_for_though_nothing_else_is)
{
	config.no_path_timeout_ms = 0;
	array.states[1] = kTransitioning;

	auto &a = add_through("a", 1);
	auto &bio = submit();

	advance_ms(10000);
	EXPECT_TRUE(waits(bio));
	array.states[1] = kOptimized;
	advance_ms(1000);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(PortGroupStates, in_transition_for_somebody_who_has_looked_at_the_time_later_are_so_for_all)
{
	auto &a = add_through("a", 1);

	array.states[1] = kTransitioning;
	advance_ms(21000);
	ASSERT_STREQ(access(a).state, "transitioning");
	EXPECT_TRUE(a.device->is_in_transition(1001, 60000));
	EXPECT_TRUE(a.device->is_in_transition(1000, 60000));
}

TEST_F(PortGroupStates, in_transition_for_ever_are_waited_for_a_minute)
{
	config.no_path_timeout_ms = 0;
	array.states[1] = kTransitioning;
	add_through("a", 1);

	auto &bio = submit();

	advance_ms(59500);
	EXPECT_TRUE(waits(bio));
	advance_ms(1000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit())) << "and no longer";
}

TEST_F(PortGroupStates, in_transition_are_waited_for_as_long_as_the_target_says)
{
	config.no_path_timeout_ms = 0;
	array.transition_secs = 7;
	array.states[1] = kTransitioning;
	add_through("a", 1);

	auto &bio = submit();

	advance_ms(6500);
	EXPECT_TRUE(waits(bio));
	advance_ms(1000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(PortGroupStates, in_transition_for_too_long_leave_the_rest_to_the_time_without_a_path)
{
	config.no_path_timeout_ms = 5000;
	array.transition_secs = 7;
	array.states[1] = kTransitioning;
	add_through("a", 1);

	auto &bio = submit();

	advance_ms(11500);
	EXPECT_TRUE(waits(bio));
	advance_ms(1000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(PortGroupStates, in_transition_since_long_ago_are_not_waited_for)
{
	config.no_path_timeout_ms = 0;
	array.states[1] = kTransitioning;

	auto &a = add_through("a", 1);

	look(a);
	advance_ms(61000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(PortGroupStates, in_a_second_transition_are_waited_for_as_long)
{
	config.no_path_timeout_ms = 0;
	array.transition_secs = 7;
	array.states[1] = kTransitioning;

	auto &a = add_through("a", 1);

	look(a);
	advance_ms(6000);
	array.states[1] = kOptimized;
	advance_ms(1000);
	look(a);
	array.states[1] = kTransitioning;
	advance_ms(kPollMs);

	auto &bio = submit();

	advance_ms(5000);
	EXPECT_TRUE(waits(bio));
	advance_ms(3000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(PortGroupStates, in_transition_on_a_dead_path_are_not_waited_for)
{
	config.no_path_timeout_ms = 0;
	array.states[1] = kTransitioning;
	die(add_through("a", 1));
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(PortGroupStates, in_transition_keep_no_nowait_bio)
{
	array.states[1] = kTransitioning;
	add_through("a", 1);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
}

TEST_F(PortGroupStates, in_transition_keep_nothing_that_is_to_fail_now)
{
	array.states[1] = kTransitioning;
	add_through("a", 1);

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(waits(bio));
	mpath_head_fail_now(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(PortGroupHandler, in_transition_is_waited_for_no_longer_either)
{
	config.no_path_timeout_ms = 0;
	array.states[1] = kTransitioning;

	auto &a = add_kept("a", 1, kTransitioning);
	auto &bio = submit();

	advance_ms(30000);
	EXPECT_TRUE(waits(bio));
	a.access_state = kOptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_OK);
	a.access_state = kTransitioning;

	auto &other = submit();

	advance_ms(61000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, other));
}
