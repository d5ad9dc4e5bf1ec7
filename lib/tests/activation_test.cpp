// SPDX-License-Identifier: GPL-2.0
// Activation: when the device handler is told to make a port group active, and when it is not.
#include "array.hpp"
#include "head.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

constexpr u8 kImplicit = 1, kExplicit = 2, kBoth = 3;

class Activation : public Lun {
protected:
	// A path whose state a handler keeps.
	Path &add_kept(const std::string &name, int group, u8 kept, u8 tpgs = kBoth)
	{
		auto &path = array.connect(new_path(name), group, tpgs);

		path.has_access_state = true;
		path.access_state = kept;
		array.states[group] = kept;
		return add(path);
	}
	void set(Path &path, u8 state)
	{
		path.access_state = state;
		array.states[path.port.group] = state;
	}
	static int complaints()
	{
		int nr = 0;

		for (const auto &line : log_lines())
			nr += line.text.find("no device handler is there") != std::string::npos;
		return nr;
	}
	// The handler has done it.
	void end_well(Path &path)
	{
		set(path, kOptimized);
		mpath_device_activated(path.device, 0);
		run_work();
	}

	Array array{{}, 0, nullptr, 0};
};

} // namespace

TEST_F(Activation, makes_a_standby_path_active_that_io_waits_for)
{
	auto &a = add_kept("a", 1, kStandby);

	EXPECT_EQ(a.activations, 0) << "nobody waits";

	auto &bio = submit();

	run_work();
	EXPECT_EQ(a.activations, 1);
	EXPECT_TRUE(waits(bio)) << "though nothing else would be waited for";
	EXPECT_TRUE(logged("lun0: only standby is left, activating port group 1 through a\n"));
	end_well(a);
	EXPECT_TRUE(is_on(a, bio));
	EXPECT_TRUE(logged("lun0: activation: done\n"));
	EXPECT_EQ(stats().activations, 1u);
}

TEST_F(Activation, begins_in_no_submission)
{
	auto &a = add_kept("a", 1, kStandby);

	submit();
	EXPECT_EQ(a.activations, 0);
	run_work();
	EXPECT_EQ(a.activations, 1);
}

TEST_F(Activation, may_end_before_it_has_begun)
{
	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [&] {
		set(a, kOptimized);
		mpath_device_activated(a.device, 0);
		return 0;
	};

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Activation, is_for_explicit_groups_alone)
{
	auto &a = add_kept("a", 1, kStandby, kImplicit);

	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
	EXPECT_EQ(a.activations, 0);
	add_kept("b", 2, kStandby, kExplicit);
	submit();
	run_work();
	EXPECT_EQ(paths[1].activations, 1);
}

TEST_F(Activation, needs_a_handler)
{
	array.states[1] = kStandby;

	auto &a = add(array.connect(new_path("a"), 1, kBoth));

	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
	EXPECT_EQ(a.activations, 0);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
	EXPECT_EQ(complaints(), 1) << "once";
}

TEST_F(Activation, is_not_missed_where_the_lun_does_it_by_itself)
{
	array.states[1] = kStandby;
	add(array.connect(new_path("a"), 1, kImplicit));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
	add_kept("b", 2, kStandby, kExplicit);
	submit();
	run_work();
	EXPECT_EQ(paths[1].activations, 1);
	EXPECT_EQ(complaints(), 0);
}

TEST_F(Activation, leaves_groups_alone_that_are_unavailable_or_offline_or_in_transition)
{
	for (const u8 state : {kUnavailable, kAccessOffline, kTransitioning}) {
		auto &a = add_kept("a", 1, state);
		auto &bio = submit();

		advance_ms(1000);
		EXPECT_EQ(a.activations, 0) << int{state};
		mpath_head_fail_now(head());
		run_work();
		EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
		remove(a);
	}
}

TEST_F(Activation, is_not_wanted_while_another_path_takes_io)
{
	auto &a = add_kept("a", 1, kStandby);

	for (const u8 state : {kOptimized, kNonoptimized, kLbaDependent}) {
		auto &b = add_kept("b", 2, state);

		EXPECT_TRUE(is_on(b, submit()));
		advance_ms(5000);
		EXPECT_EQ(a.activations, 0);
		complete_all(b, MPATH_STS_OK);
		remove(b);
	}
}

TEST_F(Activation, is_not_wanted_while_another_path_may_carry_io_again)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);
	auto &b = add_kept("b", 2, kOptimized);

	b.device_state = kBlocked;
	b.verdict = MPATH_VERDICT_LATER;
	submit();
	advance_ms(5000);
	EXPECT_EQ(a.activations, 0) << "blocked";
	b.verdict = MPATH_VERDICT_DEAD;
	b.device_state = kOffline;
	advance_ms(2000);
	EXPECT_EQ(a.activations, 1) << "dead";
}

