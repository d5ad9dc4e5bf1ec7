// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes that only NVMe has, beside those of lib/glue/sysfs.c and path_attrs.c. One value
 * per file, always an answer; nonsense is -EINVAL and changes nothing.
 */
#include "nvme_multipath.h"

/* --- /sys/class/nvme_mpath_device/N/ ------------------------------------------- */

const struct attribute_group *nvme_mpath_device_groups[] = {
	&mpath_glue_device_group,
	&mpath_glue_links_group,
	NULL,
};

/* --- /sys/block/nvmempathNn1/ ---------------------------------------------------- */

/* What the standard rules of udev make links of, as they do for the driver's own disks. */
static ssize_t wwid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_glue_head *head = mpath_glue_head_of(dev_to_disk(dev));

	return sysfs_emit(buf, "%s\n", to_nvme_mpath_head(head)->wwid);
}
static DEVICE_ATTR_RO(wwid);

static ssize_t nsid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_glue_head *head = mpath_glue_head_of(dev_to_disk(dev));

	return sysfs_emit(buf, "%u\n", to_nvme_mpath_head(head)->ns.nsid);
}
static DEVICE_ATTR_RO(nsid);

static struct attribute *nvme_mpath_disk_attrs[] = {
	&dev_attr_wwid.attr,
	&dev_attr_nsid.attr,
	NULL,
};

static const struct attribute_group nvme_mpath_disk_group = {
	.attrs = nvme_mpath_disk_attrs,
};

const struct attribute_group *nvme_mpath_disk_groups[] = {
	&mpath_glue_disk_group,
	&nvme_mpath_disk_group,
	&mpath_glue_links_group,
	NULL,
};

/* --- /sys/block/nvmeXnY/ of a path ------------------------------------------------ */

static ssize_t ana_state_show(struct mpath_glue_path *path, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  mpath_nvme_ana_name(nvme_mpath_ana(to_nvme_mpath_path(path))));
}

static ssize_t ana_state_store(struct mpath_glue_path *path, const char *buf, size_t count)
{
	int ana = mpath_nvme_ana_parse(buf);

	if (ana < 0)
		return ana;
	nvme_mpath_set_ana(to_nvme_mpath_path(path), ana);
	return count;
}

const struct mpath_glue_file nvme_mpath_path_files[NVME_MPATH_PATH_FILES] = {
	{ .name = "ana_state", .show = ana_state_show, .store = ana_state_store },
};
