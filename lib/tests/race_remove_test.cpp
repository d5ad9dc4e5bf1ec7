// SPDX-License-Identifier: GPL-2.0
// Submitters against the removal of a path. Each of the two grace periods of a removal has a
// test of its own, which fails without it: mutants.txt.
#include <memory>
#include <thread>

#include "race.hpp"

using namespace mpath::fake;

namespace {

class RaceRemove : public Races {};

void submit_and_forget(mpath_head *head)
{
	bio bio;

	mpath_head_submit(head, &bio, false);
	while (!bio.ended.load(std::memory_order_acquire))
		std::this_thread::yield();
	EXPECT_EQ(bio.status, MPATH_STS_OK);
}

} // namespace

TEST_F(RaceRemove, a_path_stays_while_a_submitter_that_chose_it_has_no_reference_yet)
{
	Path leaving("leaving");
	Path staying("staying");

	make_head();
	add(leaving);
	add(staying);
	succeed_at_once(leaving);
	succeed_at_once(staying);

	Gate chosen;
	Gate removed;
	bool too_early = true;

	before(Port::count_sent, [&] {
		chosen.open();
		too_early = removed.wait(kWaitInVainMs);
	});

	std::thread submitter([&] { submit_and_forget(head); });

	EXPECT_TRUE(chosen.wait());
	remove(leaving);
	removed.open();
	submitter.join();
	EXPECT_FALSE(too_early);
	remove(staying);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

TEST_F(RaceRemove, no_submitter_can_put_a_removed_path_back_into_a_hint)
{
	// The first grace period. A submitter that has found the path usable is about to write it
	// into the hint of its node; the hints are cleared only when it is through.
	Path leaving("leaving");
	Path staying("staying");

	set_nodes(2);
	leaving.numa_node = 0;
	staying.numa_node = 1;
	make_head();
	add(leaving);
	add(staying);
	succeed_at_once(leaving);
	succeed_at_once(staying);

	Gate found;
	Gate unlinked;

	before(Port::node_distance, [&] {
		found.open();
		unlinked.wait(kWaitInVainMs);
	});

	std::thread submitter([&] { submit_and_forget(head); });

	EXPECT_TRUE(found.wait());
	after(Port::mutex_unlock, [&] { unlinked.open(); });
	remove(leaving);
	submitter.join();
	EXPECT_FALSE(hooks_left());
	// A hint to what is freed would be followed now.
	submit_and_forget(head);
	EXPECT_TRUE(mpath_device_serves_node(staying.device, 0));
	remove(staying);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

class RaceRemoveWalk : public RaceRemove, public ::testing::WithParamInterface<mpath_iopolicy> {};

TEST_P(RaceRemoveWalk, a_path_stays_while_submitters_walk_over_it)
{
	// The second grace period. The path is not chosen any more but still linked: every walk
	// crosses it. For TSan: only the grace period orders their reads with the end of it.
	Path staying("staying");
	Path leaving("leaving");

	config.iopolicy = GetParam();
	// So that numa walks every time.
	staying.access_state = kNonoptimized;
	leaving.access_state = kNonoptimized;
	make_head();
	add(leaving);
	add(staying);
	succeed_at_once(leaving);
	succeed_at_once(staying);
	{
		Loop first([this] { submit_and_forget(head); });
		Loop second([this] { submit_and_forget(head); });

		for (int round = 0; round < 8; round++) {
			EXPECT_TRUE(first.another_round() && second.another_round());

			mpath_device *device = leaving.device;
			bool walked = false;

			before(Port::mutex_lock,
			       [&] { walked = first.another_round() && second.another_round(); });
			mpath_device_remove(device);
			EXPECT_TRUE(walked);
			add(leaving);
		}
	}
	remove(leaving);
	remove(staying);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

INSTANTIATE_TEST_SUITE_P(Policies, RaceRemoveWalk,
			 ::testing::Values(MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
					   MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME),
			 [](const auto &info) {
				 return info.param == MPATH_IOPOLICY_NUMA          ? "numa"
					: info.param == MPATH_IOPOLICY_ROUND_ROBIN ? "round_robin"
					: info.param == MPATH_IOPOLICY_QUEUE_DEPTH ? "queue_depth"
										   : "service_time";
			 });

TEST_F(RaceRemove, a_submitter_finds_a_path_that_is_added_whole)
{
	// For TSan: the link is the only thing that orders the two.
	Path staying("staying");
	Path coming("coming");

	config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	make_head();
	add(staying);
	succeed_at_once(staying);
	succeed_at_once(coming);
	{
		Loop loop([this] { submit_and_forget(head); });

		for (int round = 0; round < 20; round++) {
			add(coming);
			EXPECT_TRUE(loop.another_round());
			remove(coming);
		}
	}
	remove(staying);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

TEST_F(RaceRemove, two_neighbours_can_go_at_once)
{
	std::deque<Path> all;

	config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN;
	make_head();
	for (const char *name : {"a", "b", "c", "d"}) {
		auto &path = all.emplace_back(name);

		add(path);
		succeed_at_once(path);
	}
	{
		Loop loop([this] { submit_and_forget(head); });

		for (int round = 0; round < 10; round++) {
			std::thread other([&] { remove(all[1]); });

			remove(all[2]);
			other.join();
			EXPECT_TRUE(loop.another_round());
			add(all[1]);
			add(all[2]);
		}
	}
	for (auto &path : all)
		remove(path);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

TEST_F(RaceRemove, a_command_keeps_its_path)
{
	auto leaving = std::make_unique<Path>("leaving");

	make_head();
	add(*leaving);

	Gate chosen;
	Gate removed;
	bool too_early = true;
	std::thread command([&] {
		mpath_device *path = mpath_head_get_path(head);

		chosen.open();
		too_early = removed.wait(kWaitInVainMs);
		EXPECT_EQ(mpath_device_disk(path), &leaving->disk);
		mpath_device_put(path);
	});

	EXPECT_TRUE(chosen.wait());
	remove(*leaving);
	removed.open();
	command.join();
	EXPECT_FALSE(too_early);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}

TEST_F(RaceRemove, commands_can_begin_and_end_at_any_moment)
{
	Path leaving("leaving");
	Path staying("staying");

	config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN;
	make_head();
	add(staying);
	{
		Loop loop([this] {
			mpath_device *path = mpath_head_get_path(head);

			ASSERT_NE(path, nullptr);
			EXPECT_NE(mpath_device_disk(path), nullptr);
			mpath_device_put(path);
		});

		for (int round = 0; round < 20; round++) {
			add(leaving);
			EXPECT_TRUE(loop.another_round());
			remove(leaving);
		}
	}
	remove(staying);
	mpath_head_kill(head);
	mpath_head_destroy(head);
}
