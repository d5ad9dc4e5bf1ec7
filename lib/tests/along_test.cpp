// SPDX-License-Identifier: GPL-2.0
// I/O in sequence: what continues an I/O that its submitter holds back goes where that goes.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Along : public Lun {
protected:
	Along() { config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN; }

	bio &continuing(Path &path)
	{
		auto &bio = new_bio();

		bio.continues = &path.disk;
		return submit(bio);
	}
};

} // namespace

TEST_F(Along, goes_where_what_it_continues_goes_under_every_policy)
{
	for (auto policy : {MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
			    MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME}) {
		SCOPED_TRACE(policy);
		config.iopolicy = policy;
		add("a" + std::to_string(policy));
		auto &b = add("b" + std::to_string(policy));

		mpath_head_set_iopolicy(head(), policy);
		for (int i = 0; i < 5; i++)
			EXPECT_TRUE(is_on(b, continuing(b)));
	}
}

TEST_F(Along, does_not_move_the_turn_of_round_robin)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_TRUE(is_on(a, submit()));
	EXPECT_TRUE(is_on(a, continuing(a)));
	EXPECT_TRUE(is_on(a, continuing(a)));
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(is_on(b, continuing(b)));
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Along, is_counted_where_the_policy_counts)
{
	config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	add("a");
	auto &b = add("b");

	continuing(b);
	auto &bio = continuing(b);

	EXPECT_EQ(mpath_device_queue_depth(b.device), 2);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(mpath_device_queue_depth(b.device), 1);
}

TEST_F(Along, is_no_concern_of_a_head_whose_path_it_is_not)
{
	auto &stranger = new_path("stranger");
	auto &a = add("a");

	EXPECT_TRUE(is_on(a, continuing(stranger)));
}

TEST_F(Along, leaves_a_path_that_is_worse_than_others)
{
	auto &a = add("a");
	auto &b = add("b");

	b.access_state = kNonoptimized;
	EXPECT_TRUE(is_on(a, continuing(b)));
	EXPECT_TRUE(is_on(a, continuing(b)));
}

TEST_F(Along, leaves_a_path_that_failed)
{
	auto &a = add("a");
	auto &b = add("b");

	complete(continuing(b), MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(a, continuing(b)));
}

TEST_F(Along, wants_the_error_at_once_when_there_is_another_path)
{
	auto &a = add("a");

	EXPECT_FALSE(failfast(continuing(a)));
	add("b");
	EXPECT_TRUE(failfast(continuing(a)));
}

TEST_F(Along, clones_when_told_to)
{
	config.submit_mode = MPATH_SUBMIT_CLONE;
	auto &a = add("a");

	EXPECT_EQ(continuing(a).trips.back().mode, MPATH_SUBMIT_CLONE);
}

TEST_F(Along, fails_like_any_other_on_a_head_that_is_dead)
{
	auto &a = add("a");

	mpath_head_kill(head());
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, continuing(a)));
}
