// SPDX-License-Identifier: GPL-2.0
/*
 * SG_IO down a path, as the mid-layer's own sg_io() does it. That takes the caller's
 * pointer and would read the command again: what was checked could be another one by then.
 */
#include <linux/blk-mq.h>
#include <linux/uaccess.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#include "scsi_multipath.h"

struct scsi_mpath_cdb {
	u8 bytes[32];
	unsigned int len;
};

/* Is it a command that this opener may send? Data and limits are checked as sd does it. */
static int scsi_mpath_read_cdb(const struct sg_io_hdr *hdr, blk_mode_t mode,
			       struct scsi_mpath_cdb *cdb)
{
	if (hdr->interface_id != 'S' || hdr->cmd_len > sizeof(cdb->bytes))
		return -EINVAL;
	if (hdr->dxfer_len && hdr->dxfer_direction != SG_DXFER_TO_DEV &&
	    hdr->dxfer_direction != SG_DXFER_FROM_DEV &&
	    hdr->dxfer_direction != SG_DXFER_TO_FROM_DEV)
		return -EINVAL;
	if (hdr->cmd_len < 6)
		return -EMSGSIZE;
	cdb->len = hdr->cmd_len;
	if (copy_from_user(cdb->bytes, hdr->cmdp, cdb->len))
		return -EFAULT;
	return scsi_cmd_allowed(cdb->bytes, mode & BLK_OPEN_WRITE) ? 0 : -EPERM;
}

static bool scsi_mpath_sg_writes(const struct sg_io_hdr *hdr)
{
	return hdr->dxfer_len && hdr->dxfer_direction == SG_DXFER_TO_DEV;
}

/*
 * How long a try may take. Where another path is left to the command, no more than the kernel
 * allows every command at least: a path that does not answer must not use up the time of all.
 */
static unsigned int scsi_mpath_sg_timeout(const struct scsi_mpath_head *head,
					  const struct sg_io_hdr *hdr, unsigned long start,
					  bool more)
{
	unsigned long timeout = msecs_to_jiffies(hdr->timeout);
	unsigned long spent = jiffies - start;

	if (!timeout)
		timeout = READ_ONCE(head->sg_timeout) ?: BLK_DEFAULT_SG_TIMEOUT;
	timeout = more || timeout < spent ? 0 : timeout - spent;
	return clamp_t(unsigned long, timeout, BLK_MIN_SG_TIMEOUT, INT_MAX);
}

/* Tell the caller what has become of the command. */
static int scsi_mpath_sg_result(const struct scsi_cmnd *cmnd, struct sg_io_hdr *hdr)
{
	unsigned int len = min_t(unsigned int, hdr->mx_sb_len, cmnd->sense_len);

	hdr->status = cmnd->result & 0xff;
	hdr->masked_status = (hdr->status >> 1) & 0x1f;
	hdr->msg_status = 0; /* COMMAND COMPLETE */
	hdr->host_status = host_byte(cmnd->result);
	hdr->driver_status = scsi_status_is_check_condition(cmnd->result) ? DRIVER_SENSE : 0;
	hdr->info = hdr->masked_status || hdr->host_status || hdr->driver_status ? SG_INFO_CHECK
										 : 0;
	hdr->resid = cmnd->resid_len;
	hdr->sb_len_wr = 0;
	if (!len || !hdr->sbp)
		return 0;
	if (copy_to_user(hdr->sbp, cmnd->sense_buffer, len))
		return -EFAULT;
	hdr->sb_len_wr = len;
	return 0;
}

/*
 * Send it down one path. *@answer is what the core is to know of it: of a caller's own
 * mistake, nothing.
 */
static int scsi_mpath_sg_execute(struct scsi_device *sdev, const struct scsi_mpath_cdb *cdb,
				 struct sg_io_hdr *hdr, unsigned int timeout,
				 struct mpath_scsi_answer *answer)
{
	struct scsi_sense_hdr sense = {};
	struct scsi_cmnd *cmnd;
	struct request *rq;
	struct bio *bio;
	int unmapped;
	int ret;

