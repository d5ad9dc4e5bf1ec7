// SPDX-License-Identifier: GPL-2.0
// Persistent reservations of a head with several nexuses.
#include "head.hpp"
#include "pr_fixture.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

class Registration : public PrLun {};
class HeldReservation : public PrLun {};
class PreemptedHead : public PrLun {};
class ReservationIo : public PrLun {};
class Adoption : public PrLun {};

} // namespace

// --- register -----------------------------------------------------------------------------

TEST_F(Registration, gives_the_key_to_every_nexus)
{
	three();
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(shown(), "registered a b c");
	EXPECT_EQ(pr().key, kKey);
	EXPECT_TRUE(target.aptpl);
}

TEST_F(Registration, changes_the_key_of_every_nexus)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(register_key(kKey, 2), 0);
	EXPECT_EQ(target.registered(), "a:2 b:2 c:2");
	EXPECT_EQ(pr().key, 2u);
}

TEST_F(Registration, with_the_wrong_key_changes_nothing)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(register_key(5, 2), kConflictStatus);
	EXPECT_EQ(register_key(0, 2), kConflictStatus);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(shown(), "registered a b c");
}

TEST_F(Registration, ignores_the_key_there_is_if_asked_to)
{
	three();
	target.out("b", MPATH_PR_REGISTER, 0, 7);
	EXPECT_EQ(register_key(0, kKey), kConflictStatus);
	EXPECT_EQ(out(MPATH_PR_REGISTER_AND_IGNORE, 0, kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(Registration, takes_back_all_of_it_when_one_nexus_is_refused)
{
	three();
	target.refuses["c"] = MPATH_PR_REGISTER;
	EXPECT_EQ(register_key(0, kKey), 0x2);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
	EXPECT_EQ(state("a"), "usable");
}

TEST_F(Registration, gives_back_the_old_key_when_one_nexus_is_refused_the_new)
{
	three();
	register_key(0, kKey);
	target.refuses["c"] = MPATH_PR_REGISTER;
	EXPECT_EQ(register_key(kKey, 2), 0x2);
	target.refuses.clear();
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(shown(), "registered a b c");
	EXPECT_EQ(pr().key, kKey);
}

TEST_F(Registration, that_was_refused_is_no_business_of_paths_that_return)
{
	three();
	target.out("a", MPATH_PR_REGISTER, 0, 7);
	EXPECT_EQ(register_key(0, kKey), kConflictStatus);
	kill("b");
	target.heard();
	revive("b");
	EXPECT_EQ(target.heard(), "");
}

TEST_F(Registration, is_taken_back_where_even_that_gets_no_answer)
{
	three();
	target.refuses["c"] = MPATH_PR_REGISTER;
	target.before_command = [&](unsigned number) {
		if (number == 3) // the first of those that take it back
			target.dead.insert("a");
	};
	EXPECT_NE(out_only(MPATH_PR_REGISTER, 0, kKey), 0);
	target.before_command = nullptr;
	target.refuses.clear();
	EXPECT_EQ(target.registered(), "a:1");
	mend("a");
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("a"), "usable");
}

TEST_F(Registration, is_taken_back_though_it_was_made_where_it_failed)
{
	three();
	target.fails_too_late.insert("b");
	EXPECT_NE(register_key(0, kKey), 0);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
}

TEST_F(Registration, with_a_key_of_long_ago_is_given_up_by_a_path_that_returns)
{
	three();
	register_key(0, kKey);
	kill("b");
	EXPECT_EQ(register_key(kKey, 7), 0);
	EXPECT_EQ(register_key(7, 0), 0);
	EXPECT_EQ(target.registered(), "b:1");
	revive("b");
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, of_barred_paths_is_given_up_though_it_was_not_changed_with_the_others)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	advance_ms(2000);
	EXPECT_EQ(out_only(MPATH_PR_REGISTER, kKey, 7), 0);
	EXPECT_EQ(out_only(MPATH_PR_REGISTER, 7, 0), 0);
	run_work();
	advance_ms(2000);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, is_given_to_a_path_that_was_barred_when_that_is_known_to_be_what_it_was)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	advance_ms(2000);
	target.heard();
	(*this)["b"].verdict = MPATH_VERDICT_FOREIGN;
	EXPECT_EQ(out_only(MPATH_PR_REGISTER_AND_IGNORE, 0, 7), 0);
	EXPECT_EQ(target.heard().find("b ignore"), std::string::npos);
	run_work();
	EXPECT_EQ(target.registered(), "a:7 b:1 c:7");
	EXPECT_EQ(state("b"), "foreign");
	EXPECT_EQ(state("c"), "barred");
}

TEST_F(Registration, goes_on_without_a_path_that_is_dead)
{
	three();
	kill("b");
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 c:1");
	EXPECT_EQ(shown(), "registered a c");
	EXPECT_EQ(state("b"), "dead");
}

TEST_F(Registration, bars_a_path_that_does_not_answer)
{
	three();
	target.dead.insert("b");
	EXPECT_EQ(out_only(MPATH_PR_REGISTER, 0, kKey), 0);
	EXPECT_EQ(state("b"), "barred");
	mend("b");
	advance_ms(1000);
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(Registration, bars_a_path_whose_device_is_blocked_until_it_is_registered)
{
	three();
	(*this)["b"].device_state = kBlocked; // and nobody has looked
	EXPECT_EQ(out_only(MPATH_PR_REGISTER, 0, kKey), 0);
	(*this)["b"].device_state = kRunning;
	EXPECT_FALSE((*this)["b"].device->can_carry_io_at_need());
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, fails_when_no_path_answers)
{
	three();
	for (const char *name : {"a", "b", "c"})
		kill(name);
	EXPECT_EQ(register_key(0, kKey), 0x10000);
	EXPECT_EQ(shown(), "none");
	for (const char *name : {"a", "b", "c"})
		revive(name);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("a"), "usable");
}

TEST_F(Registration, of_which_no_answer_has_arrived_is_taken_back)
{
	nexus("a");
	target.loses_answer.insert("a");
	EXPECT_NE(register_key(0, kKey), 0);
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("a"), "usable");
	EXPECT_EQ(shown(), "none");
}

