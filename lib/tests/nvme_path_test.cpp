// SPDX-License-Identifier: GPL-2.0
// Access states of NVMe, and what the answers to a probe say.
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "access.hpp"
#include "mpath_nvme.h"

namespace {

constexpr mpath_nvme_ana kStates[] = {MPATH_NVME_ANA_OPTIMIZED, MPATH_NVME_ANA_NONOPTIMIZED,
				      MPATH_NVME_ANA_INACCESSIBLE, MPATH_NVME_ANA_PERSISTENT_LOSS,
				      MPATH_NVME_ANA_CHANGE};

mpath::Access access(mpath_nvme_ana ana)
{
	return mpath::access_of(mpath_nvme_ana_access(ana));
}

} // namespace

TEST(NvmeAna, words_are_exact)
{
	for (const auto ana : kStates) {
		const std::string word = mpath_nvme_ana_name(ana);

		EXPECT_EQ(mpath_nvme_ana_parse(word.c_str()), ana) << word;
		EXPECT_EQ(mpath_nvme_ana_parse((word + "\n").c_str()), ana) << word;
		EXPECT_EQ(mpath_nvme_ana_parse((word + "\n\n").c_str()), -EINVAL) << word;
		EXPECT_EQ(mpath_nvme_ana_parse((" " + word).c_str()), -EINVAL) << word;
		EXPECT_EQ(mpath_nvme_ana_parse((word + "x").c_str()), -EINVAL) << word;
	}
	for (const char *bad : {"", "\n", "none", "Optimized", "nonoptimized", "1", "persistent"})
		EXPECT_EQ(mpath_nvme_ana_parse(bad), -EINVAL) << bad;
	EXPECT_STREQ(mpath_nvme_ana_name(MPATH_NVME_ANA_NONE), "none");
}

TEST(NvmeAna, is_an_access_state_of_the_core)
{
	EXPECT_EQ(access(MPATH_NVME_ANA_NONE), mpath::Access::optimized);
	EXPECT_EQ(access(MPATH_NVME_ANA_OPTIMIZED), mpath::Access::optimized);
	EXPECT_EQ(access(MPATH_NVME_ANA_NONOPTIMIZED), mpath::Access::nonoptimized);
	EXPECT_EQ(access(MPATH_NVME_ANA_INACCESSIBLE), mpath::Access::other);
	EXPECT_EQ(access(MPATH_NVME_ANA_PERSISTENT_LOSS), mpath::Access::other);
	EXPECT_EQ(access(MPATH_NVME_ANA_CHANGE), mpath::Access::transitioning);
	for (const auto ana : kStates)
		EXPECT_TRUE(mpath::exists(mpath_nvme_ana_access(ana)));
}

TEST(NvmeAna, a_read_proves_that_io_is_taken)
{
	for (const auto ana :
	     {MPATH_NVME_ANA_NONE, MPATH_NVME_ANA_OPTIMIZED, MPATH_NVME_ANA_NONOPTIMIZED})
		EXPECT_EQ(mpath_nvme_ana_after_read(ana), ana);
	for (const auto ana :
	     {MPATH_NVME_ANA_INACCESSIBLE, MPATH_NVME_ANA_PERSISTENT_LOSS, MPATH_NVME_ANA_CHANGE})
		EXPECT_EQ(mpath_nvme_ana_after_read(ana), MPATH_NVME_ANA_NONOPTIMIZED);
}

TEST(NvmeController, is_asked_when_it_is_live)
{
	EXPECT_EQ(mpath_nvme_controller_verdict("live"), MPATH_VERDICT_FINE);
	for (const char *state : {"new", "resetting"})
		EXPECT_EQ(mpath_nvme_controller_verdict(state), MPATH_VERDICT_LATER) << state;
	for (const char *state :
	     {"connecting", "deleting", "deleting (no IO)", "dead", "unknown state", ""})
		EXPECT_EQ(mpath_nvme_controller_verdict(state), MPATH_VERDICT_DEAD) << state;
}

TEST(NvmeRead, is_fine_when_the_namespace_has_answered)
{
	for (const auto status :
	     {MPATH_STS_OK, MPATH_STS_MEDIUM, MPATH_STS_PROTECTION, MPATH_STS_RESV_CONFLICT})
		EXPECT_EQ(mpath_nvme_read_verdict(status, MPATH_NVME_ANA_NONE), MPATH_VERDICT_FINE);
}

TEST(NvmeRead, is_repeated_when_the_namespace_is_not_ready)
{
	for (const auto status : {MPATH_STS_TARGET, MPATH_STS_AGAIN, MPATH_STS_RESOURCE})
		EXPECT_EQ(mpath_nvme_read_verdict(status, MPATH_NVME_ANA_NONE),
			  MPATH_VERDICT_LATER);
}

TEST(NvmeRead, tells_that_a_namespace_is_gone)
{
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_NOTSUPP, MPATH_NVME_ANA_NONE),
		  MPATH_VERDICT_GONE);
}

TEST(NvmeRead, fails_on_a_dead_path)
{
	for (const auto status : {MPATH_STS_TRANSPORT, MPATH_STS_TIMEOUT, MPATH_STS_OFFLINE})
		for (const auto ana : kStates)
			EXPECT_EQ(mpath_nvme_read_verdict(status, ana), MPATH_VERDICT_DEAD);
}

TEST(NvmeRead, fails_as_the_access_state_says)
{
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_IOERR, MPATH_NVME_ANA_NONE),
		  MPATH_VERDICT_DEAD);
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_IOERR, MPATH_NVME_ANA_OPTIMIZED),
		  MPATH_VERDICT_DEAD);
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_IOERR, MPATH_NVME_ANA_INACCESSIBLE),
		  MPATH_VERDICT_UNAVAILABLE);
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_IOERR, MPATH_NVME_ANA_PERSISTENT_LOSS),
		  MPATH_VERDICT_UNAVAILABLE);
	EXPECT_EQ(mpath_nvme_read_verdict(MPATH_STS_IOERR, MPATH_NVME_ANA_CHANGE),
		  MPATH_VERDICT_TRANSITIONING);
}

TEST(NvmePassthrough, blames_the_way_for_path_related_statuses)
{
	EXPECT_TRUE(mpath_nvme_way_failed(0x370));  // host pathing error
	EXPECT_TRUE(mpath_nvme_way_failed(0x4302)); // inaccessible, do not retry
	for (const int other : {0, 0x2, 0x4002, 0x281, 0x100, -EIO, -EINTR})
		EXPECT_FALSE(mpath_nvme_way_failed(other)) << other;
}
