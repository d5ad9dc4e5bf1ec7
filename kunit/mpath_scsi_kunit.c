// SPDX-License-Identifier: GPL-2.0
/*
 * The parsers of scsi/, as this kernel's compiler options have made them: bytes above 7fh
 * above all. What they must answer is tested in user space.
 */
#include <linux/module.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_status.h>

#include "mpath_kunit_helpers.h"
#include "mpath_scsi.h"

struct scsi_page {
	const char *name;
	u8 bytes[64];
	size_t len;
	enum mpath_wwid_result result;
	const char *wwid;
};

/* SPC-5 7.7.6: header of four, then per designator a header of four. */
static const struct scsi_page scsi_pages[] = {
	{
		.name = "naa_6_with_high_bytes",
		.bytes = { 0x00, 0x83, 0x00, 0x14, 0x01, 0x03, 0x00, 0x10, 0x60, 0xa9, 0x80, 0xff,
			   0xfe, 0x80, 0x7f, 0xc0, 0xd0, 0xe0, 0xf0, 0x81, 0x82, 0x83, 0x84, 0x85 },
		.len = 24,
		.result = MPATH_WWID_OK,
		.wwid = "naa.60a980fffe807fc0d0e0f08182838485",
	},
	{
		.name = "naa_5_of_the_port_then_of_the_unit",
		.bytes = { 0x00, 0x83, 0x00, 0x18, 0x61, 0x93, 0x00, 0x08, 0x50, 0x01,
			   0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x01, 0x03, 0x00, 0x08,
			   0x5f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe },
		.len = 28,
		.result = MPATH_WWID_OK,
		.wwid = "naa.5ffffffffffffffe",
	},
	{
		.name = "eui_64",
		.bytes = { 0x00, 0x83, 0x00, 0x0c, 0x01, 0x02, 0x00, 0x08, 0xff, 0x80, 0x00, 0x7f,
			   0x80, 0x81, 0xfe, 0x01 },
		.len = 16,
		.result = MPATH_WWID_OK,
		.wwid = "eui.ff80007f8081fe01",
	},
	{
		.name = "name_string",
		.bytes = { 0x00, 0x83, 0x00, 0x0c, 0x03, 0x08, 0x00, 0x08, 'i', 'q', 'n', '.', 'a',
			   ':', 'b', 0x00 },
		.len = 16,
		.result = MPATH_WWID_OK,
		.wwid = "iqn.a:b",
	},
	{
		.name = "t10_vendor_id_is_weak",
		.bytes = { 0x00, 0x83, 0x00, 0x0c, 0x02, 0x01, 0x00, 0x08, 'A', 'C', 'M', 'E', ' ',
			   ' ', ' ', ' ' },
		.len = 16,
		.result = MPATH_WWID_WEAK,
		.wwid = "",
	},
	{
		.name = "nothing_in_it",
		.bytes = { 0x00, 0x83, 0x00, 0x00 },
		.len = 4,
		.result = MPATH_WWID_NONE,
		.wwid = "",
	},
	{
		/* A length that is negative where char is signed. */
		.name = "designator_longer_than_the_page",
		.bytes = { 0x00, 0x83, 0x00, 0x14, 0x01, 0x03, 0x00, 0xf0, 0x60, 0xa9, 0x80, 0xff,
			   0xfe, 0x80, 0x7f, 0xc0, 0xd0, 0xe0, 0xf0, 0x81, 0x82, 0x83, 0x84, 0x85 },
		.len = 24,
		.result = MPATH_WWID_MALFORMED,
		.wwid = "",
	},
};

