// SPDX-License-Identifier: GPL-2.0
// Submitters against the end of the head.
#include <algorithm>
#include <thread>

#include "path.hpp"
#include "race.hpp"

using namespace mpath::fake;

namespace {

class RaceKill : public Races {};

thread_local bool context_is_submitter;
thread_local bool context_is_killer;
thread_local bool context_is_witness;

std::atomic<int> news_after_the_end;
std::atomic<bool> killed;

int count_news(void *, const mpath_path_news *)
{
	news_after_the_end += killed;
	return 0;
}

} // namespace

TEST_F(RaceKill, strands_no_bio_of_submitters_that_had_seen_the_head_alive)
{
	constexpr int kSubmitters = 3;

	for (int round = 0; round < 10; round++) {
		make_head();
		start_workers(2, 0); // time stands still: nobody looks at the list but for a kick

		std::atomic<int> inside{0};
		std::atomic<bool> dying{false};
		std::deque<bio> bios(kSubmitters);
		std::vector<std::thread> submitters;

		// All are between the look at the head's life and the parking when it dies; the kill
		// is given the time to do everything that it does before it waits for them.
		before_each(Port::spin_lock, [&] {
			if (context_is_submitter) {
				inside++;
				eventually([&] { return dying.load(); });
				std::this_thread::sleep_for(std::chrono::milliseconds(2));
			}
		});
		before_each(Port::synchronize, [&] { dying = true; });
		for (auto &bio : bios)
			submitters.emplace_back([this, &bio] {
				context_is_submitter = true;
				mpath_head_submit(head, &bio, false);
			});
		EXPECT_TRUE(eventually([&] { return inside == kSubmitters; }));
		mpath_head_kill(head);
		for (auto &thread : submitters)
			thread.join();
		wait_for_idle_workers();
		for (const auto &bio : bios)
			EXPECT_EQ(bio.ended, 1);
		clear_hooks();
		stop_workers();

		const bool stranded = std::any_of(bios.begin(), bios.end(),
						  [](const bio &b) { return !b.ended; });

		ASSERT_FALSE(stranded);
		mpath_head_destroy(head);
	}
}

TEST_F(RaceKill, ends_everything_while_bios_fail_over)
{
	for (int round = 0; round < 5; round++) {
		Path path("a");

		make_head();
		add(path);
		start_workers(2, 1000);

		std::deque<bio> bios(200);

		{
			Target target([] { return MPATH_STS_TRANSPORT; });

			path.on_probe = [] {
				return MPATH_VERDICT_FINE;
			};
			target.serve(path);

			std::thread submitter([&] {
				for (auto &bio : bios)
					mpath_head_submit(head, &bio, false);
			});

			EXPECT_TRUE(eventually(
				[&] { return mpath_device_failover_count(path.device) > 20; }));
			mpath_head_kill(head);
			submitter.join();
			EXPECT_TRUE(eventually([&] {
				return std::all_of(bios.begin(), bios.end(), [](const bio &b) {
					return b.ended.load(std::memory_order_acquire) == 1;
				});
			}));
		}
		remove(path);
		wait_for_idle_workers();
		mpath_head_destroy(head);
		stop_workers();
	}
}

TEST_F(RaceKill, stops_the_news_of_who_has_just_seen_the_head_alive)
{
	static constexpr mpath_head_ops kOps = {count_news};
	Path path("a");
	Gate go, inside, cancelled;

	path.verdict = MPATH_VERDICT_DEAD;
	config.ops = &kOps;
	news_after_the_end = 0;
	killed = false;
	make_head();
	add(path);
	run_work();

	// The change is noticed when the kill has waited for readers once, and has yet to be
	// announced when it goes on; it is given the time to do so.
	before_each(Port::work_kick, [&] {
		if (context_is_killer && !go.is_open()) {
			go.open();
			inside.wait();
		}
	});
	before_each(Port::work_arm, [&] {
		if (context_is_witness) {
			context_is_witness = false;
			inside.open();
			cancelled.wait(kWaitInVainMs);
		}
	});
	after_each(Port::work_cancel, [&] {
		if (context_is_killer)
			cancelled.open();
	});

	start_workers(2, 1);

	std::thread witness([&] {
		go.wait();
		context_is_witness = true;
		path.device->blame(mpath::Blame::suspect, MPATH_STS_IOERR);
	});

	context_is_killer = true;
	mpath_head_kill(head);
	killed = true;
	context_is_killer = false;
	witness.join();
	EXPECT_FALSE(eventually([] { return news_after_the_end != 0; }, 3 * kWaitInVainMs));
	remove(path);
	wait_for_idle_workers();
	stop_workers();
	mpath_head_destroy(head);
}
