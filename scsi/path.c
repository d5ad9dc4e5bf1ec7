// SPDX-License-Identifier: GPL-2.0
/* Paths: what scsi_multipath pins of a scsi_device, and how it asks after it. */
#include <linux/slab.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "compat_scsi.h"
#include "scsi_multipath.h"

/* A path that takes longer to say that it is ready is not. */
#define SCSI_MPATH_PROBE_TIMEOUT (5 * HZ)
#define SCSI_MPATH_PROBE_RETRIES 3
#define SCSI_MPATH_PAGE_LEN 1024 /* or longer, where the cached page is */

enum mpath_wwid_result scsi_mpath_cached_wwid(struct scsi_device *sdev, char *wwid)
{
	enum mpath_wwid_result result = MPATH_WWID_NONE;
	const struct scsi_vpd *page;

	wwid[0] = '\0';
	rcu_read_lock();
	page = rcu_dereference(sdev->vpd_pg83);
	if (page)
		result = mpath_scsi_wwid(page->data, page->len, wwid);
	rcu_read_unlock();
	return result;
}

static size_t scsi_mpath_page_len(struct scsi_device *sdev)
{
	const struct scsi_vpd *page;
	size_t len = SCSI_MPATH_PAGE_LEN;

	rcu_read_lock();
	page = rcu_dereference(sdev->vpd_pg83);
	if (page)
		len = max_t(size_t, len, page->len);
	rcu_read_unlock();
	return len;
}

static enum mpath_wwid_result scsi_mpath_read_wwid(struct scsi_device *sdev, unsigned char *page,
						   size_t len, char *wwid)
{
	memset(page, 0, len);
	if (scsi_get_vpd_page(sdev, 0x83, page, len)) {
		wwid[0] = '\0';
		return MPATH_WWID_NONE;
	}
	return mpath_scsi_wwid(page, len, wwid);
}

bool scsi_mpath_is_what_it_was(struct scsi_device *sdev)
{
	size_t len = scsi_mpath_page_len(sdev);
	char now[MPATH_WWID_LEN], then[MPATH_WWID_LEN];
	unsigned char *page = kmalloc(len, GFP_KERNEL);
	bool same;

	if (!page)
		return false;
	same = scsi_mpath_read_wwid(sdev, page, len, now) == scsi_mpath_cached_wwid(sdev, then) &&
	       !strcmp(now, then);
	kfree(page);
	return same;
}

/* Is it still the LUN it was? Identity before data. */
static enum mpath_verdict scsi_mpath_probe_identity(struct scsi_mpath_path *path)
{
	char wwid[MPATH_WWID_LEN];

	if (scsi_mpath_read_wwid(path->sdev, path->buffer, path->buffer_len, wwid) != MPATH_WWID_OK)
		return MPATH_VERDICT_DEAD;
	return strcmp(wwid, path->glue.head->wwid) ? MPATH_VERDICT_FOREIGN : MPATH_VERDICT_FINE;
}

void scsi_mpath_take_apart(int result, const struct scsi_sense_hdr *sense,
			   struct mpath_scsi_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	if (result < 0) {
		answer->error = result;
		return;
	}
	answer->host_byte = host_byte(result);
	answer->status = result & 0xff;
	answer->sense_valid = scsi_sense_valid(sense);
	answer->sense_key = sense->sense_key;
	answer->asc = sense->asc;
	answer->ascq = sense->ascq;
}

static enum mpath_verdict scsi_mpath_probe_ready(struct scsi_mpath_path *path)
{
	struct mpath_scsi_answer answer;
	struct scsi_sense_hdr sense = {};
	int result;

	result = scsi_test_unit_ready(path->sdev, SCSI_MPATH_PROBE_TIMEOUT,
				      SCSI_MPATH_PROBE_RETRIES, &sense);
	scsi_mpath_take_apart(result, &sense, &answer);
	return mpath_scsi_tur_verdict(&answer);
}

/* One block, the first: some paths answer everything but what moves data. */
static enum mpath_verdict scsi_mpath_probe_read(struct scsi_mpath_path *path)
{
	static const unsigned char cdb[10] = { READ_10, [8] = 1 };
	struct mpath_scsi_answer answer;
	struct scsi_sense_hdr sense = {};
	int result;