TEST_F(Activation, is_not_wanted_while_another_group_is_in_transition)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);

	add_kept("b", 2, kTransitioning);
	submit();
	advance_ms(59000);
	EXPECT_EQ(a.activations, 0);
	advance_ms(2000);
	EXPECT_EQ(a.activations, 1) << "it takes too long";
}

TEST_F(Activation, is_not_wanted_any_more_when_a_path_comes_back)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);
	auto &bio = submit();

	set(a, kOptimized);
	advance_ms(100);
	EXPECT_EQ(a.activations, 0);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Activation, is_not_wanted_by_those_who_are_to_fail_now)
{
	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [] {
		return -1;
	};
	submit();
	run_work();
	EXPECT_EQ(a.activations, 1);
	mpath_head_fail_now(head());
	advance_ms(400000);
	submit();
	advance_ms(1000);
	EXPECT_EQ(a.activations, 1);
}

TEST_F(Activation, takes_the_preferred_group)
{
	add_kept("a", 1, kStandby);
	add_kept("b", 2, kPreferred | kStandby);
	submit();
	run_work();
	EXPECT_EQ(paths[0].activations, 0);
	EXPECT_EQ(paths[1].activations, 1);
}

TEST_F(Activation, tries_another_path_when_one_has_failed)
{
	config.no_path_timeout_ms = -1;
	add_kept("a", 1, kStandby);
	add_kept("b", 2, kStandby);
	for (auto &path : paths)
		path.on_activate = [] {
			return -1;
		};
	submit();
	run_work();
	EXPECT_EQ(paths[0].activations, 1);
	advance_ms(5200);
	EXPECT_EQ(paths[1].activations, 1);
	advance_ms(10200);
	EXPECT_EQ(paths[0].activations, 2);
}

TEST_F(Activation, that_fails_is_tried_ever_more_rarely)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [] {
		return -1;
	};
	submit();
	run_work();
	for (const u64 rest : {5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000}) {
		const int before = a.activations;
		const u64 began = now_ms();

		while (a.activations == before && now_ms() - began < 2 * rest)
			advance_ms(100);
		EXPECT_GE(now_ms() - began, rest);
		EXPECT_LE(now_ms() - began, rest + 200);
	}
}

TEST_F(Activation, that_another_host_undoes_is_tried_ever_more_rarely)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [&] {
		set(a, kOptimized);
		mpath_device_activated(a.device, 0);
		return 0;
	};
	for (int s = 0; s < 600; s++) {
		submit();
		advance_ms(500);
		while (!a.disk.in_flight.empty())
			complete_all(a, MPATH_STS_OK);
		set(a, kStandby);
		advance_ms(500);
	}
	EXPECT_GE(a.activations, 6);
	EXPECT_LE(a.activations, 8);
	set(a, kOptimized);
	advance_ms(2000);
}

TEST_F(Activation, is_tried_at_once_after_a_long_peace)
{
	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [&] {
		set(a, kOptimized);
		mpath_device_activated(a.device, 0);
		return 0;
	};
	for (int i = 0; i < 4; i++) {
		auto &bio = submit();

		run_work();
		EXPECT_TRUE(is_on(a, bio)) << i;
		complete(bio, MPATH_STS_OK);
		advance_ms(400000);
		set(a, kStandby);
	}
}

TEST_F(Activation, that_rests_leaves_io_to_the_time_without_a_path)
{
	config.no_path_timeout_ms = 2000;

	auto &a = add_kept("a", 1, kStandby);

	a.on_activate = [] {
		return -1;
	};

	auto &bio = submit();

	advance_ms(1900);
	EXPECT_TRUE(waits(bio));
	advance_ms(300);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Activation, that_has_changed_nothing_has_failed)
{
	auto &a = add_kept("a", 1, kStandby);

	submit();
	run_work();
	mpath_device_activated(a.device, 0);
	run_work();
	EXPECT_TRUE(logged("lun0: activation: still refused\n"));
}

TEST_F(Activation, without_an_answer_is_waited_for_a_minute)
{
	auto &a = add_kept("a", 1, kStandby);
	auto &bio = submit();

	advance_ms(59500);
	EXPECT_TRUE(waits(bio));
	EXPECT_EQ(a.activations, 1);
	advance_ms(700);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_TRUE(logged("lun0: activation: no answer\n"));
	// It comes, after all.
	mpath_device_activated(a.device, 0);
	run_work();
}

