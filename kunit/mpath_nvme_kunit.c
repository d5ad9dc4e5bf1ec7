// SPDX-License-Identifier: GPL-2.0
/*
 * What nvme/ does with a bio before it is anybody's. Nothing of it is exported: the file is part of
 * this one.
 */
#include <linux/blkdev.h>
#include <linux/pr.h>

#include "../nvme/fops.c"
#include "mpath_kunit_helpers.h"

const struct pr_ops nvme_mpath_pr_ops = {};

struct nvme_disguise {
	struct mpath_glue_head head;
	struct mpath_kunit_lun *lun;
	const struct block_device_operations *fops;
};

static void nvme_undress(void *context)
{
	struct nvme_disguise *disguise = context;

	disguise->lun->disk->fops = disguise->fops;
	disguise->lun->disk->private_data = disguise->lun;
}

/* The LUN's disk is a head of NVMe's until the test ends. */
static struct mpath_kunit_lun *nvme_lun(struct kunit *test, unsigned int nr_paths)
{
	struct nvme_disguise *disguise = kunit_kzalloc(test, sizeof(*disguise), GFP_KERNEL);
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, nr_paths);

	KUNIT_ASSERT_NOT_NULL(test, disguise);
	disguise->head.core = lun->head;
	disguise->lun = lun;
	disguise->fops = lun->disk->fops;
	lun->disk->private_data = &disguise->head;
	lun->disk->fops = &nvme_mpath_fops;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nvme_undress, disguise), 0);
	return lun;
}

/* The helpers look at each bio of each path. */
static void flag_of_other_drivers_does_not_go_down(struct kunit *test)
{
	static const blk_opf_t opfs[] = { REQ_OP_READ, REQ_OP_WRITE | REQ_FUA, REQ_OP_DISCARD };
	struct mpath_kunit_lun *lun = nvme_lun(test, 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(opfs); i++) {
		/* Nor when it is sent again. */
		mpath_kunit_fail(&lun->paths[0], BLK_STS_IOERR, 1);
		io = mpath_kunit_io(lun, opfs[i] | REQ_DRV, 0, 64);
		mpath_kunit_submit(io);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	}
	KUNIT_EXPECT_GT(test, mpath_kunit_nr_seen(lun), ARRAY_SIZE(opfs));
	KUNIT_EXPECT_EQ(test, lun->nr_forbidden, 0);
}

static struct kunit_case mpath_nvme_cases[] = {
	KUNIT_CASE(flag_of_other_drivers_does_not_go_down),
	{},
};

static struct kunit_suite mpath_nvme_suite = {
	.name = "mpath_nvme",
	.suite_exit = mpath_kunit_suite_exit,
	.test_cases = mpath_nvme_cases,
};
kunit_test_suites(&mpath_nvme_suite);

MODULE_DESCRIPTION("KUnit: the disk of an NVMe head");
MODULE_LICENSE("GPL");
