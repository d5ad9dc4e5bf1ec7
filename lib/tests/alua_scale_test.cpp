// SPDX-License-Identifier: GPL-2.0
// Many LUNs of one array: how soon all of them know what has become of their paths, and what
// it costs in commands.
#include "array.hpp"
#include "head.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

constexpr unsigned kLuns = 500;
constexpr unsigned kPaths = 4; // two of each controller
constexpr u64 kPollMs = 20000;

class ManyLuns : public Lun {
protected:
	struct One {
		mpath_head *head = nullptr;
		std::deque<Path> paths;
		int questions = 0;
	};

	void SetUp() override
	{
		Lun::SetUp();
		array.states = {{1, kOptimized}, {2, kStandby}};
		for (unsigned i = 0; i < kLuns; i++)
			make();
		advance_ms(5000);
	}
	void make()
	{
		auto &lun = luns.emplace_back();

		ASSERT_EQ(mpath_head_create(&config, &lun.head), 0);
		mpath_head_set_live(lun.head);
		for (unsigned i = 0; i < kPaths; i++) {
			auto &path = lun.paths.emplace_back("p" + std::to_string(i));
			const int group = i < kPaths / 2 ? 1 : 2;

			array.connect(path, group);
			path.port.relative = static_cast<int>(i + 1);
			path.target_port = i + 1;
			path.on_probe = [this, i] {
				return gone[i] ? MPATH_VERDICT_DEAD : MPATH_VERDICT_FINE;
			};
			path.on_report = [this, i, &lun, answer = path.on_report](
						 bool extended, u8 *buffer, u32 len,
						 mpath_scsi_answer *outcome) {
				lun.questions++;
				if (gone[i])
					outcome->host_byte = 1;
				else
					answer(extended, buffer, len, outcome);
			};

			const mpath_device_config device = path.config();

			ASSERT_EQ(mpath_head_add_path(lun.head, &device, &path.device), 0);
		}
	}
	// A port is gone. Of all its paths one notices, by its I/O; or all do.
	void lose(unsigned port, bool busy)
	{
		unsigned told = 0;

		gone[port] = true;
		for (auto &lun : luns)
			if (busy || told++ == 0)
				lun.paths[port].device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	}
	bool all_know() const
	{
		for (const auto &lun : luns) {
			for (unsigned i = 0; i < kPaths; i++) {
				const auto *device = lun.paths[i].device;
				const bool dead = device->health() == mpath::Health::dead;

				if (dead != gone[i])
					return false;
				if (!dead &&
				    device->takes_io() != mpath::takes_io(array.states.at(
								  lun.paths[i].port.group)))
					return false;
			}
		}
		return true;
	}
	// In ms, to a tenth of a second.
	u64 until_all_know()
	{
		const u64 began = now_ms();

		while (!all_know() && now_ms() - began < 60000) {
			const int before = questions();

			advance_ms(100);
			busiest = std::max(busiest, questions() - before);
		}
		return now_ms() - began;
	}
	int questions() const
	{
		int nr = 0;

		for (const auto &lun : luns)
			nr += lun.questions;
		return nr;
	}
	void forget_questions()
	{
		for (auto &lun : luns)
			lun.questions = 0;
	}
	void TearDown() override
	{
		for (auto &lun : luns) {
			mpath_head_kill(lun.head);
			for (auto &path : lun.paths)
				mpath_device_remove(path.device);
			mpath_head_destroy(lun.head);
		}
		luns.clear();
		Lun::TearDown();
	}

	Array array{{}, 0, nullptr, 0};
	std::deque<One> luns;
	bool gone[kPaths] = {};
	int busiest = 0; // questions in a tenth of a second
};

} // namespace

TEST_F(ManyLuns, are_asked_once_each_in_every_interval_and_never_at_once)
{
	forget_questions();
	for (u64 ms = 0; ms < 5 * kPollMs; ms += 100) {
		const int before = questions();

		advance_ms(100);
		busiest = std::max(busiest, questions() - before);
	}
	for (const auto &lun : luns) {
		EXPECT_GE(lun.questions, 4);
		EXPECT_LE(lun.questions, 5);
	}
	EXPECT_LE(busiest, 26) << "one in 4 ms";
}

TEST_F(ManyLuns, know_within_five_seconds_that_a_port_is_gone)
{
	forget_questions();
	lose(0, false);
	EXPECT_LE(until_all_know(), 5000u);
	EXPECT_LE(questions(), 2 * static_cast<int>(kLuns));
	EXPECT_LE(busiest, 26);
}

TEST_F(ManyLuns, know_within_five_seconds_though_the_other_controller_takes_over_late)
{
	forget_questions();
	lose(0, false);
	lose(1, false);
	advance_ms(1000);
	array.states = {{1, kUnavailable}, {2, kOptimized}};
	EXPECT_LE(until_all_know(), 4000u);
	EXPECT_LE(questions(), 3 * static_cast<int>(kLuns));
	EXPECT_LE(busiest, 26);
}

TEST_F(ManyLuns, know_within_five_seconds_what_a_controller_that_is_gone_leaves_behind)
{
	for (const bool busy : {false, true}) {
		SCOPED_TRACE(busy);
		forget_questions();
		busiest = 0;
		// The other one takes over.
		array.states = {{1, kUnavailable}, {2, kOptimized}};
		lose(0, busy);
		lose(1, busy);
		EXPECT_LE(until_all_know(), 5000u);
		EXPECT_LE(questions(), 3 * static_cast<int>(kLuns));
		EXPECT_LE(busiest, 26);
		for (const auto &lun : luns)
			EXPECT_LE(lun.questions, 4);

		// And back again.
		gone[0] = gone[1] = false;
		array.states = {{1, kOptimized}, {2, kStandby}};
		EXPECT_LE(until_all_know(), 5000u);
		advance_ms(30000);
		EXPECT_TRUE(all_know());
	}
}