static void scsi_describe_page(const struct scsi_page *page, char *desc)
{
	strscpy(desc, page->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(page, scsi_pages, scsi_describe_page);

static void page_names_the_unit(struct kunit *test)
{
	const struct scsi_page *page = test->param_value;
	/* Exactly as long, so that a read too far is seen. */
	u8 *bytes = kunit_kmalloc(test, page->len, GFP_KERNEL);
	char *wwid = kunit_kmalloc(test, MPATH_WWID_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_NOT_NULL(test, wwid);
	memcpy(bytes, page->bytes, page->len);
	memset(wwid, 0xff, MPATH_WWID_LEN);
	KUNIT_EXPECT_EQ(test, mpath_scsi_wwid(bytes, page->len, wwid), page->result);
	KUNIT_EXPECT_STREQ(test, wwid, page->wwid);
}

static void page_may_be_cut_anywhere(struct kunit *test)
{
	const struct scsi_page *page = test->param_value;
	char *wwid = kunit_kmalloc(test, MPATH_WWID_LEN, GFP_KERNEL);
	size_t len;
	u8 *bytes;

	KUNIT_ASSERT_NOT_NULL(test, wwid);
	for (len = 0; len < page->len; len++) {
		bytes = kmemdup(page->bytes, len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, bytes);
		mpath_scsi_wwid(bytes, len, wwid);
		kfree(bytes);
		KUNIT_EXPECT_LT(test, strnlen(wwid, MPATH_WWID_LEN), MPATH_WWID_LEN);
	}
}

static void answer_to_a_probe_decides(struct kunit *test)
{
	static const struct {
		struct mpath_scsi_answer tur;
		enum mpath_verdict verdict;
	} cases[] = {
		{ { .status = SAM_STAT_GOOD }, MPATH_VERDICT_FINE },
		{ { .status = SAM_STAT_RESERVATION_CONFLICT }, MPATH_VERDICT_FINE },
		{ { .status = SAM_STAT_BUSY }, MPATH_VERDICT_LATER },
		{ { .error = -EIO }, MPATH_VERDICT_DEAD },
		{ { .host_byte = DID_NO_CONNECT }, MPATH_VERDICT_DEAD },
		{ { .host_byte = 0xff }, MPATH_VERDICT_DEAD },
		{ { .status = 0xff }, MPATH_VERDICT_DEAD },
		{ { .status = SAM_STAT_CHECK_CONDITION,
		    .sense_valid = true,
		    .sense_key = UNIT_ATTENTION,
		    .asc = 0xff,
		    .ascq = 0xff },
		  MPATH_VERDICT_FINE },
		{ { .status = SAM_STAT_CHECK_CONDITION,
		    .sense_valid = true,
		    .sense_key = NOT_READY,
		    .asc = 0x04,
		    .ascq = 0x0a },
		  MPATH_VERDICT_TRANSITIONING },
		{ { .status = SAM_STAT_CHECK_CONDITION, .sense_valid = true, .sense_key = 0xff },
		  MPATH_VERDICT_DEAD },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, mpath_scsi_tur_verdict(&cases[i].tur), cases[i].verdict,
				    "case %u", i);
}

static void commands_with_high_opcodes_are_told_apart(struct kunit *test)
{
	static const struct {
		u8 cdb[2];
		enum mpath_scsi_route route;
	} cases[] = {
		{ { INQUIRY }, MPATH_SCSI_ANY_PATH },
		{ { READ_16 }, MPATH_SCSI_ANY_PATH },
		{ { WRITE_16 }, MPATH_SCSI_ONE_PATH },
		{ { REPORT_LUNS }, MPATH_SCSI_ANY_PATH },
		{ { SERVICE_ACTION_IN_16, SAI_READ_CAPACITY_16 }, MPATH_SCSI_ANY_PATH },
		/* The bits above the service action are somebody else's. */
		{ { SERVICE_ACTION_IN_16, 0xe0 | SAI_READ_CAPACITY_16 }, MPATH_SCSI_ANY_PATH },
		{ { SERVICE_ACTION_IN_16, 0x14 }, MPATH_SCSI_ONE_PATH },
		{ { PERSISTENT_RESERVE_OUT }, MPATH_SCSI_EVERY_NEXUS },
		{ { RESERVE_10 }, MPATH_SCSI_REFUSED },
		{ { 0xff }, MPATH_SCSI_ONE_PATH },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, mpath_scsi_route(cases[i].cdb, 2), cases[i].route, "%02x",
				    cases[i].cdb[0]);
	KUNIT_EXPECT_EQ(test, mpath_scsi_route(cases[0].cdb, 0), MPATH_SCSI_REFUSED);
}

static void disk_takes_part_for_a_reason(struct kunit *test)
{
	struct mpath_scsi_traits traits = {
		.tpgs = 3,
		.has_medium = true,
		.wwid = MPATH_WWID_OK,
		.disk = { "fc", "lpfc", "ACME", "ARRAY 9000", "naa.6001405", "36001405" },
	};
	struct mpath_scsi_choice choice = { .enabled = true, .allow = "", .deny = "" };
	bool silent;

	KUNIT_EXPECT_NULL(test, mpath_scsi_membership(&traits, &choice, &silent));
	choice.deny = "product=ARRAY*&transport!=iscsi";
	KUNIT_EXPECT_NOT_NULL(test, mpath_scsi_membership(&traits, &choice, &silent));
	KUNIT_EXPECT_TRUE(test, silent);
	choice.deny = "";
	choice.always = true;
	traits.type = 0xff;
	KUNIT_EXPECT_NOT_NULL(test, mpath_scsi_membership(&traits, &choice, &silent));
	KUNIT_EXPECT_TRUE(test, silent);
	traits.type = 0;
	traits.wwid = MPATH_WWID_WEAK;
	KUNIT_EXPECT_NOT_NULL(test, mpath_scsi_membership(&traits, &choice, &silent));
	KUNIT_EXPECT_FALSE(test, silent);
}

static void words_are_exact(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mpath_iopolicy_parse("round-robin\n"), MPATH_IOPOLICY_ROUND_ROBIN);
	KUNIT_EXPECT_EQ(test, mpath_iopolicy_parse("queue-depth"), MPATH_IOPOLICY_QUEUE_DEPTH);
	KUNIT_EXPECT_EQ(test, mpath_iopolicy_parse("round-robin\n\n"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mpath_iopolicy_parse("num"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mpath_iopolicy_parse("\xff"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mpath_submit_mode_parse("clone\n"), MPATH_SUBMIT_CLONE);
	KUNIT_EXPECT_EQ(test, mpath_submit_mode_parse(""), -EINVAL);
	KUNIT_EXPECT_TRUE(test, mpath_no_path_timeout_valid(-1));
	KUNIT_EXPECT_FALSE(test, mpath_no_path_timeout_valid(-2));
	KUNIT_EXPECT_FALSE(test, mpath_no_path_timeout_valid(1LL << 32));
	KUNIT_EXPECT_EQ(test, mpath_scsi_rules_check("vendor=\xff"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mpath_scsi_rules_check("vendor=A*,wwid!=3600*\n"), 0);
}

static struct kunit_case mpath_scsi_cases[] = {
	KUNIT_CASE_PARAM(page_names_the_unit, page_gen_params),
	KUNIT_CASE_PARAM(page_may_be_cut_anywhere, page_gen_params),
	KUNIT_CASE(answer_to_a_probe_decides),
	KUNIT_CASE(commands_with_high_opcodes_are_told_apart),
	KUNIT_CASE(disk_takes_part_for_a_reason),
	KUNIT_CASE(words_are_exact),
	{}
};

static struct kunit_suite mpath_scsi_suite = {
	.name = "mpath_scsi",
	.test_cases = mpath_scsi_cases,
};
kunit_test_suites(&mpath_scsi_suite);

MODULE_DESCRIPTION("KUnit: decisions about SCSI devices");
MODULE_LICENSE("GPL");
