// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: the block layer's operations, PERSISTENT RESERVE OUT by SG_IO, and
 * the commands that the core sends, for them and for others. What is done on which path, the core
 * decides.
 */
#include <linux/uio.h>
#include <scsi/scsi_common.h>
#include <scsi/sg.h>

#include "compat_pr.h"
#include "compat_scsi.h"
#include "scsi_multipath.h"

/* SPC-5 6.17.3, and one more: whatever is longer asks for what the head refuses. */
#define SCSI_MPATH_PR_LIST_LEN (24 + 1)

void scsi_mpath_execute(void *owner, const struct mpath_command *command,
			struct mpath_scsi_answer *answer)
{
	struct scsi_mpath_path *path = owner;
	struct scsi_sense_hdr sense = {};
	int result;

	/* Retries are the core's: a unit attention is news. */
	result = mpath_compat_scsi_execute(path->sdev, command->cdb, command->to_device,
					   command->data, command->data_len,
					   msecs_to_jiffies(command->timeout_ms), 0, &sense);
	scsi_mpath_take_apart(result, &sense, answer);
}

/* --- pr_ops: block/ioctl.c has checked who may, and that it is no partition -------- */

static struct mpath_head *scsi_mpath_core_of(struct block_device *bdev)
{
	/* The disk's: callers in the kernel may have a partition. */
	return mpath_glue_head_of(bdev->bd_disk)->core;
}

static int scsi_mpath_pr_out(struct block_device *bdev, const struct mpath_pr_request *request)
{
	struct mpath_scsi_answer answer;

	mpath_head_pr_out(scsi_mpath_core_of(bdev), request, &answer);
	return mpath_scsi_pr_status(&answer);
}

static int scsi_mpath_pr_register(struct block_device *bdev, u64 old_key, u64 new_key, u32 flags)
{
	struct mpath_pr_request request = {
		.action = MPATH_PR_REGISTER,
		.aptpl = true, /* as sd */
		.key = old_key,
		.action_key = new_key,
	};

	if (flags & ~PR_FL_IGNORE_KEY)
		return -EOPNOTSUPP;
	if (flags & PR_FL_IGNORE_KEY) {
		request.action = MPATH_PR_REGISTER_AND_IGNORE;
		request.key = 0;
	}
	return scsi_mpath_pr_out(bdev, &request);
}

/* The actions that have a type. */
static int scsi_mpath_pr_typed(struct block_device *bdev, enum mpath_pr_action action, u64 key,
			       u64 action_key, enum pr_type type)
{
	const struct mpath_pr_request request = {
		.action = action,
		.type = mpath_scsi_pr_type(type),
		.key = key,
		.action_key = action_key,
	};

	return request.type ? scsi_mpath_pr_out(bdev, &request) : -EINVAL;
}

static int scsi_mpath_pr_reserve(struct block_device *bdev, u64 key, enum pr_type type, u32 flags)
{
	if (flags)
		return -EOPNOTSUPP;
	return scsi_mpath_pr_typed(bdev, MPATH_PR_RESERVE, key, 0, type);
}

static int scsi_mpath_pr_release(struct block_device *bdev, u64 key, enum pr_type type)
{
	return scsi_mpath_pr_typed(bdev, MPATH_PR_RELEASE, key, 0, type);
}

static int scsi_mpath_pr_preempt(struct block_device *bdev, u64 old_key, u64 new_key,
				 enum pr_type type, bool abort)
{
	return scsi_mpath_pr_typed(bdev, abort ? MPATH_PR_PREEMPT_AND_ABORT : MPATH_PR_PREEMPT,
				   old_key, new_key, type);
}

static int scsi_mpath_pr_clear(struct block_device *bdev, u64 key)
{
	const struct mpath_pr_request request = {
		.action = MPATH_PR_CLEAR,
		.key = key,
	};

	return scsi_mpath_pr_out(bdev, &request);
}

/*
 * What only reads is the same through every path: has this one, which is given back, not said
 * anything?
 */
static bool scsi_mpath_pr_unread(struct mpath_device *path, int ret)
{
	/* Its queue takes nothing any more, or what has become of the command. */
	bool failed = ret == -ENODEV || mpath_compat_pr_way_failed(ret);

	if (failed)
		mpath_device_failed_command(path);
	mpath_device_put(path);
	return failed;
}

