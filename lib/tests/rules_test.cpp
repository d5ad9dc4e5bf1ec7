// SPDX-License-Identifier: GPL-2.0
// Rules by which an administrator chooses disks: which texts are rules, and whom they mean.
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "mpath_scsi.h"

namespace {

constexpr mpath_scsi_disk kDisk = {"iscsi",   "iscsi_tcp",       "LIO-ORG",
				   "my disk", "naa.6001405abcd", "36001405abcd"};
// What is not known of a disk is empty.
constexpr mpath_scsi_disk kUnknown = {"other", "", "", "", "", ""};

bool match(const std::string &rules, const mpath_scsi_disk &disk = kDisk)
{
	EXPECT_EQ(mpath_scsi_rules_check(rules.c_str()), 0) << rules;
	return mpath_scsi_rules_match(rules.c_str(), &disk);
}

} // namespace

// --- transports -----------------------------------------------------------------------

TEST(Transport, has_the_name_of_its_class)
{
	EXPECT_STREQ(mpath_scsi_transport("fc_host", "lpfc", false), "fc");
	EXPECT_STREQ(mpath_scsi_transport("iscsi_host", "iscsi_tcp", false), "iscsi");
	EXPECT_STREQ(mpath_scsi_transport("sas_host", "mpt3sas", false), "sas");
	EXPECT_STREQ(mpath_scsi_transport("spi_host", "sym53c8xx", false), "spi");
	EXPECT_STREQ(mpath_scsi_transport("srp_host", "ib_srp", false), "srp");
	EXPECT_STREQ(mpath_scsi_transport("ata_port", "ahci", false), "ata");
}

TEST(Transport, is_usb_behind_a_usb_device_whatever_the_driver)
{
	EXPECT_STREQ(mpath_scsi_transport("", "uas", true), "usb");
	EXPECT_STREQ(mpath_scsi_transport("", "ums-realtek", true), "usb");
}

TEST(Transport, is_ufs_by_its_driver)
{
	EXPECT_STREQ(mpath_scsi_transport("", "ufshcd", false), "ufs");
}

TEST(Transport, is_other_where_nobody_says)
{
	EXPECT_STREQ(mpath_scsi_transport("", "scsi_debug", false), "other");
	EXPECT_STREQ(mpath_scsi_transport("fc_hos", "", false), "other");
	EXPECT_STREQ(mpath_scsi_transport("fc_host2", "", false), "other");
}

// --- whom they mean ---------------------------------------------------------------------

TEST(Rules, without_any_nobody_is_meant)
{
	for (const char *none : {"", "\n", "  ", " \n"}) {
		EXPECT_EQ(mpath_scsi_rules_check(none), 0);
		EXPECT_FALSE(match(none));
	}
}

TEST(Rules, every_key_is_compared)
{
	EXPECT_TRUE(match("transport=iscsi"));
	EXPECT_TRUE(match("driver=iscsi_tcp"));
	EXPECT_TRUE(match("vendor=LIO-ORG"));
	EXPECT_TRUE(match("product=my disk"));
	EXPECT_TRUE(match("wwid=naa.6001405abcd"));
	EXPECT_TRUE(match("wwid=36001405abcd"));
	EXPECT_FALSE(match("transport=fc"));
	EXPECT_FALSE(match("driver=lpfc"));
	EXPECT_FALSE(match("vendor=LIO"));
	EXPECT_FALSE(match("product=disk"));
	EXPECT_FALSE(match("wwid=naa.6001405"));
}

TEST(Rules, case_counts)
{
	EXPECT_FALSE(match("vendor=lio-org"));
}

TEST(Rules, a_star_stands_for_any_characters)
{
	EXPECT_TRUE(match("vendor=*"));
	EXPECT_TRUE(match("vendor=LIO*"));
	EXPECT_TRUE(match("vendor=*ORG"));
	EXPECT_TRUE(match("vendor=L*O*G"));
	EXPECT_TRUE(match("vendor=*LIO-ORG*"));
	EXPECT_TRUE(match("vendor=**"));
	EXPECT_FALSE(match("vendor=*LIO"));
	EXPECT_FALSE(match("vendor=ORG*"));
	EXPECT_FALSE(match("vendor=L*X*G"));
}

TEST(Rules, a_star_gives_back_what_it_took_too_much)
{
	mpath_scsi_disk disk = kDisk;

	disk.product = "aabaab";
	EXPECT_TRUE(match("product=*aab", disk));
	EXPECT_TRUE(match("product=a*b", disk));
	EXPECT_TRUE(match("product=*ab*ab", disk));
	EXPECT_FALSE(match("product=*aab*aab*aab", disk));
	EXPECT_FALSE(match("product=*aa", disk));
}

TEST(Rules, a_question_mark_stands_for_one_character)
{
	EXPECT_TRUE(match("vendor=LIO?ORG"));
	EXPECT_TRUE(match("vendor=???????"));
	EXPECT_FALSE(match("vendor=????????"));
	EXPECT_FALSE(match("vendor=??????"));
}

