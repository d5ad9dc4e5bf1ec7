// SPDX-License-Identifier: GPL-2.0
/*
 * Reservations. The registrant is the host, told by its Host Identifier, and not the controller
 * (NVM Express Base Specification 2.0, 8.19): what is registered through one controller holds
 * for all that the host is connected to under the same identifier. So each operation goes down
 * one path, once, and its answer is the answer; paths of another identifier are none of the
 * head's. Where there is no identifier (PCIe: the driver sets none), each controller would be a
 * registrant of its own.
 */
#include "compat_pr.h"
#include "nvme_multipath.h"

/* A path whose disk knows reservations, held; or an error. */
static struct mpath_device *nvme_mpath_pr_path(struct block_device *bdev)
{
	struct mpath_glue_head *head = mpath_glue_head_of(bdev->bd_disk);
	struct mpath_device *path;

	if (!to_nvme_mpath_head(head)->ns.host[0])
		return ERR_PTR(-EOPNOTSUPP);
	path = mpath_head_get_path(head->core);
	if (!path)
		return ERR_PTR(MPATH_GLUE_NO_PATH);
	if (!mpath_device_disk(path)->fops->pr_ops) {
		mpath_device_put(path);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return path;
}

/* @call with the path's block_device in place of the head's. */
#define NVME_MPATH_PR(_bdev, _call)                                                   \
	({                                                                            \
		struct mpath_device *path = nvme_mpath_pr_path(_bdev);                \
		int ret = PTR_ERR_OR_ZERO(path);                                      \
                                                                                      \
		if (!ret) {                                                           \
			struct gendisk *disk = mpath_device_disk(path);               \
			const struct pr_ops *ops __maybe_unused = disk->fops->pr_ops; \
                                                                                      \
			ret = _call;                                                  \
			nvme_mpath_pr_end(path, ret);                                 \
		}                                                                     \
		ret;                                                                  \
	})

static void nvme_mpath_pr_end(struct mpath_device *path, int ret)
{
	/* Who sends it again shall find another path. */
	if (mpath_compat_pr_way_failed(ret) || mpath_nvme_way_failed(ret))
		mpath_device_failed_command(path);
	mpath_device_put(path);
}

static int nvme_mpath_pr_register(struct block_device *bdev, u64 old_key, u64 new_key, u32 flags)
{
	return NVME_MPATH_PR(bdev, ops->pr_register(disk->part0, old_key, new_key, flags));
}

static int nvme_mpath_pr_reserve(struct block_device *bdev, u64 key, enum pr_type type, u32 flags)
{
	return NVME_MPATH_PR(bdev, ops->pr_reserve(disk->part0, key, type, flags));
}

static int nvme_mpath_pr_release(struct block_device *bdev, u64 key, enum pr_type type)
{
	return NVME_MPATH_PR(bdev, ops->pr_release(disk->part0, key, type));
}

static int nvme_mpath_pr_preempt(struct block_device *bdev, u64 old_key, u64 new_key,
				 enum pr_type type, bool abort)
{
	return NVME_MPATH_PR(bdev, ops->pr_preempt(disk->part0, old_key, new_key, type, abort));
}

static int nvme_mpath_pr_clear(struct block_device *bdev, u64 key)
{
	return NVME_MPATH_PR(bdev, ops->pr_clear(disk->part0, key));
}

static int __maybe_unused nvme_mpath_pr_read_keys(struct block_device *bdev, struct pr_keys *keys)
{
	return NVME_MPATH_PR(bdev, mpath_compat_pr_read_keys(disk, keys));
}

static int __maybe_unused nvme_mpath_pr_read_reservation(struct block_device *bdev,
							 struct pr_held_reservation *reservation)
{
	return NVME_MPATH_PR(bdev, mpath_compat_pr_read_reservation(disk, reservation));
}

const struct pr_ops nvme_mpath_pr_ops = {
	.pr_register = nvme_mpath_pr_register,
	.pr_reserve = nvme_mpath_pr_reserve,
	.pr_release = nvme_mpath_pr_release,
	.pr_preempt = nvme_mpath_pr_preempt,
	.pr_clear = nvme_mpath_pr_clear,
	MPATH_COMPAT_PR_READ_OPS(nvme_mpath_pr_read_keys, nvme_mpath_pr_read_reservation)
};