TEST_F(Registration, is_given_to_a_path_that_returns_before_it_carries_data)
{
	three();
	kill("b");
	register_key(0, kKey);
	mend("b");

	const void *device = (*this)["b"].device;

	target.before_command = [&](unsigned) {
		EXPECT_FALSE(static_cast<const mpath_device *>(device)->health() ==
			     mpath::Health::usable);
	};
	revive("b");
	target.before_command = nullptr;
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(shown(), "registered a b c");
}

TEST_F(Registration, is_given_to_a_new_path_before_it_carries_data)
{
	three();
	register_key(0, kKey);

	Path &d = new_nexus("d");

	target.dead.insert("d");
	EXPECT_EQ(try_add(d), 0);
	EXPECT_FALSE(d.device->can_carry_io_at_need());
	run_work();
	EXPECT_FALSE(d.device->can_carry_io_at_need()) << "it could not be registered";
	target.dead.clear();
	advance_ms(1000);
	EXPECT_TRUE(d.device->can_carry_io());
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1 d:1");
}

TEST_F(Registration, has_a_path_scanned_again_that_could_not_tell_of_itself_without)
{
	three();
	register_key(0, kKey);
	nexus("d");
	EXPECT_EQ(state("d"), "usable");
	EXPECT_EQ((*this)["d"].rescans, 1);
	EXPECT_EQ((*this)["a"].rescans, 0);
}

TEST_F(Registration, is_confirmed_and_not_repeated_when_a_path_returns_that_still_has_it)
{
	three();
	register_key(0, kKey);
	kill("b");
	target.heard();
	revive("b");
	EXPECT_EQ(target.heard(), "b register 1 1");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, reaches_a_path_that_comes_back_in_the_middle)
{
	three();
	kill("b");
	target.before_command = [&](unsigned number) {
		if (number == 1)
			on_another_cpu([&] { mend("b"); });
	};
	register_key(0, kKey);
	target.before_command = nullptr;
	revive("b");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(shown(), "registered a b c");
}

// Only one CPU sends commands. The head has no key yet, and I/O may need the path.
TEST_F(Registration, keeps_no_path_out_that_comes_back_while_it_is_made)
{
	three();
	for (const char *name : {"a", "c"})
		kill(name);

	bio *bio = nullptr;

	target.before_command = [&](unsigned number) {
		if (number)
			return;
		on_another_cpu([&] {
			revive("a");
			EXPECT_EQ(state("a"), "usable");
			(*this)["b"].device->blame(Blame::dead, MPATH_STS_TRANSPORT);
			bio = &write();
			EXPECT_TRUE(is_on((*this)["a"], *bio));
		});
	};
	target.commands = 0;
	EXPECT_EQ(register_key(0, kKey), 0);
	target.before_command = nullptr;
	EXPECT_EQ(state("a"), "usable") << "without waiting any longer";
	EXPECT_EQ(target.registered(), "a:1 b:1");
	deliver_all();
	EXPECT_TRUE(ended_with(MPATH_STS_OK, *bio));
}

TEST_F(Registration, is_given_to_a_path_that_was_about_to_be_let_in_without)
{
	three();
	kill("b");
	before(Port::mutex_lock, [&] {
		on_another_cpu([&] { EXPECT_EQ(out_only(MPATH_PR_REGISTER, 0, kKey), 0); });
	});
	revive("b");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(shown(), "registered a b c");
}

TEST_F(Registration, that_nobody_could_give_up_is_no_business_of_new_paths)
{
	three();
	target.out("a", MPATH_PR_REGISTER, 0, 7);
	EXPECT_EQ(register_key(5, 0), kConflictStatus);

	Path &d = new_nexus("d");

	EXPECT_EQ(try_add(d), 0);
	run_work();
	EXPECT_TRUE(d.device->can_carry_io());
}

TEST_F(Registration, accepts_two_paths_that_are_one_nexus)
{
	target.alias["b"] = "a";
	nexus("a");
	nexus("b");
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(shown(), "registered a b");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, is_given_up_by_every_nexus)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(register_key(kKey, 0), 0);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
	EXPECT_EQ(pr().key, 0u);
}

TEST_F(Registration, is_given_up_by_a_path_that_was_dead_when_it_returns)
{
	three();
	register_key(0, kKey);
	kill("b");
	EXPECT_EQ(register_key(kKey, 0), 0);
	EXPECT_EQ(target.registered(), "b:1");
	revive("b");
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Registration, is_not_given_up_with_the_wrong_key)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(register_key(2, 0), kConflictStatus);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(Registration, is_kept_over_unit_attentions)
{
	three();
	for (const char *name : {"a", "b", "c"})
		target.attentions[name] = {0x03, 0x04, 0x05};
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(Registration, does_not_hold_up_the_removal_of_a_path)
{
	three();
	target.before_command = [&](unsigned number) {
		if (number == 0)
			on_another_cpu([&] { remove((*this)["c"]); });
	};
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1");
}

TEST_F(Registration, ends_when_the_head_does)
{
	three();
	register_key(0, kKey);
	mpath_head_kill(head());
	EXPECT_EQ(register_key(kKey, 2), 0) << "who has it open can still do it";
	for (const char *name : {"a", "b", "c"})
		remove((*this)[name]);
	EXPECT_EQ(register_key(2, 3), 0x10000);
}

// --- reserve and release ------------------------------------------------------------------

TEST_F(HeldReservation, needs_a_registration)
{
	three();
	EXPECT_EQ(reserve(kWeRo), kConflictStatus);
	register_key(0, kKey);
	EXPECT_EQ(out(MPATH_PR_RESERVE, 2, 0, kWeRo), kConflictStatus) << "with its key";
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, is_made_by_one_nexus_and_released_by_it)
{
	three();
	register_key(0, kKey);
	target.heard();
	EXPECT_EQ(reserve(kWeRo), 0);
	EXPECT_EQ(target.heard(), "a reserve 1 0 5");
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_STREQ(pr().type, "write-exclusive-registrants-only");
	EXPECT_STREQ(pr().holder, "a");
	EXPECT_EQ(reserve(kWeRo), 0) << "again";
	EXPECT_EQ(reserve(kEaRo), kConflictStatus) << "its type cannot be changed so";
	target.heard();
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.heard(), "a release 1 0 5, a keys, b keys, b keys, c keys, c keys");
	EXPECT_EQ(target.type, 0);
	EXPECT_STREQ(pr().state, "registered");
	EXPECT_STREQ(pr().holder, "none");
}

