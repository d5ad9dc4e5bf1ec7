// SPDX-License-Identifier: GPL-2.0
// Port groups while paths come and go: a path that is asked or activated stays until that has
// an end, and nothing of it is left behind.
#include <thread>

#include "array.hpp"
#include "path.hpp"
#include "race.hpp"

using namespace mpath::fake;

namespace {

constexpr u8 kBoth = 3;

class RaceAlua : public Races {
protected:
	void SetUp() override
	{
		Races::SetUp();
		ASSERT_TRUE(mpath_core_init());
	}
	void TearDown() override
	{
		stop_workers();
		mpath_core_exit();
		Races::TearDown();
	}
};

} // namespace

TEST_F(RaceAlua, a_path_that_is_asked_stays_until_it_has_answered)
{
	Path path("a");
	Gate asked, answer;
	std::atomic<bool> removed{false};

	path.port = {1, 1, 1};
	path.on_report = [&](bool, u8 *, u32, mpath_scsi_answer *outcome) {
		asked.open();
		EXPECT_TRUE(answer.wait());
		EXPECT_FALSE(removed);
		outcome->host_byte = 1;
	};
	make_head();
	start_workers(2, 1);
	add(path);
	ASSERT_TRUE(asked.wait());

	std::thread remover([&] {
		remove(path);
		removed = true;
	});

	std::this_thread::sleep_for(std::chrono::milliseconds(kWaitInVainMs));
	EXPECT_FALSE(removed);
	answer.open();
	remover.join();
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}

TEST_F(RaceAlua, states_activations_removals_and_io_go_together)
{
	std::deque<Path> paths;
	std::atomic<unsigned> dice{1};
	const auto roll = [&dice] {
		return dice.fetch_add(1, std::memory_order_relaxed) * 2654435761u >> 16;
	};

	config.no_path_timeout_ms = 100;
	make_head();
	start_workers(3, 2000);
	for (const char *name : {"a", "b", "c"}) {
		auto &path = paths.emplace_back(name);
		const int group = static_cast<int>(paths.size());

		succeed_at_once(path);
		path.port = {group, group, kBoth};
		path.has_access_state = group == 3;
		path.on_report = [&](bool, u8 *buffer, u32, mpath_scsi_answer *outcome) {
			const u8 states[] = {kOptimized, kStandby, kPreferred | kOptimized,
					     kTransitioning};
			std::vector<Group> groups;

			if (roll() % 8 == 0) {
				outcome->host_byte = 1;
				return;
			}
			for (int id = 1; id <= 3; id++)
				groups.push_back({id, states[roll() % 4], {id}});

			const Bytes bytes = report(groups, 1);

			std::copy(bytes.begin(), bytes.end(), buffer);
		};
		path.on_activate = [&] {
			__atomic_store_n(&path.access_state, kOptimized, __ATOMIC_RELAXED);
			return roll() % 2 ? -1 : 0;
		};
		add(path);
	}

	std::deque<bio> bios;
	const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
	{
		Loop submitter([&] {
			if (bios.size() < 50000)
				mpath_head_submit(head, &bios.emplace_back(), roll() % 16 == 0);
		});

		while (std::chrono::steady_clock::now() < end) {
			auto &path = paths[roll() % paths.size()];

			switch (roll() % 5) {
			case 0:
				remove(path);
				add(path);
				break;
			case 1:
				path.device->blame(mpath::Blame::dead, MPATH_STS_TRANSPORT);
				break;
			case 2:
				__atomic_store_n(&paths[2].access_state,
						 roll() % 2 ? kStandby : kOptimized,
						 __ATOMIC_RELAXED);
				break;
			case 3:
				mpath_device_activated(path.device, roll() % 2 ? 0 : -1);
				break;
			default: {
				mpath_device_access access{};

				mpath_device_read_access(path.device, &access);
				mpath_device_observe(path.device, &path.geometry);
				mpath_device_observe_port(path.device,
							  path.has_access_state ? &path.access_state
										: nullptr,
							  &path.port);
				break;
			}
			}
		}
	}
	for (auto &path : paths)
		remove(path);
	mpath_head_kill(head);
	EXPECT_TRUE(eventually([&] {
		return std::all_of(bios.begin(), bios.end(),
				   [](const bio &bio) { return bio.ended == 1; });
	}));
	wait_for_idle_workers();
	mpath_head_destroy(head);
	for (const auto &bio : bios)
		EXPECT_EQ(bio.ended, 1);
}