	/* As long as it was when the buffer was made: a rescan may find another length. */
	result = mpath_compat_scsi_read(path->sdev, cdb, path->buffer, path->block_len,
					SCSI_MPATH_PROBE_TIMEOUT, SCSI_MPATH_PROBE_RETRIES, &sense);
	scsi_mpath_take_apart(result, &sense, &answer);
	return mpath_scsi_read_verdict(&answer);
}

static enum mpath_verdict scsi_mpath_probe(void *owner)
{
	struct scsi_mpath_path *path = owner;
	enum mpath_verdict ready, identity;

	ready = scsi_mpath_probe_ready(path);
	/* A port group that takes no I/O tells who it is all the same. */
	switch (ready) {
	case MPATH_VERDICT_FINE:
	case MPATH_VERDICT_STANDBY:
	case MPATH_VERDICT_UNAVAILABLE:
	case MPATH_VERDICT_TRANSITIONING:
		break;
	default:
		return ready;
	}
	identity = scsi_mpath_probe_identity(path);
	if (identity != MPATH_VERDICT_FINE)
		return identity;
	if (ready != MPATH_VERDICT_FINE ||
	    !mpath_scsi_takes_io(READ_ONCE(path->sdev->access_state)))
		return ready;
	return scsi_mpath_probe_read(path);
}

static bool scsi_mpath_rescan_path(void *owner)
{
	return scsi_mpath_rescan(owner);
}

static const struct mpath_device_ops scsi_mpath_device_ops = {
	.probe = scsi_mpath_probe,
	.rescan = scsi_mpath_rescan_path,
	.refresh_handler = scsi_mpath_refresh_handler,
	.activate = scsi_mpath_activate,
	.execute = scsi_mpath_execute,
};

void scsi_mpath_free_path(struct mpath_glue_path *glue)
{
	struct scsi_mpath_path *path = to_scsi_mpath_path(glue);

	put_disk(path->glue.disk);
	scsi_device_put(path->sdev);
	kfree(path->buffer);
	kfree(path);
}

/*
 * While sd reads a disk again, it says for a moment that the disk has a type which it then
 * finds its host cannot carry: what is new counts when it is still so at the next look.
 */
static u32 scsi_mpath_settled_protection(struct scsi_mpath_path *path)
{
	u32 now = scsi_mpath_protection_type(path->sdev);

	if (now == path->protection_seen)
		path->protection_type = now;
	path->protection_seen = now;
	return path->protection_type;
}

void scsi_mpath_geometry(struct mpath_glue_path *glue, struct mpath_geometry *geometry)
{
	struct scsi_mpath_path *path = to_scsi_mpath_path(glue);
	struct scsi_device *sdev = path->sdev;

	BUILD_BUG_ON(sizeof(geometry->vendor) != SCSI_MPATH_VENDOR_LEN + 1);
	BUILD_BUG_ON(sizeof(geometry->product) != SCSI_MPATH_PRODUCT_LEN + 1);
	scsi_mpath_trim(geometry->vendor, sdev->vendor, SCSI_MPATH_VENDOR_LEN);
	scsi_mpath_trim(geometry->product, sdev->model, SCSI_MPATH_PRODUCT_LEN);
	geometry->protection_type = scsi_mpath_settled_protection(path);
}

static u64 scsi_mpath_page_digest(struct scsi_device *sdev)
{
	const struct scsi_vpd *page;
	u64 digest = 0;

	rcu_read_lock();
	page = rcu_dereference(sdev->vpd_pg83);
	if (page)
		digest = mpath_digest(page->data, page->len);
	rcu_read_unlock();
	return digest;
}

/* Nearly always the page is what it was, and need not be taken apart. */
static void scsi_mpath_look_at_page(struct scsi_mpath_path *path)
{
	u64 digest = scsi_mpath_page_digest(path->sdev);
	char wwid[MPATH_WWID_LEN];

	if (digest == path->page_digest)
		return;
	scsi_mpath_cached_wwid(path->sdev, wwid);
	path->is_another = strcmp(wwid, path->glue.head->wwid);
	scsi_mpath_find_port(path->sdev, &path->port);
	/* Read before the page was: should that be a newer one, it is looked at once more. */
	path->page_digest = digest;
}