TEST_F(HeldReservation, is_made_without_registering_anybody_once_more)
{
	three();
	register_key(0, kKey);

	const u32 before = target.generation;

	reserve(kEa);
	EXPECT_EQ(target.generation, before);
	EXPECT_EQ(state("a"), "usable");
	EXPECT_EQ(state("b"), "barred");
	release(kEa);
	EXPECT_EQ(target.generation, before);
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(HeldReservation, is_not_had_while_somebody_else_has_it)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	EXPECT_EQ(reserve(kWeRo), kConflictStatus);
	EXPECT_EQ(target.holder, "x");
	EXPECT_EQ(shown(), "registered a b c");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.holder, "x");
}

TEST_F(HeldReservation, stays_when_its_holder_dies_and_is_released_through_another)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	kill("a");
	EXPECT_EQ(target.holder, "a");
	EXPECT_STREQ(pr().holder, "a");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
	EXPECT_EQ(target.registered(), "b:1 c:1");
	EXPECT_STREQ(pr().state, "registered");
	for (const char *name : {"b", "c"})
		EXPECT_EQ(state(name), "usable");
	revive("a");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(HeldReservation, moves_when_it_is_made_again_and_its_holder_is_dead)
{
	three();
	register_key(0, kKey);
	reserve(kEaRo);
	kill("a");
	EXPECT_EQ(reserve(kEaRo), 0);
	EXPECT_EQ(target.holder, "b");
	EXPECT_STREQ(pr().holder, "b");
	EXPECT_EQ(target.registered(), "b:1 c:1");
}

TEST_F(HeldReservation, leaves_no_attention_behind_that_would_end_a_users_command)
{
	const auto nobody_is_told = [this](const char *after) {
		for (const auto &[name, waiting] : target.attentions)
			EXPECT_TRUE(waiting.empty()) << name << " after " << after;
	};

	three();
	register_key(0, kKey);
	reserve(kWeRo);
	EXPECT_EQ(release(kWeRo), 0);
	nobody_is_told("a release");
	target.out("other", MPATH_PR_REGISTER, 0, kOther);
	target.out("other", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kEaRo), 0);
	target.attentions.erase("other");
	nobody_is_told("a change of type by preemption");
	EXPECT_EQ(out(MPATH_PR_CLEAR, kKey), 0);
	nobody_is_told("a clear");
}

TEST_F(HeldReservation, is_held_by_all_registrants_and_needs_no_holder)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(reserve(kWeAr), 0);
	EXPECT_STREQ(pr().holder, "all");
	kill("a");
	target.heard();
	EXPECT_EQ(release(kWeAr), 0);
	EXPECT_EQ(target.heard(), "b release 1 0 7, b keys, c keys, c keys");
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, is_released_with_the_registration_though_its_holder_is_dead)
{
	three();
	register_key(0, kKey);
	reserve(kEaRo);
	kill("a");
	EXPECT_EQ(register_key(kKey, 0), 0);
	EXPECT_EQ(target.type, 0);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
}

TEST_F(HeldReservation, was_made_by_a_nexus_whose_answer_was_lost)
{
	three();
	register_key(0, kKey);
	target.loses_answer.insert("a");
	EXPECT_EQ(reserve(kWeRo), 0);
	EXPECT_EQ(target.holder, "a");
	EXPECT_STREQ(pr().holder, "a");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, was_released_by_a_nexus_whose_answer_was_lost)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.loses_answer.insert("a");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
	EXPECT_STREQ(pr().state, "registered");
}

TEST_F(HeldReservation, goes_with_everything_else_when_it_is_cleared)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	EXPECT_EQ(out(MPATH_PR_CLEAR, kKey), 0);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
	for (const char *name : {"a", "b", "c"})
		EXPECT_EQ(state(name), "usable");
}

TEST_F(HeldReservation, is_cleared_by_a_nexus_whose_answer_was_lost)
{
	three();
	register_key(0, kKey);
	target.loses_answer.insert("a");
	EXPECT_EQ(out(MPATH_PR_CLEAR, kKey), 0);
	EXPECT_EQ(shown(), "none");
}

// --- types that entitle the holder alone ----------------------------------------------------

TEST_F(HeldReservation, for_its_holder_only_bars_all_other_paths)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(reserve(kWe), 0);
	EXPECT_EQ(state("a"), "usable");
	EXPECT_EQ(state("b"), "barred");
	EXPECT_EQ(state("c"), "barred");
	EXPECT_EQ(shown(), "reserved a b c");
	EXPECT_EQ(release(kWe), 0);
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(state("c"), "usable");
}

TEST_F(HeldReservation, for_its_holder_only_moves_when_that_dies)
{
	three();
	register_key(0, kKey);
	reserve(kEa);
	kill("a");
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(state("c"), "barred");
	EXPECT_STREQ(pr().holder, "b");
	revive("a");
	EXPECT_EQ(state("a"), "barred");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(HeldReservation, for_its_holder_only_moves_when_that_is_removed)
{
	three();
	register_key(0, kKey);
	reserve(kEa);
	remove((*this)["a"]);
	run_work();
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(HeldReservation, for_its_holder_only_moves_to_the_first_path_that_returns)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	for (const char *name : {"b", "c", "a"})
		kill(name);
	EXPECT_EQ(target.holder, "a");
	revive("c");
	EXPECT_EQ(target.holder, "c");
	EXPECT_EQ(state("c"), "usable");
	revive("a");
	EXPECT_EQ(state("a"), "barred");
}

TEST_F(HeldReservation, for_its_holder_only_holds_no_io_for_ever_when_it_cannot_move)
{
	nexus("a");
	nexus("b");
	register_key(0, kKey);
	reserve(kWe);
	target.refuses["b"] = MPATH_PR_PREEMPT;
	kill("a");
	EXPECT_EQ(target.holder, "a");
	kill("b");
	revive("b");
	EXPECT_FALSE(head()->reservation().is_moving());

	bio &bio = write();

	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(HeldReservation, for_its_holder_only_is_used_by_all_when_it_cannot_be_had)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWe);
	register_key(0, kKey);
	EXPECT_EQ(reserve(kWe), kConflictStatus);
	for (const char *name : {"a", "b", "c"})
		EXPECT_EQ(state(name), "usable") << name;
}

