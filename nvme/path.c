// SPDX-License-Identifier: GPL-2.0
/* Paths: what nvme_multipath pins of a namespace, and how it asks after it. */
#include <linux/slab.h>

#include "compat_limits.h"
#include "nvme_multipath.h"

/* A path that takes longer to read a block does not work. */
#define NVME_MPATH_PROBE_TIMEOUT (5 * HZ)

#define NVME_MPATH_STATE_LEN 32

/* --- access states --------------------------------------------------------------------- */

enum mpath_nvme_ana nvme_mpath_ana(struct nvme_mpath_path *path)
{
	return READ_ONCE(path->ana);
}

static void nvme_mpath_note_ana(struct nvme_mpath_path *path, enum mpath_nvme_ana ana)
{
	static const struct mpath_port_config port = { .group = -1, .relative = -1 };

	lockdep_assert_held(&path->ana_lock);
	WRITE_ONCE(path->ana, ana);
	WRITE_ONCE(path->access_state, mpath_nvme_ana_access(ana));
	mpath_device_observe_port(path->glue.core, &path->access_state, &port);
	mpath_device_access_changed(path->glue.core);
}

void nvme_mpath_set_ana(struct nvme_mpath_path *path, enum mpath_nvme_ana ana)
{
	mutex_lock(&path->ana_lock);
	nvme_mpath_note_ana(path, ana);
	mutex_unlock(&path->ana_lock);
}

/* A read that began when the path was said to be @then has gone through. */
static void nvme_mpath_note_read(struct nvme_mpath_path *path, enum mpath_nvme_ana then)
{
	enum mpath_nvme_ana now = mpath_nvme_ana_after_read(then);

	if (now == then)
		return;
	mutex_lock(&path->ana_lock);
	/* What was said meanwhile is newer. */
	if (path->ana == then) {
		pr_info("%s: path %s: it was said to be %s, but it reads\n",
			path->glue.head->disk->disk_name, path->glue.disk->disk_name,
			mpath_nvme_ana_name(then));
		nvme_mpath_note_ana(path, now);
	}
	mutex_unlock(&path->ana_lock);
}

/* --- probe --------------------------------------------------------------------------------- */

static enum mpath_verdict nvme_mpath_ask_controller(struct nvme_mpath_path *path)
{
	char state[NVME_MPATH_STATE_LEN];

	mpath_glue_ask_attr(path->ctrl, "state", state, sizeof(state));
	return mpath_nvme_controller_verdict(state);
}

/*
 * Who it is the driver looks after: it reads the identifiers again whenever it scans the
 * controller, which it does after each reset, and takes a namespace away whose are others.
 */
static enum mpath_verdict nvme_mpath_probe(void *owner)
{
	struct nvme_mpath_path *path = owner;
	enum mpath_nvme_ana ana = nvme_mpath_ana(path);
	enum mpath_verdict verdict = nvme_mpath_ask_controller(path);

	if (verdict != MPATH_VERDICT_FINE)
		return verdict;
	verdict = mpath_nvme_read_verdict(
		mpath_glue_read_block(path->reader, NVME_MPATH_PROBE_TIMEOUT), ana);
	if (verdict == MPATH_VERDICT_FINE)
		nvme_mpath_note_read(path, ana);
	return verdict;
}

static bool nvme_mpath_rescan(void *owner)
{
	struct nvme_mpath_path *path = owner;

	/* Queues work, as whoever writes to it from user space does. */
	return !mpath_glue_tell_attr(path->ctrl, "rescan_controller", "1");
}

static const struct mpath_device_ops nvme_mpath_device_ops = {
	.probe = nvme_mpath_probe,
	.rescan = nvme_mpath_rescan,
};

/* --- life -------------------------------------------------------------------------------------- */

void nvme_mpath_geometry(struct mpath_glue_path *path, struct mpath_geometry *geometry)
{
	geometry->protection_type = mpath_compat_protection(path->disk);
}

void nvme_mpath_look_at_path(struct mpath_glue_path *glue)
{
	/* Without I/O nobody else would notice that its controller is not there. */
	if (nvme_mpath_ask_controller(to_nvme_mpath_path(glue)) != MPATH_VERDICT_FINE)
		mpath_device_recheck(glue->core);
}