TEST_F(Activation, ends_with_its_path)
{
	config.no_path_timeout_ms = -1;

	auto &a = add_kept("a", 1, kStandby);

	add_kept("b", 2, kStandby);
	submit();
	run_work();
	EXPECT_EQ(a.activations, 1);
	remove(a);
	advance_ms(5200);
	EXPECT_EQ(paths[1].activations, 1);
}

TEST_F(Activation, begins_on_no_head_that_is_dead)
{
	auto &a = add_kept("a", 1, kStandby);

	submit();
	mpath_head_kill(head());
	advance_ms(5000);
	EXPECT_EQ(a.activations, 0);
}

// --- one after the other ----------------------------------------------------------------------

namespace {

class ActivationTurns : public Activation {
protected:
	struct Other {
		mpath_head *head = nullptr;
		std::unique_ptr<Path> path;
		bio waiting;
	};

	// Another LUN of the same array, or of another.
	Other &add_lun(const char *product)
	{
		auto &other = others.emplace_back();

		other.path = std::make_unique<Path>("p" + std::to_string(others.size()));
		array.connect(*other.path, 1, kBoth);
		other.path->has_access_state = true;
		other.path->access_state = kStandby;
		snprintf(other.path->geometry.product, sizeof(other.path->geometry.product), "%s",
			 product);
		EXPECT_EQ(mpath_head_create(&config, &other.head), 0);
		mpath_head_set_live(other.head);

		const mpath_device_config device = other.path->config();

		EXPECT_EQ(mpath_head_add_path(other.head, &device, &other.path->device), 0);
		run_work();
		mpath_head_submit(other.head, &other.waiting, false);
		return other;
	}
	void end_well(Other &other)
	{
		other.path->access_state = kOptimized;
		mpath_device_activated(other.path->device, 0);
	}
	int running() const
	{
		int nr = 0;

		for (const auto &other : others)
			nr += other.path->activations && other.path->access_state == kStandby;
		return nr;
	}
	void TearDown() override
	{
		for (auto &other : others) {
			mpath_head_kill(other.head);
			run_work();
			complete_all(*other.path, MPATH_STS_OK);
			mpath_device_remove(other.path->device);
			mpath_head_destroy(other.head);
			EXPECT_EQ(other.waiting.ended, 1);
		}
		others.clear();
		Activation::TearDown();
	}

	std::deque<Other> others;
};

} // namespace

TEST_F(ActivationTurns, are_taken_by_the_luns_of_an_array)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;
	for (int i = 0; i < 5; i++)
		add_lun("ARRAY 1");
	run_work();
	for (int done = 0; done < 5; done++) {
		EXPECT_EQ(running(), 1) << done;
		for (auto &other : others)
			if (other.path->activations && other.path->access_state == kStandby)
				end_well(other);
		advance_ms(100);
	}
	EXPECT_EQ(running(), 0);
	for (auto &other : others)
		EXPECT_EQ(other.path->activations, 1);
}

TEST_F(ActivationTurns, are_of_no_interest_to_another_array)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;
	add_lun("ARRAY 1");
	add_lun("ARRAY 2");
	run_work();
	EXPECT_EQ(running(), 2);
}

TEST_F(ActivationTurns, are_over_after_a_minute)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;
	add_lun("ARRAY 1");
	add_lun("ARRAY 1");
	advance_ms(59000);
	EXPECT_EQ(running(), 1);
	advance_ms(2000);
	EXPECT_EQ(running(), 2) << "one of which nobody counts on any more";
}

TEST_F(ActivationTurns, are_not_taken_when_nobody_waits_any_more)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;
	add_lun("ARRAY 1");
	add_lun("ARRAY 1");
	run_work();
	EXPECT_EQ(others[0].path->activations, 1);
	mpath_head_fail_now(others[1].head);
	run_work();
	end_well(others[0]);
	advance_ms(1000);
	EXPECT_EQ(others[1].path->activations, 0);
}

TEST_F(ActivationTurns, are_given_up_with_the_path)
{
	config.no_path_timeout_ms = -1;
	array.states[1] = kStandby;
	add_lun("ARRAY 1");
	add_lun("ARRAY 1");
	run_work();

	auto &first = others[0].path->activations ? others[0] : others[1];

	mpath_device_remove(first.path->device);

	const mpath_device_config device = first.path->config();

	first.path->device_state = kOffline;
	EXPECT_EQ(mpath_head_add_path(first.head, &device, &first.path->device), 0);
	advance_ms(200);
	EXPECT_EQ(running(), 2);
}