// --- preempt ------------------------------------------------------------------------------

TEST_F(HeldReservation, is_taken_from_another_initiator)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kEaRo), 0);
	EXPECT_EQ(target.holder, "a");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_STREQ(pr().type, "exclusive-access-registrants-only");
	EXPECT_STREQ(pr().holder, "a");
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kEaRo), kConflictStatus) << "nobody there";
}

TEST_F(HeldReservation, stays_with_its_holder_when_a_mere_registration_is_preempted)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	kill("a");
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kWeRo), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_STREQ(pr().holder, "a");
}

TEST_F(HeldReservation, was_taken_by_a_nexus_whose_answer_was_lost)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	target.loses_answer.insert("a");
	EXPECT_EQ(out(MPATH_PR_PREEMPT_AND_ABORT, kKey, kOther, kWeRo), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0) << "whoever of us holds it";
}

TEST_F(HeldReservation,
       was_taken_by_a_nexus_whose_answer_was_lost_though_the_next_one_hears_nothing)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	target.loses_answer.insert("a");
	target.loses_answer_to = "b keys";
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kWeRo), 0);
	EXPECT_TRUE(target.loses_answer_to.empty());
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0) << "whoever of us holds it";
}

TEST_F(HeldReservation, was_taken_by_one_of_those_whose_answers_were_lost)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	target.loses_answer = {"a", "b"};
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kWeRo), 0);
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_STREQ(pr().holder, target.holder.c_str());
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, may_have_been_taken_when_all_answers_are_lost)
{
	nexus("a");
	nexus("b");
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	register_key(0, kKey);
	target.loses_answer.insert("a");
	target.loses_answer_to = "b keys";
	EXPECT_NE(out_only(MPATH_PR_PREEMPT, kKey, kOther, kWeRo), kConflictStatus)
		<< "nobody has said no";
	run_work();
	EXPECT_STREQ(pr().state, "reserved");
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, changes_its_type_and_all_paths_are_registered_again)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(target.type, kEaRo);
	EXPECT_EQ(shown(), "reserved a b c");
	for (const char *name : {"a", "b", "c"})
		EXPECT_EQ(state(name), "usable");
}

TEST_F(HeldReservation, changes_its_type_though_the_first_answer_is_lost)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.loses_answer.insert("a");
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(target.type, kEaRo);
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(release(kEaRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, changes_its_type_and_a_path_whose_device_is_blocked_follows_later)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	(*this)["b"].device_state = kBlocked;
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(target.registered(), "a:1 c:1");
	advance_ms(60000);
	(*this)["b"].device_state = kRunning;
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(state("b"), "usable");
}

// --- what is held is in doubt -----------------------------------------------------------------

