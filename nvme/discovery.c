// SPDX-License-Identifier: GPL-2.0
/* Discovery of NVMe namespaces, beside lib/glue/discovery.c: what a disk is. */
#include <linux/moduleparam.h>
#include <linux/module.h>

#include "nvme_multipath.h"

/* Long enough for a line of the attributes that are asked here. */
#define NVME_MPATH_WORD_LEN 64

static bool nvme_mpath_has_class(struct device *dev, const char *name)
{
	return dev && dev->class && !strcmp(dev->class->name, name);
}

/* The disk of a controller; or, under native multipath, of a subsystem. */
bool nvme_mpath_is_nvme(struct gendisk *disk)
{
	struct device *parent = nvme_mpath_ctrl_of(disk);

	return nvme_mpath_has_class(parent, "nvme") ||
	       nvme_mpath_has_class(parent, "nvme-subsystem");
}

/* What nvme_core was told about multipath: nobody exports it but its parameter. */
static bool nvme_mpath_param_is_on(struct module *nvme_core)
{
	char answer[16] = "";
	char *page;
	int i;

	for (i = 0; nvme_core && i < nvme_core->num_kp; i++) {
		const struct kernel_param *kp = &nvme_core->kp[i];

		if (strcmp(kp->name, "multipath") || !kp->ops->get)
			continue;
		page = (char *)get_zeroed_page(GFP_KERNEL);
		if (page && kp->ops->get(page, kp) > 0)
			strscpy(answer, page, sizeof(answer));
		free_page((unsigned long)page);
	}
	return answer[0] == 'Y';
}

static bool nvme_mpath_is_native(struct gendisk *disk)
{
	return nvme_mpath_has_class(nvme_mpath_ctrl_of(disk), "nvme-subsystem") ||
	       disk->flags & GENHD_FL_HIDDEN || nvme_mpath_param_is_on(disk->fops->owner);
}

static u32 nvme_mpath_ask_number(struct device *dev, const char *name)
{
	char answer[NVME_MPATH_WORD_LEN];
	u32 number;

	if (!mpath_glue_ask_attr(dev, name, answer, sizeof(answer)) ||
	    kstrtou32(answer, 10, &number))
		return 0;
	return number;
}

void nvme_mpath_identify(struct gendisk *disk, struct mpath_nvme_namespace *ns)
{
	struct device *ctrl = nvme_mpath_ctrl_of(disk);

	memset(ns, 0, sizeof(*ns));
	mpath_glue_ask_attr(ctrl, "subsysnqn", ns->subsystem, sizeof(ns->subsystem));
	mpath_glue_ask_attr(ctrl, "hostid", ns->host, sizeof(ns->host));
	ns->nsid = nvme_mpath_ask_number(disk_to_dev(disk), "nsid");
	/* Since 6.9; before, the integrity profile and the capacity say the same of most. */
	ns->metadata_bytes = nvme_mpath_ask_number(disk_to_dev(disk), "metadata_bytes");
	ns->command_set = nvme_mpath_ask_number(disk_to_dev(disk), "csi");
}

const char *nvme_mpath_consider(struct gendisk *disk, char *wwid)
{
	struct device *ctrl = nvme_mpath_ctrl_of(disk);
	char transport[NVME_MPATH_WORD_LEN] = "", subsystem[MPATH_NQN_LEN] = "";
	char printed[MPATH_WWID_LEN] = "";
	struct mpath_nvme_traits traits = {
		.native = nvme_mpath_is_native(disk),
		.zoned = bdev_is_zoned(disk->part0),
		.has_medium = get_capacity(disk),
		.transport = transport,
		.wwid = printed,
		.subsystem = subsystem,
	};
	const char *reason;
	bool silent;

	if (traits.native) {
		pr_info_once(
			"native NVMe multipath is on: nothing is taken (nvme_core.multipath=N is needed)\n");
	} else {
		mpath_glue_ask_attr(disk_to_dev(disk), "wwid", printed, sizeof(printed));
		mpath_glue_ask_attr(ctrl, "subsysnqn", subsystem, sizeof(subsystem));
		mpath_glue_ask_attr(ctrl, "transport", transport, sizeof(transport));
	}
	reason = mpath_nvme_membership(&traits, &nvme_mpath_choice, &silent);
	if (reason && !silent)
		pr_info("%s: left alone: %s\n", disk->disk_name, reason);
	mpath_nvme_name(printed, subsystem, nvme_mpath_ask_number(disk_to_dev(disk), "nsid"), wwid);
	return reason;
}

void nvme_mpath_disk_goes(struct gendisk *disk)
{
	/*
	 * A disk that dies has its namespace until the last reference; one whose adding fails
	 * loses it when we return.
	 */
	nvme_mpath_remove_path(disk, test_bit(GD_DEAD, &disk->state));
}
