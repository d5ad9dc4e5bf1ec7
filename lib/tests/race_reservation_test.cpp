// SPDX-License-Identifier: GPL-2.0
// A reservation that is made, moved, lost and given up, while paths and I/O come and go.
#include <mutex>
#include <thread>

#include "path.hpp"
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

	u64 key_of(const std::string &nexus)
	{
		std::lock_guard guard(lock);
		const auto found = lun.keys.find(nexus);

		return found == lun.keys.end() ? 0 : found->second;
	}

	std::mutex lock;
	PrTarget lun;
};

// Two paths, of which the first can be made to keep silent, and each to die.
class SilentPath : public RaceReservation {
protected:
	void SetUp() override
	{
		RaceReservation::SetUp();
		connect(a);
		connect(b);
		b.on_execute = [this, answer = b.on_execute](const mpath_command &command,
							     mpath_scsi_answer &to) {
			if (silent) {
				is_asked.open();
				speaks.wait();
			}
			answer(command, to);
		};
		a.on_probe = [this] {
			return a_verdict.load();
		};
		b.on_probe = [this] {
			return b_verdict.load();
		};
		succeed_at_once(a);
		succeed_at_once(b);
		config.no_path_timeout_ms = 0;
		make_head();
		add(a);
		add(b);
		start_workers(3, 50);
	}
	void TearDown() override
	{
		remove(a);
		remove(b);
		mpath_head_kill(head);
		wait_for_idle_workers();
		mpath_head_destroy(head);
		RaceReservation::TearDown();
	}
	static void kill(Path &path, std::atomic<mpath_verdict> &verdict)
	{
		verdict = MPATH_VERDICT_DEAD;
		path.device->blame(mpath::Blame::dead, MPATH_STS_TRANSPORT);
	}
	static void revive(Path &path, std::atomic<mpath_verdict> &verdict)
	{
		verdict = MPATH_VERDICT_FINE;
		mpath_device_recheck(path.device);
	}
	static bool is_in(const Path &path) { return carries_io(path.device->health()); }

	Path a{"a"}, b{"b"};
	std::atomic<mpath_verdict> a_verdict{MPATH_VERDICT_FINE}, b_verdict{MPATH_VERDICT_FINE};
	std::atomic<bool> silent{false};
	Gate is_asked, speaks;
};

} // namespace

TEST_F(SilentPath, does_not_fail_io_that_another_could_take_when_it_had_the_key)
{
	EXPECT_EQ(out(MPATH_PR_REGISTER, 0, 1), 0);
	kill(a, a_verdict);
	silent = true;

	std::thread user([&] { out(MPATH_PR_RESERVE, 1, 0, 5); });
	bio bio;

	EXPECT_TRUE(is_asked.wait());
	revive(a, a_verdict);
	EXPECT_TRUE(eventually([&] { return a.device->verdict_due(); }, 5000));
	kill(b, b_verdict);
	mpath_head_submit(head, &bio, false);
	std::this_thread::sleep_for(std::chrono::milliseconds(kWaitInVainMs));
	EXPECT_FALSE(is_in(a)) << "it might have lost the key";
	EXPECT_EQ(bio.ended, 0);
	silent = false;
	speaks.open();
	user.join();
	EXPECT_TRUE(eventually([&] { return bio.ended.load(std::memory_order_acquire) == 1; }));
	EXPECT_EQ(bio.status, MPATH_STS_OK);
}

TEST_F(SilentPath, keeps_out_another_that_may_have_a_key_which_the_head_has_not)
{
	{
		std::lock_guard guard(lock);

		lun.loses_answer.insert("a");
		lun.refuses["b"] = MPATH_PR_REGISTER;
		lun.before_command = [&](unsigned number) {
			if (!number)
				kill(a, a_verdict);
		};
	}
	silent = true;

	std::thread user([&] { EXPECT_NE(out(MPATH_PR_REGISTER, 0, 1), 0); });

	EXPECT_TRUE(is_asked.wait());
	EXPECT_EQ(key_of("a"), 1u);
	revive(a, a_verdict);
	EXPECT_TRUE(eventually([&] { return is_in(a) || a.device->verdict_due(); }));
	EXPECT_FALSE(is_in(a));
	silent = false;
	speaks.open();
	user.join();
	EXPECT_TRUE(eventually([&] { return is_in(a); }));
	EXPECT_EQ(key_of("a"), 0u);
}

TEST_F(SilentPath, keeps_out_another_that_was_not_told_to_give_up_its_key)
{
	lun.keys = {{"a", 1}, {"b", 1}};
	kill(a, a_verdict);
	silent = true;

	std::thread user([&] { EXPECT_EQ(out(MPATH_PR_REGISTER, 1, 0), 0); });

	EXPECT_TRUE(is_asked.wait());
	revive(a, a_verdict);
	EXPECT_TRUE(eventually([&] { return is_in(a) || a.device->verdict_due(); }));
	EXPECT_FALSE(is_in(a));
	silent = false;
	speaks.open();
	user.join();
	EXPECT_TRUE(eventually([&] { return is_in(a); }));
	EXPECT_EQ(key_of("a"), 0u);
}

TEST_F(SilentPath, or_not_another_that_comes_back_has_the_key_as_soon_as_it_is_made)
{
	for (int round = 0; round < 50; round++) {
		kill(a, a_verdict);

		std::thread user([&] { EXPECT_EQ(out(MPATH_PR_REGISTER, 0, 1), 0); });

		revive(a, a_verdict);
		user.join();
		EXPECT_TRUE(eventually([&] { return is_in(a) && key_of("a") == 1; })) << round;
		EXPECT_EQ(out(MPATH_PR_REGISTER, 1, 0), 0);
		EXPECT_TRUE(eventually([&] { return key_of("a") == 0; })) << round;
	}
}

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