TEST_F(HeldReservation, does_not_stay_with_a_dead_holder_that_has_the_old_key)
{
	three();
	register_key(0, kKey);
	reserve(kEaRo);
	register_key(kKey, 7);
	kill("a");
	EXPECT_EQ(register_key(7, kKey), 0);
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(release(kEaRo), 0);
	EXPECT_EQ(target.type, 0);
	revive("a");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(HeldReservation, does_not_stay_with_a_holder_that_is_lost_while_the_key_changes)
{
	for (const bool heard : {false, true}) {
		if (heard)
			target.loses_answer_to = "a register 1 7";
		else
			target.is_deaf_to = "a register 1 7";
		target.keys.clear();
		target.type = 0;
		if (!heard)
			three();
		register_key(0, kKey);
		ASSERT_EQ(reserve(kEaRo), 0);
		EXPECT_EQ(register_key(kKey, 7), 0);
		EXPECT_EQ(target.type, kEaRo) << heard;
		EXPECT_EQ(out(MPATH_PR_RELEASE, 7, 0, kEaRo), 0);
		EXPECT_EQ(target.type, 0) << heard;
		revive("a");
		EXPECT_EQ(target.registered(), "a:7 b:7 c:7") << heard;
		EXPECT_EQ(register_key(7, 0), 0);
	}
}

TEST_F(HeldReservation, refuses_another_key_while_nobody_can_take_over_from_its_holder)
{
	three();
	register_key(0, kKey);
	reserve(kEaRo);
	kill("a");
	target.is_deaf_to = "b reservation";
	target.dead.insert("c");
	EXPECT_NE(register_key(kKey, 7), 0);
	for (const char *name : {"b", "c"})
		revive(name);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(pr().key, kKey);
}

TEST_F(HeldReservation, that_has_moved_without_an_answer_is_released_by_who_has_it)
{
	three();
	register_key(0, kKey);
	reserve(kEaRo);
	kill("a");
	kill("c");
	target.loses_answer_to = "b preempt";
	EXPECT_NE(out_only(MPATH_PR_RELEASE, kKey, 0, kEaRo), 0);
	EXPECT_EQ(target.holder, "b");
	revive("a");
	EXPECT_EQ(release(kEaRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, that_was_made_without_an_answer_is_known_when_a_path_answers)
{
	three();
	register_key(0, kKey);
	kill("b");
	kill("c");
	target.loses_answer_to = "a reserve";
	EXPECT_NE(out_only(MPATH_PR_RESERVE, kKey, 0, kEa), 0);
	EXPECT_EQ(target.type, kEa);
	kill("a");
	revive("b");
	advance_ms(1000);
	EXPECT_STREQ(pr().type, "exclusive-access");
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(reserve(kEa), 0);
}

TEST_F(HeldReservation, that_was_made_without_an_answer_can_be_made_again_through_another)
{
	three();
	register_key(0, kKey);
	kill("b");
	kill("c");
	target.loses_answer_to = "a reserve";
	EXPECT_NE(out_only(MPATH_PR_RESERVE, kKey, 0, kWeRo), 0);
	kill("a");
	revive("b");
	EXPECT_EQ(reserve(kWeRo), 0);
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(HeldReservation, has_the_new_type_though_the_lun_did_not_say_so)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	target.loses_answer_to = "a reservation";
	EXPECT_EQ(out_only(MPATH_PR_PREEMPT, kKey, kKey, kEa), 0);
	EXPECT_STREQ(pr().type, "exclusive-access");
	run_work();
	EXPECT_STREQ(pr().holder, "a");
	EXPECT_EQ(state("b"), "barred");
	EXPECT_EQ(state("a"), "usable");
}

TEST_F(HeldReservation, has_the_key_of_paths_changed_as_soon_as_they_have_been_asked_who_they_are)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	advance_ms(2000);
	(*this)["a"].device_state = kBlocked;
	EXPECT_EQ(out_only(MPATH_PR_REGISTER, kKey, 7), 0x0e0000);
	run_work();
	EXPECT_EQ(register_key(kKey, 7), 0);
	EXPECT_EQ(target.type, kWe);
	EXPECT_NE(target.holder, "a");
	EXPECT_EQ(target.registered(), "b:7 c:7");
}

TEST_F(HeldReservation, in_doubt_is_not_asked_after_without_end_where_nobody_can_tell)
{
	nexus("a");
	nexus("b");
	kill("b");
	register_key(0, kKey);
	target.refuses["b"] = MPATH_PR_REGISTER_AND_IGNORE;
	revive("b");
	ASSERT_EQ(state("b"), "barred");
	advance_ms(3000);
	target.loses_answer_to = "a reserve";
	EXPECT_NE(out_only(MPATH_PR_RESERVE, kKey, 0, kWeRo), 0);

	unsigned commands = 0;

	target.before_command = [&](unsigned) {
		if (++commands == 100)
			(*this)["b"].verdict = MPATH_VERDICT_DEAD;
	};
	kill("a");
	EXPECT_LT(commands, 100u);
}

TEST_F(HeldReservation, that_was_given_to_all_registrants_without_an_answer_is_taken_over_by_nobody)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	kill("b");
	kill("c");
	target.loses_answer_to = "a preempt";
	EXPECT_NE(out_only(MPATH_PR_PREEMPT, kKey, kKey, kWeAr), 0);
	kill("a");
	revive("b");
	advance_ms(2000);
	EXPECT_EQ(target.type, kWeAr);
	EXPECT_STREQ(pr().type, "write-exclusive-all-registrants");
	revive("c");
	EXPECT_EQ(state("c"), "usable");
}

TEST_F(HeldReservation, that_was_cleared_without_an_answer_leaves_nobody_registered)
{
	nexus("a");
	register_key(0, kKey);
	reserve(kWeRo);
	target.loses_answer_to = "a clear";
	EXPECT_NE(out(MPATH_PR_CLEAR, kKey), 0);
	advance_ms(2000);
	EXPECT_EQ(shown(), "none");
}

TEST_F(HeldReservation, is_no_conflict_while_nobody_says_whose_it_is)
{
	three();
	register_key(0, kKey);
	target.loses_answer_to = "a reserve";
	target.is_deaf_to = "b reservation";
	target.dead.insert("c");
	EXPECT_NE(out_only(MPATH_PR_RESERVE, kKey, 0, kWeRo), kConflictStatus);
	EXPECT_EQ(target.holder, "a");
	for (const char *name : {"b", "c"})
		mend(name);
	run_work();
}

TEST_F(HeldReservation, is_gone_with_the_registration_of_its_holder_though_that_did_not_say_so)
{
	nexus("a");
	nexus("b");
	register_key(0, kKey);
	reserve(kWeRo);
	kill("b");
	target.loses_answer_to = "a register 1 0";
	EXPECT_NE(out_only(MPATH_PR_REGISTER, kKey, 0), 0);
	ASSERT_EQ(target.type, 0);
	kill("a");
	revive("b");
	EXPECT_STREQ(pr().holder, "none");
	EXPECT_EQ(reserve(kWeRo), 0);
	EXPECT_STREQ(pr().holder, "b");
}

TEST_F(HeldReservation, is_not_lost_for_a_registration_that_was_once_in_doubt)
{
	nexus("a");
	nexus("b");
	register_key(0, kKey);
	// b is given the key again, and does not say whether it has it, until the user gives it.
	kill("b");
	target.keys.erase("b");
	target.loses_answer_to = "b ignore";
	revive("b");
	ASSERT_EQ(out_only(MPATH_PR_REGISTER_AND_IGNORE, 0, 7), 0);
	kill("a");
	ASSERT_EQ(out(MPATH_PR_RESERVE, 7, 0, kWeRo), 0);
	ASSERT_EQ(out(MPATH_PR_PREEMPT, 7, 7, kEaRo), 0);
	EXPECT_EQ(target.registered(), "b:7");
	write();
	complete_all((*this)["b"], MPATH_STS_RESV_CONFLICT);
	run_work();
	EXPECT_EQ(target.registered(), "b:7");
	EXPECT_STREQ(pr().state, "reserved");
	deliver_all();
}

TEST_F(HeldReservation, of_all_registrants_is_taken_from_all_others)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	register_key(0, kKey);
	reserve(kWeAr);
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, 0, kEaAr), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
	EXPECT_EQ(target.type, kEaAr);
}

TEST_F(HeldReservation, that_is_not_there_leaves_nobody_registered_who_preempts_himself)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(target.registered(), "");
	EXPECT_EQ(shown(), "none");
	EXPECT_EQ(state("c"), "usable");
}

