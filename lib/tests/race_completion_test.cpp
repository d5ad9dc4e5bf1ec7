// SPDX-License-Identifier: GPL-2.0
// Completions against the removal of their path and the end of the head.
#include <algorithm>
#include <thread>

#include "race.hpp"

using namespace mpath::fake;

namespace {

class RaceCompletion : public Races {
protected:
	// A bio's path ends it with @status while the path, and then the head, are removed. The
	// completion stands still as soon as it has given its path back: whatever it does
	// after that, it does to things that are gone.
	void complete_while_everything_goes(mpath_status status)
	{
		auto path = std::make_unique<Path>("a");
		bio bio;
		Gate put;
		Gate gone;

		config.no_path_timeout_ms = 0;
		path->verdict = MPATH_VERDICT_DEAD;
		make_head();
		add(*path);
		start_workers(2, 0);
		mpath_head_submit(head, &bio, false);

		mpath_io *io = path->disk.in_flight.front();

		path->disk.in_flight.clear();
		after(Port::count_back, [&] {
			put.open();
			gone.wait(2000);
		});

		std::thread completion([&] { complete(io, status); });

		remove(*path);
		EXPECT_TRUE(put.wait());
		mpath_head_kill(head);
		wait_for_idle_workers();
		mpath_head_destroy(head);
		path.reset();
		gone.open();
		completion.join();
		EXPECT_EQ(bio.ended, 1);
	}
};

} // namespace

TEST_F(RaceCompletion, touches_nothing_after_a_success)
{
	// Elsewhere it would be no news for the core.
	config.iopolicy = MPATH_IOPOLICY_SERVICE_TIME;
	complete_while_everything_goes(MPATH_STS_OK);
}

TEST_F(RaceCompletion, touches_nothing_after_an_error_of_the_lun)
{
	complete_while_everything_goes(MPATH_STS_MEDIUM);
}

TEST_F(RaceCompletion, touches_nothing_after_a_failover)
{
	complete_while_everything_goes(MPATH_STS_TRANSPORT);
}

TEST_F(RaceCompletion, touches_nothing_after_a_suspicion)
{
	complete_while_everything_goes(MPATH_STS_IOERR);
}

TEST_F(RaceCompletion, touches_nothing_after_back_pressure)
{
	// The clock stands still, but the head's death ends the pause.
	complete_while_everything_goes(MPATH_STS_RESOURCE);
}

TEST_F(RaceCompletion, moves_everything_that_fails_while_its_path_is_removed)
{
	Path staying("staying");
	Path leaving("leaving");

	config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN;
	make_head();
	add(leaving);
	add(staying);
	start_workers(2, 50);
	{
		Target good([] { return MPATH_STS_OK; });
		Target bad([] { return MPATH_STS_OFFLINE; });

		leaving.verdict = MPATH_VERDICT_DEAD;
		good.serve(staying);
		for (int round = 0; round < 20; round++) {
			std::deque<bio> bios(50);

			bad.serve(leaving);
			for (auto &bio : bios)
				mpath_head_submit(head, &bio, false);
			remove(leaving);
			EXPECT_TRUE(eventually([&] {
				return std::all_of(bios.begin(), bios.end(), [](const bio &b) {
					return b.ended.load(std::memory_order_acquire);
				});
			}));
			for (const auto &bio : bios)
				EXPECT_EQ(bio.status, MPATH_STS_OK);
			add(leaving);
		}
	}
	remove(leaving);
	remove(staying);
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}
