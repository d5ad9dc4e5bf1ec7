// SPDX-License-Identifier: GPL-2.0
// Which disks take part, why the others do not, and which of the reasons are worth a line.
#include <cerrno>

#include <gtest/gtest.h>

#include "mpath_scsi.h"

namespace {

struct Answer {
	const char *reason; // nullptr: takes part
	bool silent;
};

Answer ask(const mpath_scsi_traits &traits, bool enabled = true, bool always = false)
{
	bool silent = false;
	const char *reason = mpath_scsi_membership(&traits, enabled, always, &silent);

	return {reason, silent};
}

// A disk with everything.
constexpr mpath_scsi_traits kDisk = {0, 3, false, true, false, MPATH_WWID_OK};

mpath_scsi_traits with_wwid(mpath_wwid_result wwid)
{
	mpath_scsi_traits traits = kDisk;

	traits.wwid = wwid;
	return traits;
}

} // namespace

TEST(Membership, takes_a_disk_with_an_identity_and_alua)
{
	EXPECT_EQ(ask(kDisk).reason, nullptr);
}

TEST(Membership, takes_any_kind_of_alua)
{
	for (const u8 tpgs : {1, 2, 3}) {
		mpath_scsi_traits traits = kDisk;

		traits.tpgs = tpgs;
		EXPECT_EQ(ask(traits).reason, nullptr) << int{tpgs};
	}
}

TEST(Membership, takes_nothing_when_both_parameters_are_off)
{
	const Answer answer = ask(kDisk, false, false);

	EXPECT_STREQ(answer.reason, "multipath is off");
	EXPECT_TRUE(answer.silent);
}

TEST(Membership, leaves_zoned_disks_alone_without_a_word)
{
	mpath_scsi_traits traits = kDisk;

	traits.zoned = true;
	EXPECT_STREQ(ask(traits, true, true).reason, "zoned");
	EXPECT_TRUE(ask(traits).silent);
}

TEST(Switch, takes_the_exact_words)
{
	for (const char *yes : {"Y", "y", "1", "Y\n"})
		EXPECT_EQ(mpath_scsi_switch(yes), 1) << yes;
	for (const char *no : {"N", "n", "0", "0\n"})
		EXPECT_EQ(mpath_scsi_switch(no), 0) << no;
	for (const char *bad :
	     {"", "\n", "once", "office", "Yes", "on", "off", "2", "Y Y", "Y\n\n"})
		EXPECT_EQ(mpath_scsi_switch(bad), -EINVAL) << bad;
}

TEST(Membership, needs_alua_unless_always)
{
	mpath_scsi_traits traits = kDisk;

	traits.tpgs = 0;
	EXPECT_STREQ(ask(traits).reason, "no asymmetric logical unit access (TPGS is 0)");
	EXPECT_TRUE(ask(traits).silent);
	EXPECT_EQ(ask(traits, true, true).reason, nullptr);
}

TEST(Membership, always_takes_disks_even_when_the_other_parameter_is_off)
{
	EXPECT_EQ(ask(kDisk, false, true).reason, nullptr);
}

TEST(Membership, leaves_every_other_device_type_alone_without_a_word)
{
	for (int type = 1; type < 32; type++) {
		mpath_scsi_traits traits = kDisk;

		traits.type = static_cast<u8>(type);
		EXPECT_STREQ(ask(traits).reason, "not a direct access block device") << type;
		EXPECT_TRUE(ask(traits).silent) << type;
	}
}

TEST(Membership, leaves_removable_media_alone_without_a_word)
{
	mpath_scsi_traits traits = kDisk;

	traits.removable = true;
	EXPECT_STREQ(ask(traits).reason, "removable medium");
	EXPECT_TRUE(ask(traits).silent);
}

TEST(Membership, says_that_a_disk_has_no_identity)
{
	const Answer answer = ask(with_wwid(MPATH_WWID_NONE));

	EXPECT_STREQ(answer.reason, "no VPD page 83 designator of the logical unit");
	EXPECT_FALSE(answer.silent);
}

TEST(Membership, never_merges_by_a_weak_identity)
{
	const Answer answer = ask(with_wwid(MPATH_WWID_WEAK), true, true);

	EXPECT_STREQ(answer.reason, "VPD page 83 has only designators that several LUNs may share");
	EXPECT_FALSE(answer.silent);
}

TEST(Membership, never_merges_by_a_page_that_contradicts_itself)
{
	const Answer answer = ask(with_wwid(MPATH_WWID_MALFORMED), true, true);

	EXPECT_STREQ(answer.reason, "VPD page 83 is malformed");
	EXPECT_FALSE(answer.silent);
}

TEST(Membership, says_that_a_disk_has_no_capacity)
{
	mpath_scsi_traits traits = kDisk;

	traits.has_medium = false;
	EXPECT_STREQ(ask(traits).reason, "capacity is 0");
	EXPECT_FALSE(ask(traits).silent);
}
