// SPDX-License-Identifier: GPL-2.0
// Paths that a reservation bars for long: nothing is sent down them that could tell of a LUN that
// has been replaced.
#include "head.hpp"
#include "pr_fixture.hpp"

using namespace mpath::fake;

namespace {

class BarredPath : public PrLun {
protected:
	// The reservation is for its holder only, which is a.
	void hold(u8 type)
	{
		three();
		register_key(0, kKey);
		reserve(type);
		target.heard();
	}
	// The array shows another LUN down this path, and nobody has noticed.
	void replace(const std::string &name)
	{
		Path &path = (*this)[name];

		path.verdict = MPATH_VERDICT_FOREIGN;
		path.on_execute = [this, name](const mpath_command &command,
					       mpath_scsi_answer &answer) {
			other.execute(name, command, answer);
		};
		other.before_command = [this, name](unsigned) {
			EXPECT_NE(state(name), "usable");
		};
	}
	bool takes_io(const std::string &name)
	{
		return (*this)[name].device->can_carry_io_at_need();
	}
	// The look at each path that comes round every two seconds, for so long.
	void look_for_ms(u64 ms)
	{
		for (u64 passed = 0; passed < ms; passed += 2000) {
			advance_ms(2000);
			for (auto &path : paths)
				mpath_device_observe(path.device, &path.geometry);
			run_work();
		}
	}
	void TearDown() override
	{
		other.before_command = nullptr;
		PrLun::TearDown();
	}

	PrTarget other;
};

} // namespace

TEST_F(BarredPath, shows_why)
{
	mpath_device_state now;

	hold(kWe);
	mpath_device_read_state((*this)["b"].device, &now);
	EXPECT_STREQ(now.reason, "another path holds the reservation");
}