TEST_F(PreemptedHead, restores_no_registration)
{
	three();
	register_key(0, kKey);
	kill("b");
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
	target.heard();
	revive("b");
	EXPECT_EQ(target.heard(), "b register 1 1, b register 1 1, b keys")
		<< "an attention, a conflict, and no key for a moment";
	EXPECT_EQ(target.registered(), "x:9");
	EXPECT_EQ(shown(), "preempted");
	EXPECT_EQ(state("b"), "usable");
	EXPECT_TRUE(
		logged("lun0: its reservation key 0x1 has been removed by another initiator\n"));
	nexus("d");
	EXPECT_EQ(target.registered(), "x:9");
}

TEST_F(PreemptedHead, completes_its_io_with_the_conflict_and_blames_nobody)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_PREEMPT_AND_ABORT, kOther, kKey, kWeRo);

	bio &first = write();

	deliver_all();
	EXPECT_TRUE(ended_with(MPATH_STS_RESV_CONFLICT, first));
	EXPECT_EQ(shown(), "preempted");
	EXPECT_EQ(target.registered(), "x:9");

	bio &second = write();

	deliver_all();
	EXPECT_TRUE(ended_with(MPATH_STS_RESV_CONFLICT, second));
	EXPECT_EQ(route(second).size(), 1u) << "sent once";
	for (const char *name : {"a", "b", "c"}) {
		EXPECT_EQ(state(name), "usable");
		EXPECT_EQ((*this)[name].device->changes(), 0u);
	}
	EXPECT_EQ(stats().failover_count, 0u);
}

TEST_F(PreemptedHead, can_be_registered_again_by_its_user)
{
	three();
	register_key(0, kKey);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
	EXPECT_EQ(reserve(kWeRo), kConflictStatus);
	EXPECT_EQ(shown(), "preempted");
	EXPECT_EQ(register_key(0, kKey), 0);
	EXPECT_EQ(shown(), "registered a b c");
}

TEST_F(PreemptedHead, notices_that_it_was_in_the_middle_of_its_registration)
{
	for (unsigned moment = 1; moment < 4; moment++) {
		target = PrTarget{};
		three();
		target.out("x", MPATH_PR_REGISTER, 0, kOther);
		target.before_command = [&](unsigned number) {
			if (number == moment)
				target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
		};
		EXPECT_EQ(register_key(0, kKey), kConflictStatus) << moment;
		EXPECT_EQ(target.registered(), "x:9") << moment;
		EXPECT_EQ(shown(), "preempted") << moment;
		destroy_head();
		paths.clear();
	}
}

TEST_F(PreemptedHead, gives_up_a_registration_that_came_too_late)
{
	three();
	kill("b");
	register_key(0, kKey);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	mend("b");
	// confirm, read keys, register, read keys: before the third.
	target.before_command = [&](unsigned number) {
		if (number == 2)
			target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
	};
	target.commands = 0;
	revive("b");
	EXPECT_EQ(target.registered(), "x:9");
	EXPECT_EQ(shown(), "preempted");
}

TEST_F(PreemptedHead, is_not_registered_again_by_a_key_that_came_too_late)
{
	nexus("a");
	nexus("b");
	kill("b");
	register_key(0, kKey);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	mend("b");
	// Between the look at the list and the registration, which is not proven.
	target.commands = 0;
	target.before_command = [&](unsigned number) {
		if (number == 2)
			target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
		if (number == 3)
			target.loses_answer.insert("b");
	};
	revive("b");
	target.before_command = nullptr;
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWeRo);
	ASSERT_EQ(target.registered(), "b:1 x:9");
	kill("a");
	EXPECT_EQ(register_key(kKey, 2), kConflictStatus);
	EXPECT_EQ(target.registered(), "x:9");
	EXPECT_EQ(shown(), "preempted");
}

TEST_F(PreemptedHead, gives_up_a_late_registration_though_the_proof_was_interrupted)
{
	three();
	kill("b");
	register_key(0, kKey);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	mend("b");
	target.before_command = [&](unsigned number) {
		if (number == 2)
			target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
		if (number == 3)
			target.loses_answer.insert("b");
	};
	target.commands = 0;
	revive("b");
	EXPECT_EQ(target.registered(), "b:1 x:9");
	EXPECT_EQ(state("b"), "barred") << "it carries no data";
	target.before_command = nullptr;
	advance_ms(1000);
	EXPECT_EQ(target.registered(), "x:9");
	EXPECT_EQ(shown(), "preempted");
}

// Another initiator removes our key at any moment of what we do: afterwards no nexus has it, the
// head knows, and all of its paths can be used.
struct Step {
	const char *name;
	bool dead_first;
	u8 type;
	mpath_pr_request request;
};

class PreemptedAtAnyMoment : public PrLun, public ::testing::WithParamInterface<Step> {};

TEST_P(PreemptedAtAnyMoment, leaves_no_nexus_with_the_key)
{
	const Step &step = GetParam();
	bool too_late = false;

	for (unsigned moment = 0; !too_late; moment++) {
		SCOPED_TRACE(moment);
		ASSERT_LT(moment, 60u);
		target = PrTarget{};
		three();
		register_key(0, kKey);
		if (step.type)
			reserve(step.type);
		target.out("x", MPATH_PR_REGISTER, 0, kOther);
		if (step.dead_first)
			kill("a");
		target.commands = 0;

		bool preempted = false;

		too_late = true;
		target.before_command = [&](unsigned number) {
			if (number != moment)
				return;
			too_late = false;
			for (const auto &[nexus, key] : target.keys)
				preempted |= key == kKey && nexus != "x";
			target.out("x", MPATH_PR_PREEMPT, kOther, kKey, kWeRo);
		};
		out(step.request.action, step.request.key, step.request.action_key,
		    step.request.type);
		if (step.dead_first)
			revive("a");
		advance_ms(2000);
		target.before_command = nullptr;
		if (preempted) {
			// What the head does not do by itself: it finds out when it does something.
			bio &bio = write();

			deliver_all();
			EXPECT_EQ(bio.ended, 1);

			const bool changed = step.request.action_key &&
					     step.request.action_key != kKey && pr().key;

			if (!changed) {
				for (const auto &[nexus, key] : target.keys)
					EXPECT_EQ(nexus, "x") << target.registered();
				EXPECT_EQ(pr().key, 0u);
			}
		}
		// Whatever it is: the head and the LUN agree, and no path is left out.
		for (auto &path : paths) {
			const auto found = target.keys.find(path.disk.name);
			const u64 key = found == target.keys.end() ? 0 : found->second;

			EXPECT_EQ(key, pr().key) << path.disk.name;
			EXPECT_EQ(state(path.disk.name), "usable") << path.disk.name;
		}
		destroy_head();
		paths.clear();
	}
}

