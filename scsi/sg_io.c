// SPDX-License-Identifier: GPL-2.0
/*
 * SG_IO down one path, as the mid-layer's own sg_io() does it. That takes the caller's
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

/* Is it a command that this opener may send, and one that may go down any path? */
static int scsi_mpath_read_cdb(const struct sg_io_hdr *hdr, blk_mode_t mode,
			       struct scsi_mpath_cdb *cdb)
{
	if (hdr->interface_id != 'S' || hdr->cmd_len > sizeof(cdb->bytes))
		return -EINVAL;
	if (hdr->cmd_len < 6)
		return -EMSGSIZE;
	cdb->len = hdr->cmd_len;
	if (copy_from_user(cdb->bytes, hdr->cmdp, cdb->len))
		return -EFAULT;
	if (!mpath_scsi_cdb_may_pass(cdb->bytes, cdb->len))
		return -EOPNOTSUPP;
	if (!scsi_cmd_allowed(cdb->bytes, mode & BLK_OPEN_WRITE))
		return -EPERM;
	/* What may pass only reads. */
	if (hdr->dxfer_len && hdr->dxfer_direction != SG_DXFER_FROM_DEV &&
	    hdr->dxfer_direction != SG_DXFER_TO_FROM_DEV)
		return -EINVAL;
	return 0;
}

static unsigned int scsi_mpath_sg_timeout(struct scsi_device *sdev, const struct sg_io_hdr *hdr)
{
	unsigned int timeout = msecs_to_jiffies(hdr->timeout);

	if (!timeout)
		timeout = sdev->sg_timeout ?: BLK_DEFAULT_SG_TIMEOUT;
	return max_t(unsigned int, timeout, BLK_MIN_SG_TIMEOUT);
}

/* Tell the caller what has become of the command. */
static int scsi_mpath_sg_result(const struct scsi_cmnd *cmnd, struct sg_io_hdr *hdr)
{
	unsigned int len = min_t(unsigned int, hdr->mx_sb_len, cmnd->sense_len);

	hdr->status = cmnd->result & 0xff;
	hdr->masked_status = hdr->status >> 1;
	hdr->msg_status = 0; /* COMMAND COMPLETE */
	hdr->host_status = host_byte(cmnd->result);
	hdr->driver_status = scsi_status_is_check_condition(cmnd->result) ? DRIVER_SENSE : 0;
	hdr->info = hdr->status || hdr->host_status ? SG_INFO_CHECK : 0;
	hdr->resid = cmnd->resid_len;
	hdr->sb_len_wr = 0;
	if (!len || !hdr->sbp)
		return 0;
	if (copy_to_user(hdr->sbp, cmnd->sense_buffer, len))
		return -EFAULT;
	hdr->sb_len_wr = len;
	return 0;
}

static int scsi_mpath_sg_execute(struct scsi_device *sdev, const struct scsi_mpath_cdb *cdb,
				 struct sg_io_hdr *hdr)
{
	unsigned long start = jiffies;
	struct scsi_cmnd *cmnd;
	struct request *rq;
	struct bio *bio;
	int unmapped;
	int ret;

	BUILD_BUG_ON(sizeof(cdb->bytes) > sizeof(cmnd->cmnd));
	if (hdr->dxfer_len > (queue_max_hw_sectors(sdev->request_queue) << SECTOR_SHIFT))
		return -EIO;
	rq = scsi_alloc_request(sdev->request_queue, REQ_OP_DRV_IN, 0);
	if (IS_ERR(rq))
		return PTR_ERR(rq);
	rq->timeout = scsi_mpath_sg_timeout(sdev, hdr);
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
		hdr->duration = jiffies_to_msecs(jiffies - start);
		ret = scsi_mpath_sg_result(cmnd, hdr);
		unmapped = blk_rq_unmap_user(bio);
		ret = ret ?: unmapped;
	}
	blk_mq_free_request(rq);
	return ret;
}

int scsi_mpath_sg_io(struct scsi_mpath_head *head, blk_mode_t mode, void __user *arg)
{
	struct mpath_device *path;
	struct scsi_mpath_cdb cdb;
	struct scsi_device *sdev;
	struct sg_io_hdr hdr;
	int ret;

	ret = get_sg_io_hdr(&hdr, arg);
	if (!ret)
		ret = scsi_mpath_read_cdb(&hdr, mode, &cdb);
	if (ret)
		return ret;
	path = mpath_head_get_path(head->core);
	if (!path)
		return -EWOULDBLOCK;
	sdev = ((struct scsi_mpath_path *)mpath_device_owner(path))->sdev;
	ret = scsi_ioctl_block_when_processing_errors(sdev, SG_IO, mode & BLK_OPEN_NDELAY);
	if (!ret)
		ret = scsi_mpath_sg_execute(sdev, &cdb, &hdr);
	mpath_device_put(path);
	if (!ret && put_sg_io_hdr(&hdr, arg))
		ret = -EFAULT;
	return ret;
}
