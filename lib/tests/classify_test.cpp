// SPDX-License-Identifier: GPL-2.0
// What an error means: the table of lib/README.md, row by row.
#include "classify.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

using mpath::Blame;
using mpath::classify;
using mpath::Fate;

namespace {

constexpr mpath_status kEndsTheBio[] = {
	MPATH_STS_OK,
	MPATH_STS_NOTSUPP,
	MPATH_STS_NOSPC,
	MPATH_STS_TARGET,
	MPATH_STS_RESV_CONFLICT,
	MPATH_STS_MEDIUM,
	MPATH_STS_PROTECTION,
	MPATH_STS_INVAL,
	MPATH_STS_ZONE_RESOURCE,
	MPATH_STS_ZONE_OPEN_RESOURCE,
	MPATH_STS_ZONE_ACTIVE_RESOURCE,
	MPATH_STS_DURATION_LIMIT,
};
constexpr mpath_status kBackPressure[] = {MPATH_STS_RESOURCE, MPATH_STS_DEV_RESOURCE};
constexpr mpath_status kPathIsGone[] = {MPATH_STS_TRANSPORT, MPATH_STS_OFFLINE};
constexpr mpath_status kPathIsSuspect[] = {MPATH_STS_IOERR, MPATH_STS_TIMEOUT, MPATH_STS_MAX};

template <std::size_t n>
void expect_all(const mpath_status (&all)[n], bool nowait, Fate fate, Blame blame)
{
	for (const mpath_status status : all) {
		SCOPED_TRACE(mpath::status_word(status));
		EXPECT_EQ(classify(status, nowait).fate, fate);
		EXPECT_EQ(classify(status, nowait).blame, blame);
	}
}

} // namespace

TEST(Classify, answers_of_the_lun_end_the_bio_and_blame_nobody)
{
	expect_all(kEndsTheBio, false, Fate::complete, Blame::nobody);
}

TEST(Classify, answers_of_the_lun_are_the_same_for_a_nowait_bio)
{
	expect_all(kEndsTheBio, true, Fate::complete, Blame::nobody);
}

TEST(Classify, back_pressure_is_resent_after_a_pause_and_blames_nobody)
{
	expect_all(kBackPressure, false, Fate::pause, Blame::nobody);
}

TEST(Classify, back_pressure_pauses_a_nowait_bio_too)
{
	expect_all(kBackPressure, true, Fate::pause, Blame::nobody);
}

TEST(Classify, again_is_the_answer_that_a_nowait_bio_asked_for)
{
	EXPECT_EQ(classify(MPATH_STS_AGAIN, true).fate, Fate::complete);
	EXPECT_EQ(classify(MPATH_STS_AGAIN, true).blame, Blame::nobody);
}

TEST(Classify, again_is_back_pressure_for_every_other_bio)
{
	EXPECT_EQ(classify(MPATH_STS_AGAIN, false).fate, Fate::pause);
	EXPECT_EQ(classify(MPATH_STS_AGAIN, false).blame, Blame::nobody);
}

TEST(Classify, what_the_transport_says_of_itself_moves_the_bio_and_ends_the_path)
{
	expect_all(kPathIsGone, false, Fate::move, Blame::dead);
	expect_all(kPathIsGone, true, Fate::move, Blame::dead);
}

TEST(Classify, an_error_without_a_cause_moves_the_bio_and_makes_the_path_suspect)
{
	expect_all(kPathIsSuspect, false, Fate::move, Blame::suspect);
	expect_all(kPathIsSuspect, true, Fate::move, Blame::suspect);
}

TEST(Classify, a_status_that_nobody_knows_makes_the_path_suspect)
{
	const auto unknown = static_cast<mpath_status>(MPATH_STS_MAX + 1);

	EXPECT_EQ(classify(unknown, false).fate, Fate::move);
	EXPECT_EQ(classify(unknown, false).blame, Blame::suspect);
}

TEST(Classify, the_rows_of_the_table_name_every_status_once)
{
	std::multiset<int> named = {MPATH_STS_AGAIN};

	named.insert(std::begin(kEndsTheBio), std::end(kEndsTheBio));
	named.insert(std::begin(kBackPressure), std::end(kBackPressure));
	named.insert(std::begin(kPathIsGone), std::end(kPathIsGone));
	named.insert(std::begin(kPathIsSuspect), std::end(kPathIsSuspect));
	for (int status = 0; status <= MPATH_STS_MAX; status++)
		EXPECT_EQ(named.count(status), 1u) << status;
}

TEST(StatusWord, tells_every_status_that_is_not_about_zones_from_the_others)
{
	std::set<std::string> words;

	for (int status = 0; status < MPATH_STS_MAX; status++)
		words.insert(mpath::status_word(static_cast<mpath_status>(status)));
	// The three zone statuses share one.
	EXPECT_EQ(words.size(), static_cast<std::size_t>(MPATH_STS_MAX - 2));
	EXPECT_EQ(words.count("unknown error"), 0u);
}

TEST(StatusWord, has_words_for_a_status_that_nobody_knows)
{
	EXPECT_STREQ(mpath::status_word(MPATH_STS_MAX), "unknown error");
}