void scsi_mpath_look_at_path(struct mpath_glue_path *glue)
{
	struct scsi_mpath_path *path = to_scsi_mpath_path(glue);

	scsi_mpath_look_at_page(path);
	if (path->is_another)
		mpath_device_recheck(glue->core);
	path->port.tpgs = scsi_mpath_tpgs(path->sdev);
	mpath_device_observe_port(glue->core, scsi_mpath_access_state(path->sdev), &path->port);
}

/* Host numbers begin with 0. */
static u64 scsi_mpath_target_port(struct scsi_device *sdev)
{
	return (u64)(sdev->host->host_no + 1) << 48 | (u64)(sdev->channel & 0xffff) << 32 |
	       sdev->id;
}

static int scsi_mpath_add_core(struct mpath_glue_head *head, struct scsi_mpath_path *path)
{
	struct scsi_device *sdev = path->sdev;
	char name[MPATH_NAME_LEN];
	struct mpath_device_config config = {
		.name = name,
		/* Not the disk's: sd does not say. */
		.numa_node = dev_to_node(sdev->host->dma_dev),
		.device_state = (const u32 *)&sdev->sdev_state,
		.usable_states = BIT(SDEV_RUNNING),
		.waiting_states = BIT(SDEV_QUIESCE) | BIT(SDEV_BLOCK) | BIT(SDEV_CREATED_BLOCK),
		.host_state = (const u32 *)&sdev->host->shost_state,
		.host_waiting_states = BIT(SHOST_RECOVERY) | BIT(SHOST_CANCEL_RECOVERY) |
				       BIT(SHOST_DEL_RECOVERY),
		.error_count = (const u32 *)&sdev->ioerr_cnt.counter,
		.target_port = scsi_mpath_target_port(sdev),
		.ops = &scsi_mpath_device_ops,
		.owner = path,
	};

	BUILD_BUG_ON(sizeof(sdev->sdev_state) != sizeof(u32));
	BUILD_BUG_ON(sizeof(sdev->host->shost_state) != sizeof(u32));
	BUILD_BUG_ON(sizeof(sdev->ioerr_cnt.counter) != sizeof(u32));
	snprintf(name, sizeof(name), "%s (%s)", dev_name(&sdev->sdev_gendev),
		 path->glue.disk->disk_name);
	scsi_mpath_find_port(sdev, &path->port);
	path->port.tpgs = scsi_mpath_tpgs(sdev);
	config.port = path->port;
	config.access_state = scsi_mpath_access_state(sdev);
	return mpath_glue_add_path(head, &path->glue, &config);
}

int scsi_mpath_add_path(struct mpath_glue_head *head, struct gendisk *disk)
{
	struct scsi_device *sdev = scsi_mpath_sdev_of(disk);
	struct scsi_mpath_path *path;
	int ret = -ENOMEM;

	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	path->block_len = queue_logical_block_size(disk->queue);
	path->buffer_len = max_t(size_t, scsi_mpath_page_len(sdev), path->block_len);
	path->buffer = kmalloc(path->buffer_len, GFP_KERNEL);
	if (!path->buffer)
		goto free_path;
	/* Pins the device and the module of its host. */
	ret = scsi_device_get(sdev);
	if (ret)
		goto free_path;
	get_device(disk_to_dev(disk));
	path->sdev = sdev;
	path->glue.disk = disk;
	path->glue.member = &sdev->sdev_gendev;
	path->protection_seen = scsi_mpath_protection_type(sdev);

	ret = scsi_mpath_add_core(head, path);
	if (ret)
		scsi_mpath_free_path(&path->glue);
	return ret;

free_path:
	kfree(path->buffer);
	kfree(path);
	return ret;
}

void scsi_mpath_begin_scan(struct scsi_device *sdev)
{
	struct mpath_glue_path *path;

	mutex_lock(&scsi_mpath.lock);
	path = mpath_glue_find_path(&scsi_mpath, &sdev->sdev_gendev);
	if (path)
		atomic_set(&to_scsi_mpath_path(path)->to_be_scanned, 0);
	mutex_unlock(&scsi_mpath.lock);
}