static int __maybe_unused scsi_mpath_pr_read_keys(struct block_device *bdev, struct pr_keys *keys)
{
	struct mpath_tries tries = {};
	struct mpath_device *path;
	int ret = MPATH_GLUE_NO_PATH;

	while ((path = mpath_head_next_path(scsi_mpath_core_of(bdev), &tries))) {
		ret = mpath_compat_pr_read_keys(mpath_device_disk(path), keys);
		if (!scsi_mpath_pr_unread(path, ret))
			break;
	}
	return ret;
}

static int __maybe_unused scsi_mpath_pr_read_reservation(struct block_device *bdev,
							 struct pr_held_reservation *reservation)
{
	struct mpath_tries tries = {};
	struct mpath_device *path;
	int ret = MPATH_GLUE_NO_PATH;

	while ((path = mpath_head_next_path(scsi_mpath_core_of(bdev), &tries))) {
		ret = mpath_compat_pr_read_reservation(mpath_device_disk(path), reservation);
		if (!scsi_mpath_pr_unread(path, ret))
			break;
	}
	return ret;
}

const struct pr_ops scsi_mpath_pr_ops = {
	.pr_register = scsi_mpath_pr_register,
	.pr_reserve = scsi_mpath_pr_reserve,
	.pr_release = scsi_mpath_pr_release,
	.pr_preempt = scsi_mpath_pr_preempt,
	.pr_clear = scsi_mpath_pr_clear,
	MPATH_COMPAT_PR_READ_OPS(scsi_mpath_pr_read_keys, scsi_mpath_pr_read_reservation)
};

/* --- SG_IO ----------------------------------------------------------------------------- */

/* Return: how much there was to read, or what has gone wrong. */
static int scsi_mpath_read_list(const struct sg_io_hdr *hdr, u8 *list)
{
	int len = min_t(unsigned int, hdr->dxfer_len, SCSI_MPATH_PR_LIST_LEN);
	/* A single segment goes here whatever it is told. */
	struct iovec one;
	struct iovec *iov = &one;
	struct iov_iter iter;
	ssize_t ret;

	if (len && hdr->dxfer_direction != SG_DXFER_TO_DEV)
		return -EINVAL;
	if (!hdr->iovec_count)
		return copy_from_user(list, hdr->dxferp, len) ? -EFAULT : len;
	ret = import_iovec(WRITE, hdr->dxferp, hdr->iovec_count, 1, &iov, &iter);
	if (ret < 0)
		return ret;
	ret = copy_from_iter(list, len, &iter) == len ? len : -EFAULT;
	kfree(iov);
	return ret;
}

static int scsi_mpath_sg_answer(const struct mpath_scsi_answer *answer, struct sg_io_hdr *hdr)
{
	u8 sense[SCSI_SENSE_BUFFERSIZE] = {};
	unsigned int len = min_t(unsigned int, hdr->mx_sb_len, 18); /* of the fixed format */

	if (answer->error)
		return answer->error;
	hdr->status = answer->status;
	hdr->masked_status = hdr->status >> 1;
	hdr->msg_status = 0; /* COMMAND COMPLETE */
	hdr->host_status = answer->host_byte;
	hdr->driver_status = answer->sense_valid ? DRIVER_SENSE : 0;
	hdr->info = hdr->status || hdr->host_status ? SG_INFO_CHECK : 0;
	hdr->resid = 0;
	hdr->sb_len_wr = 0;
	if (!answer->sense_valid || !len || !hdr->sbp)
		return 0;
	scsi_build_sense_buffer(0, sense, answer->sense_key, answer->asc, answer->ascq);
	if (copy_to_user(hdr->sbp, sense, len))
		return -EFAULT;
	hdr->sb_len_wr = len;
	return 0;
}

int scsi_mpath_sg_pr_out(struct scsi_mpath_head *head, const u8 *cdb, unsigned int cdb_len,
			 struct sg_io_hdr *hdr)
{
	u8 list[SCSI_MPATH_PR_LIST_LEN] = {};
	struct mpath_pr_request request;
	struct mpath_scsi_answer answer;
	unsigned long start = jiffies;
	int len = scsi_mpath_read_list(hdr, list);

	if (len < 0)
		return len;
	if (mpath_scsi_parse_pr_out(cdb, cdb_len, list, len, &request, &answer))
		mpath_head_pr_out(head->glue.core, &request, &answer);
	hdr->duration = jiffies_to_msecs(jiffies - start);
	return scsi_mpath_sg_answer(&answer, hdr);
}
