// SPDX-License-Identifier: GPL-2.0
// Which disks take part, why the others do not, and which of the reasons are worth a line.
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "mpath_scsi.h"

namespace {

struct Answer {
	const char *reason; // nullptr: takes part
	bool silent;
};

Answer ask(const mpath_scsi_traits &traits, const mpath_scsi_choice &choice)
{
	bool silent = false;
	const char *reason = mpath_scsi_membership(&traits, &choice, &silent);

	return {reason, silent};
}

Answer ask(const mpath_scsi_traits &traits, bool enabled = true, bool always = false)
{
	return ask(traits, mpath_scsi_choice{enabled, always, "", ""});
}

// A disk with everything.
constexpr mpath_scsi_disk kWords = {"fc", "lpfc", "ACME", "ARRAY 9000", "naa.6001405", "36001405"};
constexpr mpath_scsi_traits kDisk = {0, 3, false, true, false, MPATH_WWID_OK, kWords};

mpath_scsi_traits local_disk(const char *transport, const char *vendor = "ACME")
{
	mpath_scsi_traits traits = kDisk;

	traits.disk.transport = transport;
	traits.disk.vendor = vendor;
	return traits;
}

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

TEST(Membership, leaves_zoned_disks_alone_and_says_so_where_they_would_have_been_taken)
{
	mpath_scsi_traits traits = kDisk;

	traits.zoned = true;
	EXPECT_STREQ(ask(traits, true, true).reason, "zoned");
	EXPECT_FALSE(ask(traits, true, true).silent);
	EXPECT_TRUE(ask(traits, false, false).silent);

	traits = kDisk;
	traits.type = 0x14; // host-managed
	EXPECT_STREQ(ask(traits, true, true).reason, "zoned");
	EXPECT_FALSE(ask(traits, true, true).silent);
}

TEST(Switch, takes_the_exact_words)
{
	for (const char *yes : {"Y", "y", "1", "Y\n"})
		EXPECT_EQ(mpath_switch_parse(yes), 1) << yes;
	for (const char *no : {"N", "n", "0", "0\n"})
		EXPECT_EQ(mpath_switch_parse(no), 0) << no;
	for (const char *bad :
	     {"", "\n", "once", "office", "Yes", "on", "off", "2", "Y Y", "Y\n\n"})
		EXPECT_EQ(mpath_switch_parse(bad), -EINVAL) << bad;
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

		if (type == 0x14) // a host-managed disk
			continue;
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

// --- choice by the administrator ----------------------------------------------------------

TEST(Choice, what_is_denied_is_left_alone_without_a_word)
{
	const Answer answer = ask(kDisk, {true, true, "", "vendor=ACME"});

	EXPECT_STREQ(answer.reason, "denied by a rule");
	EXPECT_TRUE(answer.silent);
}

TEST(Choice, what_is_not_denied_is_taken)
{
	EXPECT_EQ(ask(kDisk, {true, false, "", "vendor=OTHER"}).reason, nullptr);
}

TEST(Choice, denied_is_denied_though_it_is_allowed)
{
	EXPECT_STREQ(ask(kDisk, {true, true, "vendor=ACME", "vendor=ACME"}).reason,
		     "denied by a rule");
}

TEST(Choice, nothing_is_said_about_the_identity_of_a_disk_that_is_denied)
{
	EXPECT_TRUE(ask(with_wwid(MPATH_WWID_WEAK), {true, true, "", "vendor=ACME"}).silent);
}

TEST(Choice, what_is_allowed_needs_no_alua)
{
	mpath_scsi_traits traits = kDisk;

	traits.tpgs = 0;
	EXPECT_EQ(ask(traits, {true, false, "driver=lpfc", ""}).reason, nullptr);
}

TEST(Choice, what_is_allowed_is_taken_though_multipath_is_off_for_the_others)
{
	EXPECT_EQ(ask(kDisk, {false, false, "wwid=naa.6001405", ""}).reason, nullptr);
	EXPECT_STREQ(ask(kDisk, {false, false, "wwid=naa.5*", ""}).reason, "multipath is off");
}

TEST(Choice, what_is_allowed_still_needs_an_identity)
{
	for (const auto wwid : {MPATH_WWID_NONE, MPATH_WWID_WEAK, MPATH_WWID_MALFORMED})
		EXPECT_NE(ask(with_wwid(wwid), {true, true, "vendor=*", ""}).reason, nullptr)
			<< wwid;
}

TEST(Choice, what_is_allowed_still_is_a_disk_with_a_fixed_medium)
{
	mpath_scsi_traits tape = kDisk, stick = kDisk, zoned = kDisk, empty = kDisk;

	tape.type = 1;
	stick.removable = true;
	zoned.zoned = true;
	empty.has_medium = false;
	for (const auto &traits : {tape, stick, zoned, empty})
		EXPECT_NE(ask(traits, {true, true, "vendor=*", ""}).reason, nullptr);
}

class LocalDisk : public ::testing::TestWithParam<const char *> {};

TEST_P(LocalDisk, is_left_alone_without_a_word_whatever_the_switches_say)
{
	for (const bool always : {false, true}) {
		const Answer answer = ask(local_disk(GetParam()), true, always);

		EXPECT_STREQ(answer.reason, "an ATA, USB or UFS disk, and not allowed by a rule");
		EXPECT_TRUE(answer.silent);
	}
}

TEST_P(LocalDisk, is_taken_if_it_is_allowed)
{
	EXPECT_EQ(ask(local_disk(GetParam()), {true, false, "vendor=ACME", ""}).reason, nullptr);
}

INSTANTIATE_TEST_SUITE_P(Transports, LocalDisk, ::testing::Values("ata", "usb", "ufs"),
			 [](const auto &info) { return std::string(info.param); });

TEST(Choice, an_ata_disk_behind_a_sas_host_is_an_ata_disk)
{
	EXPECT_STREQ(ask(local_disk("sas", "ATA"), true, true).reason,
		     "an ATA, USB or UFS disk, and not allowed by a rule");
	EXPECT_EQ(ask(local_disk("sas", "ATALANTA"), true, true).reason, nullptr);
}

TEST(Choice, every_other_transport_is_taken)
{
	for (const char *transport : {"fc", "iscsi", "sas", "spi", "srp", "other"})
		EXPECT_EQ(ask(local_disk(transport)).reason, nullptr) << transport;
}
