// SPDX-License-Identifier: GPL-2.0
// Heads whose paths' driver holds what it may retry: nothing is left to it but what nobody else
// can mend.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class AlwaysFailfast : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.always_failfast = true;
		config.no_path_timeout_ms = -1;
	}
};

} // namespace

TEST_F(AlwaysFailfast, wants_the_error_of_the_last_path_after_one_try)
{
	add("a");
	EXPECT_TRUE(submit().trips.back().failfast);
	// Which path it is is known by now: the short way.
	EXPECT_TRUE(submit().trips.back().failfast);
}

TEST_F(AlwaysFailfast, moves_from_the_last_path_to_the_one_that_comes_back)
{
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	auto &b = add("b");

	run_work_of(head());
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_TRUE(bio.trips.back().failfast);
}

TEST_F(AlwaysFailfast, leaves_to_the_driver_what_probes_cannot_explain)
{
	auto &a = add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_IOERR);
	advance_ms(100);
	ASSERT_TRUE(is_on(a, bio));
	EXPECT_FALSE(bio.trips.back().failfast);
	complete(bio, MPATH_STS_IOERR);
	advance_ms(100);
	EXPECT_EQ(bio.ended, 1);
	EXPECT_EQ(bio.status, MPATH_STS_IOERR);
}

TEST_F(AlwaysFailfast, has_the_driver_retry_what_the_target_could_not_do_now)
{
	auto &a = add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_TARGET);
	EXPECT_EQ(bio.ended, 0);
	advance_ms(20);
	ASSERT_TRUE(is_on(a, bio));
	EXPECT_FALSE(bio.trips.back().failfast);
	EXPECT_EQ(mpath_device_state_name(a.device), std::string("usable"));
	complete(bio, MPATH_STS_TARGET);
	EXPECT_EQ(bio.ended, 1);
	EXPECT_EQ(bio.status, MPATH_STS_TARGET);
}

TEST_F(AlwaysFailfast, moves_a_read_that_a_path_says_it_does_not_know)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_GONE;
	complete(bio, MPATH_STS_NOTSUPP);
	advance_ms(20);
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_EQ(mpath_device_state_name(a.device), std::string("dead"));
}

TEST_F(AlwaysFailfast, believes_a_path_that_knows_no_discard)
{
	add("a");
	add("b");
	auto &bio = new_bio();

	bio.ordinary = false;
	submit(bio);
	complete(bio, MPATH_STS_NOTSUPP);
	EXPECT_EQ(bio.ended, 1);
	EXPECT_EQ(bio.status, MPATH_STS_NOTSUPP);
}