TEST(Rules, what_is_not_known_fits_only_the_star)
{
	EXPECT_TRUE(match("vendor=*", kUnknown));
	EXPECT_FALSE(match("vendor=?*", kUnknown));
	EXPECT_FALSE(match("wwid=3*,wwid=naa*", kUnknown));
}

TEST(Rules, one_that_fits_is_enough)
{
	EXPECT_TRUE(match("vendor=A,vendor=B,vendor=LIO*"));
	EXPECT_TRUE(match("vendor=LIO*,vendor=B"));
	EXPECT_FALSE(match("vendor=A,vendor=B"));
}

TEST(Rules, all_conditions_of_one_must_fit)
{
	EXPECT_TRUE(match("vendor=LIO*&transport=iscsi&driver=*tcp"));
	EXPECT_FALSE(match("vendor=LIO*&transport=fc"));
	EXPECT_FALSE(match("transport=fc&vendor=LIO*"));
	EXPECT_FALSE(match("transport=fc&vendor=LIO*&driver=iscsi_tcp"));
}

TEST(Rules, conditions_of_one_rule_do_not_count_for_the_next)
{
	EXPECT_TRUE(match("transport=fc&vendor=X,vendor=LIO*"));
	EXPECT_FALSE(match("transport=fc&vendor=LIO*,transport=iscsi&vendor=X"));
}

TEST(Rules, a_condition_can_be_turned_round)
{
	EXPECT_TRUE(match("transport!=fc"));
	EXPECT_FALSE(match("transport!=iscsi"));
	EXPECT_TRUE(match("transport=iscsi&vendor!=OTHER"));
	EXPECT_FALSE(match("transport!=iscsi,vendor!=LIO*"));
}

TEST(Rules, neither_spelling_of_a_wwid_may_fit_where_none_may)
{
	EXPECT_FALSE(match("wwid!=36001405abcd"));
	EXPECT_FALSE(match("wwid!=naa.6001405abcd"));
	EXPECT_TRUE(match("wwid!=36001405abce"));
}

TEST(Rules, spaces_around_one_do_not_count)
{
	EXPECT_TRUE(match(" vendor=X , vendor=LIO-ORG \n"));
	EXPECT_TRUE(match("transport=iscsi & vendor=LIO-ORG"));
}

TEST(Rules, spaces_within_a_pattern_count)
{
	EXPECT_TRUE(match("product=my disk"));
	EXPECT_FALSE(match("product=my  disk"));
}

TEST(Rules, one_newline_may_follow)
{
	EXPECT_TRUE(match("vendor=LIO*\n"));
}

TEST(Rules, text_that_is_none_means_nobody)
{
	EXPECT_FALSE(mpath_scsi_rules_match("nonsense", &kDisk));
	EXPECT_FALSE(mpath_scsi_rules_match("vendor=LIO*&nonsense", &kDisk));
}

// --- which texts are rules ----------------------------------------------------------------

class NoRules : public ::testing::TestWithParam<const char *> {};

TEST_P(NoRules, is_refused)
{
	EXPECT_EQ(mpath_scsi_rules_check(GetParam()), -EINVAL);
}

INSTANTIATE_TEST_SUITE_P(
	Texts, NoRules,
	::testing::Values("x", "vendor", "vendor=", "=x", "vendor =x", "Vendor=x", "vendors=x",
			  "vendor!x", "vendor!=", "vendor==x", "vendor=x=y", "vendor=x,",
			  ",vendor=x", "vendor=x,,vendor=y", "vendor=x&", "&vendor=x",
			  "vendor=x&&vendor=y", "vendor=x&,vendor=y", "vendor=x vendor=y",
			  "vendor=x\n\n", "vendor=x\nvendor=y", "vendor=\n", "vendor=x\t",
			  "vendor=x\x7f", "vendor=\xe9", "vendor=   ", ",", "&", "=", "*",
			  // What no disk can be.
			  "transport=iscs", "transport=FC", "transport=fc?", "transport=pcie",
			  "vendor=LIO-ORG-9", "vendor=*123456789", "product=12345678901234567",
			  "transport!=infiniband"));

TEST(Rules, patterns_as_long_as_what_a_disk_may_say_are_accepted)
{
	EXPECT_EQ(mpath_scsi_rules_check("vendor=12345678"), 0);
	EXPECT_EQ(mpath_scsi_rules_check("vendor=*12345678*"), 0);
	EXPECT_EQ(mpath_scsi_rules_check("product=1234567890123456"), 0);
	for (const char *transport : {"fc", "iscsi", "sas", "spi", "srp", "ata", "usb", "ufs",
				      "other", "*", "s*", "?scs?", "u?s"})
		EXPECT_EQ(mpath_scsi_rules_check((std::string("transport=") + transport).c_str()), 0)
			<< transport;
}

TEST(Rules, have_a_longest_length)
{
	std::string rules = "vendor=*";

	while (rules.size() < MPATH_SCSI_RULES_LEN - 1)
		rules += '*';
	EXPECT_EQ(mpath_scsi_rules_check(rules.c_str()), 0);
	rules += '*';
	EXPECT_EQ(mpath_scsi_rules_check(rules.c_str()), -EINVAL);
}