	BUILD_BUG_ON(sizeof(cdb->bytes) > sizeof(cmnd->cmnd));
	memset(answer, 0, sizeof(*answer));
	if (hdr->dxfer_len > (queue_max_hw_sectors(sdev->request_queue) << SECTOR_SHIFT))
		return -EIO;
	rq = scsi_alloc_request(sdev->request_queue,
				scsi_mpath_sg_writes(hdr) ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN, 0);
	if (IS_ERR(rq)) {
		answer->error = PTR_ERR(rq);
		return PTR_ERR(rq);
	}
	rq->timeout = timeout;
	cmnd = blk_mq_rq_to_pdu(rq);
	cmnd->allowed = 0;
	cmnd->cmd_len = cdb->len;
	memcpy(cmnd->cmnd, cdb->bytes, cdb->len);
	ret = blk_rq_map_user_io(rq, NULL, hdr->dxferp, hdr->dxfer_len, GFP_KERNEL,
				 hdr->iovec_count && hdr->dxfer_len, hdr->iovec_count, 0,
				 rq_data_dir(rq));
	if (!ret) {
		/* The request forgets it, and it has the caller's pages. */
		bio = rq->bio;
		blk_execute_rq(rq, hdr->flags & SG_FLAG_Q_AT_HEAD);
		scsi_normalize_sense(cmnd->sense_buffer, cmnd->sense_len, &sense);
		scsi_mpath_take_apart(cmnd->result, &sense, answer);
		ret = scsi_mpath_sg_result(cmnd, hdr);
		unmapped = blk_rq_unmap_user(bio);
		ret = ret ?: unmapped;
	}
	blk_mq_free_request(rq);
	return ret;
}

static int scsi_mpath_sg_try(struct scsi_device *sdev, blk_mode_t mode,
			     const struct scsi_mpath_cdb *cdb, struct sg_io_hdr *hdr,
			     unsigned int timeout, struct mpath_scsi_answer *answer)
{
	int ret = scsi_ioctl_block_when_processing_errors(sdev, SG_IO, mode & BLK_OPEN_NDELAY);

	if (!ret)
		return scsi_mpath_sg_execute(sdev, cdb, hdr, timeout, answer);
	*answer = (struct mpath_scsi_answer){ .error = ret };
	return ret;
}

/* The LUN may be another one than sd knows of its paths. */
static bool scsi_mpath_lun_has_changed(const struct scsi_mpath_cdb *cdb,
				       const struct mpath_scsi_answer *answer)
{
	return mpath_scsi_tells_of_change(answer) ||
	       (answer->status == SAM_STAT_GOOD && mpath_scsi_changes_lun(cdb->bytes, cdb->len));
}

/* Each path at most once; without @again, only one. The result is that of the last. */
static int scsi_mpath_sg_send(struct scsi_mpath_head *head, blk_mode_t mode,
			      const struct scsi_mpath_cdb *cdb, struct sg_io_hdr *hdr, bool again)
{
	unsigned long start = jiffies;
	struct mpath_scsi_answer answer;
	struct mpath_tries tries = {};
	int ret = MPATH_GLUE_NO_PATH;
	struct mpath_device *path;
	bool failed = true;

	while (failed && (again || !tries.nr) &&
	       (path = mpath_head_next_path(head->glue.core, &tries))) {
		struct scsi_mpath_path *owner = mpath_device_owner(path);

		ret = scsi_mpath_sg_try(
			owner->sdev, mode, cdb, hdr,
			scsi_mpath_sg_timeout(head, hdr, start, again && tries.more), &answer);
		failed = mpath_scsi_way_failed(&answer);
		if (failed)
			mpath_device_failed_command(path);
		mpath_device_put(path);
	}
	if (!tries.nr)
		return ret;
	hdr->duration = jiffies_to_msecs(jiffies - start);
	if (!failed && scsi_mpath_lun_has_changed(cdb, &answer))
		scsi_mpath_rescan_head(head);
	return ret;
}

static int scsi_mpath_sg_command(struct scsi_mpath_head *head, blk_mode_t mode,
				 struct sg_io_hdr *hdr)
{
	struct scsi_mpath_cdb cdb;
	int ret;

	ret = scsi_mpath_read_cdb(hdr, mode, &cdb);
	if (ret)
		return ret;
	switch (mpath_scsi_route(cdb.bytes, cdb.len)) {
	case MPATH_SCSI_ONE_PATH:
		return scsi_mpath_sg_send(head, mode, &cdb, hdr, false);
	case MPATH_SCSI_ANY_PATH:
		return scsi_mpath_sg_send(head, mode, &cdb, hdr, !scsi_mpath_sg_writes(hdr));
	case MPATH_SCSI_EVERY_NEXUS:
		return scsi_mpath_sg_pr_out(head, cdb.bytes, cdb.len, hdr);
	case MPATH_SCSI_REFUSED:
		break;
	}
	return -EOPNOTSUPP;
}

int scsi_mpath_sg_io(struct scsi_mpath_head *head, blk_mode_t mode, void __user *arg)
{
	struct sg_io_hdr hdr;
	int ret;

	ret = get_sg_io_hdr(&hdr, arg);
	if (ret)
		return ret;
	ret = scsi_mpath_sg_command(head, mode, &hdr);
	if (ret != -EFAULT && put_sg_io_hdr(&hdr, arg))
		ret = -EFAULT;
	return ret;
}
