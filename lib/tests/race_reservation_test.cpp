// SPDX-License-Identifier: GPL-2.0
// A reservation that is made, moved, lost and given up, while paths and I/O come and go.
#include <mutex>
#include <thread>

#include "pr_target.hpp"
#include "race.hpp"

using namespace mpath::fake;

namespace {

class RaceReservation : public Races {
protected:
	// What the LUN does is one thing after another.
	void connect(Path &path)
	{
		path.on_execute = [this, name = path.disk.name](const mpath_command &command,
								mpath_scsi_answer &answer) {
			std::lock_guard guard(lock);

			lun.execute(name, command, answer);
		};
	}
	int out(u8 action, u64 key, u64 action_key = 0, u8 type = 0)
	{
		const mpath_pr_request request{action, type, true, key, action_key};
		mpath_scsi_answer answer;

		mpath_head_pr_out(head, &request, &answer);
		return mpath_scsi_pr_status(&answer);
	}

	std::mutex lock;
	PrTarget lun;
};

} // namespace

TEST_F(RaceReservation, leaves_every_path_entitled_or_barred_and_loses_no_bio)
{
	Path a("a");
	Path b("b");

	connect(a);
	connect(b);
	make_head();
	add(a);
	add(b);
	start_workers(3, 50);
	{
		std::atomic<unsigned> turn{0};
		std::atomic<bool> stop{false};
		std::deque<bio> bios(400);
		Target target([&] {
			const unsigned now = turn++;

			return now % 7 == 0    ? MPATH_STS_RESV_CONFLICT
			       : now % 11 == 0 ? MPATH_STS_TRANSPORT
					       : MPATH_STS_OK;
		});

		target.serve(a);
		target.serve(b);

		std::thread user([&] {
			for (unsigned i = 0; i < 20; i++) {
				const u8 type = i % 2 ? 5 : 1;

				out(MPATH_PR_REGISTER_AND_IGNORE, 0, 1);
				out(MPATH_PR_RESERVE, 1, 0, type);
				out(MPATH_PR_PREEMPT, 1, 1, 6);
				if (i % 3)
					out(MPATH_PR_RELEASE, 1, 0, 6);
				out(i % 5 ? MPATH_PR_REGISTER : MPATH_PR_CLEAR, 1, 0);
			}
			stop = true;
		});
		std::thread other([&] {
			while (!stop) {
				std::lock_guard guard(lock);

				lun.out("x", MPATH_PR_REGISTER_AND_IGNORE, 0, 9);
				lun.out("x", MPATH_PR_PREEMPT, 9, 1, 5);
				lun.out("x", MPATH_PR_REGISTER, 9, 0);
			}
		});
		std::thread hotplug([&] {
			while (!stop) {
				Path c("c");

				connect(c);
				target.serve(c);
				add(c);
				mpath_device_recheck(c.device);
				std::this_thread::yield();
				remove(c);
			}
		});
		std::thread reader([&] {
			while (!stop) {
				mpath_pr_state state;

				mpath_head_read_pr(head, &state);
				EXPECT_NE(state.type, nullptr);
			}
		});

		for (auto &bio : bios) {
			mpath_head_submit(head, &bio, false);
			std::this_thread::yield();
		}
		user.join();
		other.join();
		hotplug.join();
		reader.join();
		EXPECT_TRUE(eventually([&] {
			for (const auto &bio : bios)
				if (!bio.ended.load(std::memory_order_acquire))
					return false;
			return true;
		}));
	}
	// Both may just have died of what the target said last.
	EXPECT_TRUE(eventually([&] { return out(MPATH_PR_REGISTER_AND_IGNORE, 0, 2) == 0; }));
	EXPECT_TRUE(eventually([&] {
		return std::string(mpath_device_state_name(a.device)) == "usable" &&
		       std::string(mpath_device_state_name(b.device)) == "usable";
	}));
	wait_for_idle_workers();
	EXPECT_EQ(lun.keys["a"], 2u);
	EXPECT_EQ(lun.keys["b"], 2u);
	remove(a);
	remove(b);
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}