INSTANTIATE_TEST_SUITE_P(
	Reservations, PreemptedAtAnyMoment,
	::testing::Values(
		Step{"reserving", false, 0, {MPATH_PR_RESERVE, kWeRo, true, kKey, 0}},
		Step{"releasing", false, kWeRo, {MPATH_PR_RELEASE, kWeRo, true, kKey, 0}},
		Step{"releasing_with_a_dead_holder",
		     true,
		     kWeRo,
		     {MPATH_PR_RELEASE, kWeRo, true, kKey, 0}},
		Step{"reserving_again_with_a_dead_holder",
		     true,
		     kEaRo,
		     {MPATH_PR_RESERVE, kEaRo, true, kKey, 0}},
		Step{"changing_the_type", false, kWeRo, {MPATH_PR_PREEMPT, kEaRo, true, kKey, kKey}},
		Step{"unregistering", false, kWeRo, {MPATH_PR_REGISTER, 0, true, kKey, 0}},
		Step{"unregistering_with_a_dead_holder",
		     true,
		     kWeRo,
		     {MPATH_PR_REGISTER, 0, true, kKey, 0}},
		Step{"registering_again", true, kWeRo, {MPATH_PR_REGISTER, 0, true, kKey, kKey}},
		Step{"changing_the_key", false, kWeRo, {MPATH_PR_REGISTER, 0, true, kKey, 2}},
		Step{"clearing", false, kWeRo, {MPATH_PR_CLEAR, 0, true, kKey, 0}}),
	[](const auto &info) { return std::string(info.param.name); });

// --- I/O ----------------------------------------------------------------------------------

TEST_F(ReservationIo, is_tried_again_where_the_nexus_had_lost_its_key_alone)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.keys.erase("b");
	config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN;
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);

	std::vector<bio *> all;

	for (int i = 0; i < 3; i++)
		all.push_back(&write());
	deliver_all();
	for (const bio *bio : all)
		EXPECT_TRUE(ended_with(MPATH_STS_OK, *bio));
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(ReservationIo, gets_its_conflict_after_a_second_try_and_each_bio_has_but_one)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWe);
	register_key(0, kKey);

	bio &bio = write();

	deliver_all();
	EXPECT_TRUE(ended_with(MPATH_STS_RESV_CONFLICT, bio));
	EXPECT_EQ(route(bio), "a a");
	EXPECT_EQ(state("a"), "usable");
	EXPECT_EQ(stats().failover_count, 0u);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
}

TEST_F(ReservationIo, waits_until_the_nexus_has_been_looked_at)
{
	three();
	register_key(0, kKey);

	bio &bio = write();

	hold_work(&head()->reservation());
	complete(bio, MPATH_STS_RESV_CONFLICT);
	advance_ms(5000);
	EXPECT_TRUE(waits(bio));
	release_work(&head()->reservation());
	run_work();
	EXPECT_TRUE(is_on((*this)["a"], bio));
	complete(bio, MPATH_STS_OK);
}

TEST_F(ReservationIo, is_not_sent_down_a_nexus_that_a_change_of_type_has_unregistered)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);

	std::vector<bio *> all;

	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
	target.before_command = [&](unsigned) {
		for (int i = 0; i < 3; i++)
			all.push_back(&write());
		for (auto &path : paths)
			if (!path.disk.in_flight.empty()) {
				EXPECT_TRUE(target.admits(path.disk.name, true)) << path.disk.name;
			}
	};
	// The order of commands is: preempt, confirm, reservation, and those of the others.
	out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo);
	target.before_command = nullptr;
	EXPECT_GT(all.size(), 9u);
	deliver_all();
	for (const bio *bio : all)
		EXPECT_TRUE(ended_with(MPATH_STS_OK, *bio));
}

TEST_F(ReservationIo, comes_back_before_the_type_changes_and_what_is_new_is_held)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	mpath_head_set_no_path_timeout_ms(head(), 0);
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);

	std::vector<bio *> all;

	for (int i = 0; i < 3; i++)
		all.push_back(&write());
	target.heard();
	before(Port::msleep, [&] {
		EXPECT_EQ(target.heard(), "") << "nothing is asked of the LUN yet";
		all.push_back(&write());
		EXPECT_TRUE(waits(*all.back()));
		for (auto &path : paths)
			complete_all(path, MPATH_STS_OK);
	});
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_FALSE(hooks_left());
	EXPECT_EQ(crossings(Port::msleep), 1u) << "no longer than there is something";
	EXPECT_EQ(target.type, kEaRo);
	EXPECT_FALSE(logged("lun0: no usable path"));
	deliver_all();
	for (const bio *bio : all) {
		EXPECT_TRUE(ended_with(MPATH_STS_OK, *bio));
		EXPECT_EQ(bio->trips.size(), 1u);
	}
}

TEST_F(ReservationIo, that_does_not_come_back_delays_a_change_of_type_by_two_seconds)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);

	const u64 began = now_ms();

	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(now_ms(), began) << "without any I/O not at all";
	write();
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kWeRo), 0);
	EXPECT_EQ(now_ms(), began + 2000);
	kill("a"); // which has it
	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo), 0);
	EXPECT_EQ(now_ms(), began + 2000) << "nor for what a dead path has";
	EXPECT_EQ(target.type, kEaRo);
	deliver_all();
}

TEST_F(ReservationIo, goes_on_while_another_initiator_is_preempted)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);

	bio &bio = write();

	EXPECT_EQ(out(MPATH_PR_PREEMPT, kKey, kOther, kWeRo), 0);
	EXPECT_EQ(crossings(Port::msleep), 0u);
	complete(bio, MPATH_STS_OK);
}

