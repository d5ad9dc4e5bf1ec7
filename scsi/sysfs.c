// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes that only SCSI has, beside those of lib/glue/sysfs.c and path_attrs.c. One value
 * per file, always an answer; nonsense is -EINVAL and changes nothing.
 */
#include "scsi_multipath.h"

/* --- /sys/class/scsi_mpath_device/N/ ------------------------------------------- */

static ssize_t wwid_multipath_tools_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	char spelling[MPATH_WWID_LEN];

	mpath_scsi_wwid_multipath_tools(to_mpath_glue_head(dev)->wwid, spelling);
	return sysfs_emit(buf, "%s\n", spelling);
}
static DEVICE_ATTR_RO(wwid_multipath_tools);

static struct attribute *scsi_mpath_device_attrs[] = {
	&dev_attr_wwid_multipath_tools.attr,
	NULL,
};

static const struct attribute_group scsi_mpath_device_group = {
	.attrs = scsi_mpath_device_attrs,
};

const struct attribute_group *scsi_mpath_device_groups[] = {
	&mpath_glue_device_group,
	&scsi_mpath_device_group,
	&mpath_glue_links_group,
	NULL,
};

/* --- /sys/block/sdmpathX/ -------------------------------------------------------- */

static struct mpath_head *scsi_mpath_core_of(struct device *disk)
{
	return mpath_glue_head_of(dev_to_disk(disk))->core;
}

static ssize_t reservation_key_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_pr_state state;

	mpath_head_read_pr(scsi_mpath_core_of(dev), &state);
	if (!state.key)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "0x%016llx\n", (unsigned long long)state.key);
}

static ssize_t reservation_key_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	bool none = sysfs_streq(buf, "none");
	u64 key = 0;
	int ret;

	if (!none && (kstrtou64(buf, 16, &key) || !key))
		return -EINVAL;
	ret = mpath_head_pr_adopt(scsi_mpath_core_of(dev), key);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(reservation_key);

#define SCSI_MPATH_PR_WORD(_file, _field)                                                         \
	static ssize_t _file##_show(struct device *dev, struct device_attribute *attr, char *buf) \
	{                                                                                         \
		struct mpath_pr_state state;                                                      \
                                                                                                  \
		mpath_head_read_pr(scsi_mpath_core_of(dev), &state);                              \
		return sysfs_emit(buf, "%s\n", state._field);                                     \
	}                                                                                         \
	static DEVICE_ATTR_RO(_file)

SCSI_MPATH_PR_WORD(reservation_state, state);
SCSI_MPATH_PR_WORD(reservation_type, type);
SCSI_MPATH_PR_WORD(reservation_holder, holder);

static struct attribute *scsi_mpath_disk_attrs[] = {
	&dev_attr_reservation_key.attr,
	&dev_attr_reservation_state.attr,
	&dev_attr_reservation_type.attr,
	&dev_attr_reservation_holder.attr,
	NULL,
};

static const struct attribute_group scsi_mpath_disk_group = {
	.attrs = scsi_mpath_disk_attrs,
};

const struct attribute_group *scsi_mpath_disk_groups[] = {
	&mpath_glue_disk_group,
	&scsi_mpath_disk_group,
	&mpath_glue_links_group,
	NULL,
};

/* --- /sys/block/sdX/ of a path ---------------------------------------------------- */

static ssize_t mpath_registered_show(struct mpath_glue_path *path, char *buf)
{
	return sysfs_emit(buf, "%d\n", mpath_device_is_registered(path->core));
}

const struct mpath_glue_file scsi_mpath_path_files[SCSI_MPATH_PATH_FILES] = {
	{ .name = "mpath_registered", .show = mpath_registered_show },
};