TEST_F(BarredPath, is_not_let_in_by_a_release_when_it_is_another_lun)
{
	hold(kWe);
	replace("b");
	EXPECT_EQ(out_only(MPATH_PR_RELEASE, kKey, 0, kWe), 0);
	EXPECT_FALSE(takes_io("b"));
	run_work();
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(state("c"), "usable");
	EXPECT_EQ(other.heard(), "");
	EXPECT_EQ(pr().key, kKey);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(BarredPath, is_not_let_in_when_the_key_is_gone_and_it_is_another_lun)
{
	hold(kEa);
	replace("b");
	EXPECT_EQ(out_only(MPATH_PR_CLEAR, kKey), 0);
	EXPECT_FALSE(takes_io("b"));
	run_work();
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(state("c"), "usable");
	EXPECT_EQ(shown(), "none");
}

TEST_F(BarredPath, is_not_let_in_by_a_registration_when_nobody_has_asked_it_for_a_while)
{
	three();
	target.dead.insert("b");
	(*this)["b"].verdict = MPATH_VERDICT_LATER;
	register_key(0, kKey);
	advance_ms(2000);
	EXPECT_EQ(state("b"), "barred");
	target.dead.clear();
	EXPECT_EQ(out_only(MPATH_PR_REGISTER_AND_IGNORE, 0, 2), 0);
	EXPECT_FALSE(takes_io("b"));
	mend("b");
	advance_ms(1000);
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(target.registered(), "a:2 b:2 c:2");
}

TEST_F(BarredPath, of_a_moment_ago_is_let_in_at_once)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	EXPECT_EQ(out_only(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	for (const char *name : {"a", "b", "c"}) {
		EXPECT_EQ(state(name), "usable");
		EXPECT_EQ((*this)[name].probes, 0);
	}
}

TEST_F(BarredPath, that_is_another_lun_does_not_say_that_the_key_is_gone)
{
	three();
	register_key(0, kKey);
	kill("a");
	reserve(kWe);
	revive("a");
	EXPECT_STREQ(pr().holder, "b");
	EXPECT_EQ(state("a"), "barred");
	replace("a");
	other.heard();
	target.refuses["b"] = MPATH_PR_REGISTER;
	EXPECT_NE(out_only(MPATH_PR_REGISTER, kKey, 2), 0);
	EXPECT_EQ(pr().key, kKey);
	target.refuses.clear();
	EXPECT_EQ(register_key(kKey, 2), 0);
	EXPECT_EQ(other.heard(), "");
	EXPECT_EQ(pr().key, 2u);
	EXPECT_EQ(state("a"), "foreign");
	EXPECT_EQ(target.keys["b"], 2u);
}

TEST_F(BarredPath, that_is_another_lun_does_not_take_over)
{
	hold(kWe);
	replace("b");
	kill("a");
	EXPECT_EQ(other.heard(), "");
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(state("c"), "usable");
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_STREQ(pr().holder, "c");
	EXPECT_EQ(target.holder, "c");
}

TEST_F(BarredPath, that_is_another_lun_is_not_registered_again)
{
	hold(kWe);
	kill("b");
	// Not to be asked before it is registered again: a moves the reservation to c.
	kill("a");
	EXPECT_EQ(target.holder, "c");
	revive("b");
	EXPECT_EQ(state("b"), "barred");
	hold_work((*this)["b"].device);
	replace("b");
	revive("a");
	kill("c");
	run_work();
	EXPECT_EQ(target.holder, "a");
	EXPECT_EQ(other.heard(), "");
	release_work((*this)["b"].device);
	run_work();
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(other.heard(), "");
	EXPECT_EQ(pr().key, kKey);
}

TEST_F(BarredPath, whose_device_is_blocked_while_another_takes_over_follows_later)
{
	hold(kWe);
	kill("b");
	(*this)["a"].device_state = kBlocked; // and nobody has looked
	revive("b");
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(target.registered(), "b:1 c:1");
	advance_ms(60000);
	(*this)["a"].device_state = kRunning;
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(state("a"), "barred");
}

TEST_F(BarredPath, is_one_that_met_a_conflict_and_is_blocked_before_it_is_looked_at)
{
	three();
	register_key(0, kKey);

	Path &a = (*this)["a"];
	bio &bio = write();

	complete(bio, MPATH_STS_RESV_CONFLICT);
	a.device_state = kBlocked;
	run_work_of(&head()->reservation());
	a.device_state = kRunning;
	EXPECT_FALSE(takes_io("a"));
	advance_ms(1000);
	EXPECT_TRUE(takes_io("a"));
	EXPECT_EQ(shown(), "registered a b c");
	deliver_all();
}

TEST_F(BarredPath, is_waited_for_while_it_is_asked_who_it_is)
{
	hold(kWe);
	for (const char *name : {"b", "c"})
		hold_work((*this)[name].device);
	kill("a");
	run_work_of(&head()->reservation());

	bio &bio = write();

	run_work();
	EXPECT_TRUE(waits(bio));
	for (const char *name : {"b", "c"})
		release_work((*this)[name].device);
	run_work();
	deliver_all();
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(BarredPath, is_asked_who_it_is_every_half_minute)
{
	hold(kWe);
	look_for_ms(28000);
	EXPECT_EQ((*this)["b"].probes, 0);
	look_for_ms(4000);
	EXPECT_EQ((*this)["b"].probes, 1);
	EXPECT_EQ(state("b"), "barred");
	replace("b");
	look_for_ms(32000);
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(state("c"), "barred");
	EXPECT_EQ(target.heard(), "") << "and needs no command to stay what it is";
}

TEST_F(BarredPath, is_asked_who_it_is_when_errors_are_counted)
{
	hold(kWe);
	look_for_ms(4000);
	(*this)["b"].error_count++;
	replace("b");
	look_for_ms(2000);
	EXPECT_EQ(state("b"), "foreign");
}

TEST_F(BarredPath, is_not_asked_for_ever_because_its_probe_meets_the_reservation)
{
	hold(kEa);

	Path &b = (*this)["b"];

	b.on_probe = [&b] {
		b.error_count++;
		return MPATH_VERDICT_FINE;
	};
	look_for_ms(58000);
	EXPECT_EQ(b.probes, 1);
}

TEST_F(BarredPath, stays_barred_while_its_port_group_is_in_transition)
{
	hold(kWe);

	Path &b = (*this)["b"];

	b.access_state = kTransitioning;
	b.verdict = MPATH_VERDICT_TRANSITIONING;
	mpath_device_recheck(b.device);
	run_work();
	EXPECT_EQ(b.device->health(), mpath::Health::barred);
	b.access_state = kOptimized;
	EXPECT_FALSE(takes_io("b"));
}

// One that dies soon after a probe has revived it is given a pause.
TEST_F(BarredPath, has_not_been_revived_when_it_is_let_in)
{
	hold(kWe);
	release(kWe);
	EXPECT_EQ(state("b"), "usable");
	(*this)["b"].verdict = MPATH_VERDICT_DEAD;
	(*this)["b"].device->blame(mpath::Blame::dead, MPATH_STS_TRANSPORT);
	EXPECT_EQ(work_due_in((*this)["b"].device), 0u);
}

TEST_F(BarredPath, that_could_not_be_asked_for_its_key_is_asked_again)
{
	three();
	register_key(0, kKey);
	kill("b");
	target.keys.erase("b");
	target.loses_answer.insert("b");
	revive("b");
	EXPECT_EQ(state("b"), "barred");
	advance_ms(1000);
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}
