// SPDX-License-Identifier: GPL-2.0
// Blame against probes, and both against removal.
#include <algorithm>
#include <thread>

#include "race.hpp"

using namespace mpath::fake;

namespace {

class RaceProbe : public Races {};

} // namespace

TEST_F(RaceProbe, a_bad_bio_ends_and_its_paths_are_usable_however_verdicts_and_failures_meet)
{
	Path a("a");
	Path b("b");

	make_head();
	add(a);
	add(b);
	start_workers(3, 50);
	{
		Target target([] { return MPATH_STS_IOERR; });

		target.serve(a);
		target.serve(b);
		for (int round = 0; round < 30; round++) {
			std::deque<bio> bios(10);

			for (auto &bio : bios)
				mpath_head_submit(head, &bio, false);
			EXPECT_TRUE(eventually([&] {
				return std::all_of(bios.begin(), bios.end(), [](const bio &b) {
					return b.ended.load(std::memory_order_acquire);
				});
			})) << "round "
			    << round;
			for (const auto &bio : bios)
				EXPECT_EQ(bio.status, MPATH_STS_IOERR);
		}
		EXPECT_TRUE(eventually([&] {
			return std::string(mpath_device_state_name(a.device)) == "usable" &&
			       std::string(mpath_device_state_name(b.device)) == "usable";
		}));
	}
	remove(a);
	remove(b);
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}

TEST_F(RaceProbe, a_path_that_flaps_loses_no_bio)
{
	Path flapping("flapping");

	make_head();
	add(flapping);
	start_workers(3, 100);

	std::atomic<unsigned> turn{0};

	flapping.on_probe = [&] {
		return turn++ % 3 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD;
	};
	{
		std::atomic<unsigned> sent{0};
		Target target([&] { return sent++ % 2 ? MPATH_STS_OK : MPATH_STS_TRANSPORT; });
		std::deque<bio> bios(300);

		target.serve(flapping);

		std::thread rechecker([&] {
			for (int i = 0; i < 100; i++) {
				mpath_device_recheck(flapping.device);
				std::this_thread::yield();
			}
		});

		for (auto &bio : bios)
			mpath_head_submit(head, &bio, false);
		EXPECT_TRUE(eventually([&] {
			return std::all_of(bios.begin(), bios.end(), [](const bio &b) {
				return b.ended.load(std::memory_order_acquire);
			});
		}));
		rechecker.join();
	}
	remove(flapping);
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}

TEST_F(RaceProbe, a_removal_does_not_return_before_the_question_is_answered)
{
	// The glue frees the owner as soon as the removal has returned.
	auto path = std::make_unique<Path>("a");
	Gate asked;
	Gate removed;
	bool too_early = true;

	make_head();
	add(*path);
	start_workers(2, 0);
	path->on_probe = [&] {
		asked.open();
		too_early = removed.wait(kWaitInVainMs);
		return MPATH_VERDICT_DEAD;
	};
	mpath_device_recheck(path->device);
	EXPECT_TRUE(asked.wait());
	remove(*path);
	removed.open();
	wait_for_idle_workers();
	EXPECT_FALSE(too_early);
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}

TEST_F(RaceProbe, nobody_is_asked_after_the_removal_of_the_path_has_returned)
{
	make_head();
	start_workers(3, 1000);
	for (int round = 0; round < 50; round++) {
		// The glue frees the owner as soon as the removal has returned.
		auto path = std::make_unique<Path>("a");

		path->verdict = MPATH_VERDICT_DEAD;
		add(*path);
		mpath_device_recheck(path->device);
		if (round % 2)
			eventually([&] { return path->probes > 0; }, 100);
		remove(*path);
	}
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}