TEST_F(ReservationIo, that_a_change_of_type_has_caught_in_flight_is_tried_again)
{
	three();
	register_key(0, kKey);
	reserve(kWeRo);
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);

	std::vector<bio *> all;

	for (int i = 0; i < 6; i++)
		all.push_back(&write());
	target.before_command = [&](unsigned number) {
		if (number == 0)
			return;
		// The LUN refuses what has arrived after the preemption.
		for (const char *name : {"b", "c"})
			if (!target.keys.count(name))
				complete_all((*this)[name], MPATH_STS_RESV_CONFLICT);
	};
	target.commands = 0;
	out(MPATH_PR_PREEMPT, kKey, kKey, kEaRo);
	target.before_command = nullptr;
	deliver_all();
	for (const bio *bio : all)
		EXPECT_TRUE(ended_with(MPATH_STS_OK, *bio));
}

TEST_F(ReservationIo, does_not_fail_for_want_of_a_path_while_the_reservation_moves)
{
	nexus("a");
	nexus("b");
	register_key(0, kKey);
	reserve(kWe);
	kill("a");
	EXPECT_EQ(target.holder, "b");
	revive("a");

	bio *caught = nullptr;

	target.before_command = [&](unsigned) {
		if (target.holder == "b" && !caught && state("a") == "barred" &&
		    state("b") != "usable")
			caught = &write();
	};
	kill("b");
	target.before_command = nullptr;
	EXPECT_EQ(target.holder, "a");
	deliver_all();
	if (caught) {
		EXPECT_TRUE(ended_with(MPATH_STS_OK, *caught));
	}
}

TEST_F(ReservationIo, ends_when_the_head_does_while_its_nexus_is_looked_at)
{
	three();
	register_key(0, kKey);

	bio &bio = write();

	complete(bio, MPATH_STS_RESV_CONFLICT);
	mpath_head_kill(head());
	run_work();
	EXPECT_EQ(bio.ended, 1);
}

TEST_F(ReservationIo, of_a_head_without_a_key_keeps_its_conflict)
{
	three();
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWe);

	bio &bio = write();

	complete(bio, MPATH_STS_RESV_CONFLICT);
	EXPECT_TRUE(ended_with(MPATH_STS_RESV_CONFLICT, bio));
	EXPECT_EQ(target.heard(), "");
}

// --- adoption -----------------------------------------------------------------------------

TEST_F(Adoption, finds_the_reservation_as_it_was)
{
	for (const char *name : {"a", "b", "c"})
		target.out(name, MPATH_PR_REGISTER, 0, kKey);
	target.out("b", MPATH_PR_RESERVE, kKey, 0, kWeRo);
	target.aptpl = true;
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	EXPECT_EQ(shown(), "reserved a b c");
	EXPECT_STREQ(pr().holder, "b");
	EXPECT_EQ(target.holder, "b");
	EXPECT_EQ(target.type, kWeRo);
	EXPECT_TRUE(target.aptpl) << "it still survives a loss of power";
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
}

TEST_F(Adoption, registers_the_nexuses_that_are_new)
{
	target.out("old", MPATH_PR_REGISTER, 0, kKey);
	target.out("old", MPATH_PR_RESERVE, kKey, 0, kWeRo);
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1 old:1");
	EXPECT_STREQ(pr().holder, "unknown");
	EXPECT_FALSE(target.aptpl);
	EXPECT_EQ(release(kWeRo), 0);
	EXPECT_EQ(target.type, 0);
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}

TEST_F(Adoption, takes_over_what_is_for_the_holder_only)
{
	target.out("old", MPATH_PR_REGISTER, 0, kKey);
	target.out("old", MPATH_PR_RESERVE, kKey, 0, kEa);
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	run_work();
	EXPECT_EQ(target.holder, "a");
	EXPECT_EQ(state("a"), "usable");
	EXPECT_EQ(state("b"), "barred");
}

TEST_F(Adoption, of_all_registrants)
{
	for (const char *name : {"a", "b", "c"})
		target.out(name, MPATH_PR_REGISTER, 0, kKey);
	target.out("b", MPATH_PR_RESERVE, kKey, 0, kWeAr);
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	EXPECT_STREQ(pr().holder, "all");
}

TEST_F(Adoption, leaves_the_reservation_of_others_alone)
{
	target.out("a", MPATH_PR_REGISTER, 0, kKey);
	target.out("x", MPATH_PR_REGISTER, 0, kOther);
	target.out("x", MPATH_PR_RESERVE, kOther, 0, kWe);
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	EXPECT_EQ(shown(), "registered a b c");
	EXPECT_EQ(target.holder, "x");
	EXPECT_EQ(state("b"), "usable");
}

TEST_F(Adoption, refuses_a_key_that_the_lun_does_not_know)
{
	three();
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), -ENOENT);
	EXPECT_EQ(shown(), "none");
	EXPECT_EQ(target.registered(), "");
}

TEST_F(Adoption, refuses_another_key_than_the_one_there_is)
{
	three();
	register_key(0, kKey);
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), 0);
	EXPECT_EQ(mpath_head_pr_adopt(head(), 2), -EBUSY);
	EXPECT_EQ(pr().key, kKey);
}

TEST_F(Adoption, needs_a_path_that_answers)
{
	three();
	for (const char *name : {"a", "b", "c"})
		kill(name);
	EXPECT_EQ(mpath_head_pr_adopt(head(), kKey), -EIO);
	revive("a");
}

TEST_F(Adoption, ends_without_a_command)
{
	three();
	register_key(0, kKey);
	reserve(kWe);
	target.heard();
	EXPECT_EQ(mpath_head_pr_adopt(head(), 0), 0);
	run_work();
	EXPECT_EQ(target.heard(), "");
	EXPECT_EQ(shown(), "none");
	EXPECT_EQ(state("b"), "usable");
	EXPECT_EQ(target.registered(), "a:1 b:1 c:1");
}
