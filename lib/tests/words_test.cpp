// SPDX-License-Identifier: GPL-2.0
// The words of sysfs and module parameters: exact, or refused.
#include <cerrno>
#include <climits>

#include <gtest/gtest.h>

#include "libmultipath.h"
#include "util/text.hpp"

TEST(IopolicyParse, takes_the_exact_words)
{
	EXPECT_EQ(mpath_iopolicy_parse("numa"), MPATH_IOPOLICY_NUMA);
	EXPECT_EQ(mpath_iopolicy_parse("round-robin"), MPATH_IOPOLICY_ROUND_ROBIN);
	EXPECT_EQ(mpath_iopolicy_parse("queue-depth"), MPATH_IOPOLICY_QUEUE_DEPTH);
}

TEST(IopolicyParse, takes_service_time)
{
	EXPECT_EQ(mpath_iopolicy_parse("service-time"), MPATH_IOPOLICY_SERVICE_TIME);
	EXPECT_EQ(mpath_iopolicy_parse("service-time\n"), MPATH_IOPOLICY_SERVICE_TIME);
}

TEST(IopolicyParse, takes_one_newline_after_the_word)
{
	EXPECT_EQ(mpath_iopolicy_parse("numa\n"), MPATH_IOPOLICY_NUMA);
	EXPECT_EQ(mpath_iopolicy_parse("round-robin\n"), MPATH_IOPOLICY_ROUND_ROBIN);
	EXPECT_EQ(mpath_iopolicy_parse("queue-depth\n"), MPATH_IOPOLICY_QUEUE_DEPTH);
}

class Refused : public ::testing::TestWithParam<const char *> {};

TEST_P(Refused, is_no_policy)
{
	EXPECT_EQ(mpath_iopolicy_parse(GetParam()), -EINVAL);
}

TEST_P(Refused, is_no_submit_mode)
{
	EXPECT_EQ(mpath_submit_mode_parse(GetParam()), -EINVAL);
}

INSTANTIATE_TEST_SUITE_P(Words, Refused,
			 ::testing::Values("", "\n", " ", "x", "num", "numaX", "numa ", " numa",
					   "numa\n\n", "numa\nx", "numa\r\n", "NUMA", "Numa",
					   "round", "round-", "round_robin", "round-robins",
					   "roundrobin", "queue", "queue-dept", "queue-depth2",
					   "queue depth", "service_time", "0", "1", "clon",
					   "clones", "interpose ", "Interpose", "clone\n\n", "\xff",
					   "numa\xff"));

TEST(IopolicyName, is_what_parse_takes)
{
	for (const auto policy : {MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
				  MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME})
		EXPECT_EQ(mpath_iopolicy_parse(mpath_iopolicy_name(policy)), policy);
}

TEST(IopolicyName, answers_even_for_a_value_that_is_none)
{
	EXPECT_STREQ(mpath_iopolicy_name(static_cast<mpath_iopolicy>(4)), "?");
}

TEST(SubmitModeParse, takes_the_exact_words_with_at_most_one_newline)
{
	EXPECT_EQ(mpath_submit_mode_parse("interpose"), MPATH_SUBMIT_INTERPOSE);
	EXPECT_EQ(mpath_submit_mode_parse("interpose\n"), MPATH_SUBMIT_INTERPOSE);
	EXPECT_EQ(mpath_submit_mode_parse("clone"), MPATH_SUBMIT_CLONE);
	EXPECT_EQ(mpath_submit_mode_parse("clone\n"), MPATH_SUBMIT_CLONE);
}

TEST(SubmitModeName, is_what_parse_takes)
{
	for (const auto mode : {MPATH_SUBMIT_INTERPOSE, MPATH_SUBMIT_CLONE})
		EXPECT_EQ(mpath_submit_mode_parse(mpath_submit_mode_name(mode)), mode);
}

TEST(NoPathTimeout, is_for_ever_or_at_once_or_up_to_a_day)
{
	EXPECT_TRUE(mpath_no_path_timeout_valid(-1));
	EXPECT_TRUE(mpath_no_path_timeout_valid(0));
	EXPECT_TRUE(mpath_no_path_timeout_valid(1));
	EXPECT_TRUE(mpath_no_path_timeout_valid(24LL * 3600 * 1000));
}

TEST(NoPathTimeout, is_nothing_else)
{
	EXPECT_FALSE(mpath_no_path_timeout_valid(-2));
	EXPECT_FALSE(mpath_no_path_timeout_valid(24LL * 3600 * 1000 + 1));
	EXPECT_FALSE(mpath_no_path_timeout_valid(LLONG_MAX));
	EXPECT_FALSE(mpath_no_path_timeout_valid(LLONG_MIN));
	// Would be -1 in 32 bits.
	EXPECT_FALSE(mpath_no_path_timeout_valid(0xffffffffLL));
}

TEST(CopyText, ends_in_nul_when_it_has_to_cut)
{
	char to[4] = {'x', 'x', 'x', 'x'};

	mpath::copy_text(to, "abcdef");
	EXPECT_STREQ(to, "abc");
}

TEST(CopyText, copies_what_just_fits)
{
	char to[4];

	mpath::copy_text(to, "abc");
	EXPECT_STREQ(to, "abc");
}

TEST(SameText, compares_to_the_end_of_both)
{
	EXPECT_TRUE(mpath::same_text("", ""));
	EXPECT_TRUE(mpath::same_text("ab", "ab"));
	EXPECT_FALSE(mpath::same_text("ab", "abc"));
	EXPECT_FALSE(mpath::same_text("abc", "ab"));
	EXPECT_FALSE(mpath::same_text("ab", "aB"));
}