void nvme_mpath_free_path(struct mpath_glue_path *glue)
{
	struct nvme_mpath_path *path = to_nvme_mpath_path(glue);

	if (path->claim)
		nvme_mpath_unclaim(glue->disk, path->claim);
	mpath_compat_unpin_disk(glue->disk);
	mpath_glue_reader_put(path->reader);
	put_disk(glue->disk);
	kfree(path);
}

/* Before the core waits for the probe, which waits no longer than for its block. */
void nvme_mpath_leave(struct mpath_glue_path *glue)
{
	WRITE_ONCE(to_nvme_mpath_path(glue)->service, NVME_MPATH_LEAVES);
}

static void nvme_mpath_removal_work(struct work_struct *work)
{
	mpath_glue_release_path(&container_of(work, struct nvme_mpath_path, removal)->glue);
}

void nvme_mpath_remove_path(struct gendisk *disk, bool dead)
{
	struct mpath_glue_path *glue = mpath_glue_detach_path(&nvme_mpath, disk_to_dev(disk));
	struct nvme_mpath_path *path;

	if (!glue)
		return;
	path = to_nvme_mpath_path(glue);
	/* No more I/O: it would only be told that the disk is dead. */
	WRITE_ONCE(path->service, NVME_MPATH_LEAVES);
	/*
	 * The driver calls from the middle of del_gendisk(), under the block class's mutex: no
	 * disk of the whole system could come or go for as long as I/O on this one takes.
	 */
	if (dead)
		queue_work(nvme_mpath.wq, &path->removal);
	else
		mpath_glue_release_path(glue);
}

static int nvme_mpath_add_core(struct mpath_glue_head *head, struct nvme_mpath_path *path)
{
	struct gendisk *disk = path->glue.disk;
	char name[MPATH_NAME_LEN];
	struct mpath_device_config config = {
		.name = name,
		.numa_node = disk->node_id,
		.device_state = &path->service,
		.usable_states = BIT(NVME_MPATH_SERVES),
		/* One controller is one way to the subsystem: by its number, which begins with 0. */
		.target_port = MINOR(path->ctrl->devt) + 1,
		/* Its queues serve all of its namespaces. */
		.port_congests = true,
		.ops = &nvme_mpath_device_ops,
		.owner = path,
		.port = { .group = -1, .relative = -1 },
	};

	snprintf(name, sizeof(name), "%s (%s)", disk->disk_name, dev_name(path->ctrl));
	return mpath_glue_add_path(head, &path->glue, &config);
}

static int nvme_mpath_compare(struct nvme_mpath_head *head, struct gendisk *disk)
{
	struct mpath_nvme_namespace *ns = kzalloc(sizeof(*ns), GFP_KERNEL);
	const char *difference = NULL;
	int ret = 0;

	if (!ns)
		return -ENOMEM;
	nvme_mpath_identify(disk, ns);
	if (!head->glue.next_path_index) {
		head->ns = *ns;
		mpath_glue_ask_attr(disk_to_dev(disk), "wwid", head->wwid, sizeof(head->wwid));
	} else {
		difference = mpath_nvme_contradiction(&head->ns, ns);
	}
	if (difference) {
		pr_err("%s: path %s refused: %s (%s, namespace %u)\n", head->glue.disk->disk_name,
		       disk->disk_name, difference, ns->subsystem, ns->nsid);
		ret = -EMEDIUMTYPE;
	}
	kfree(ns);
	return ret;
}

int nvme_mpath_add_path(struct mpath_glue_head *head, struct gendisk *disk)
{
	struct nvme_mpath_path *path;
	int ret;

	ret = nvme_mpath_compare(to_nvme_mpath_head(head), disk);
	if (ret)
		return ret;
	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	mutex_init(&path->ana_lock);
	INIT_WORK(&path->removal, nvme_mpath_removal_work);
	path->reader = mpath_glue_reader_create(disk);
	if (!path->reader) {
		ret = -ENOMEM;
		goto free_path;
	}
	/* As one who has it open: the namespace, its controller and the module of its transport. */
	ret = mpath_compat_pin_disk(disk);
	if (ret)
		goto put_reader;
	get_device(disk_to_dev(disk));
	path->ctrl = nvme_mpath_ctrl_of(disk);
	path->glue.disk = disk;
	path->glue.member = disk_to_dev(disk);

	ret = nvme_mpath_add_core(head, path);
	if (!ret)
		return 0;
	mpath_compat_unpin_disk(disk);
	put_disk(disk);
put_reader:
	mpath_glue_reader_put(path->reader);
free_path:
	kfree(path);
	return ret;
}
