// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of the head's device and of its disk, and the group of links. One value per
 * file, always an answer; nonsense is -EINVAL and changes nothing.
 */
#include "glue.h"

const char mpath_glue_links[] = "multipath";
EXPORT_SYMBOL_GPL(mpath_glue_links);

/* --- a group without files, for links ------------------------------------------ */

static struct attribute mpath_glue_no_attr = {
	.name = "none",
	.mode = 0,
};

static struct attribute *mpath_glue_no_attrs[] = {
	&mpath_glue_no_attr,
	NULL,
};

static umode_t mpath_glue_invisible(struct kobject *kobj, struct attribute *attr, int n)
{
	return 0;
}

const struct attribute_group mpath_glue_links_group = {
	.name = mpath_glue_links,
	.attrs = mpath_glue_no_attrs,
	.is_visible = mpath_glue_invisible,
};
EXPORT_SYMBOL_GPL(mpath_glue_links_group);

/* --- /sys/class/TRANSPORT_mpath_device/N/ ------------------------------------------------ */

static ssize_t iopolicy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_head *head = to_mpath_glue_head(dev)->core;

	return sysfs_emit(buf, "%s\n", mpath_iopolicy_name(mpath_head_iopolicy(head)));
}

static ssize_t iopolicy_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	int policy = mpath_iopolicy_parse(buf);

	if (policy < 0)
		return policy;
	mpath_head_set_iopolicy(to_mpath_glue_head(dev)->core, policy);
	return count;
}
static DEVICE_ATTR_RW(iopolicy);

static ssize_t wwid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_mpath_glue_head(dev)->wwid);
}
static DEVICE_ATTR_RO(wwid);

static struct attribute *mpath_glue_device_attrs[] = {
	&dev_attr_iopolicy.attr,
	&dev_attr_wwid.attr,
	NULL,
};

const struct attribute_group mpath_glue_device_group = {
	.attrs = mpath_glue_device_attrs,
};
EXPORT_SYMBOL_GPL(mpath_glue_device_group);

/* --- of the head's disk ------------------------------------------------------------ */

static struct mpath_head *mpath_glue_core_of(struct device *disk)
{
	return mpath_glue_head_of(dev_to_disk(disk))->core;
}

/* A number of the core's, which knows what is too much. */
#define DISK_NUMBER(_file, _format)                                                                \
	static ssize_t _file##_show(struct device *dev, struct device_attribute *attr, char *buf)  \
	{                                                                                          \
		return sysfs_emit(buf, _format "\n", mpath_head_##_file(mpath_glue_core_of(dev))); \
	}                                                                                          \
                                                                                                   \
	static ssize_t _file##_store(struct device *dev, struct device_attribute *attr,            \
				     const char *buf, size_t count)                                \
	{                                                                                          \
		long long number;                                                                  \
		int ret;                                                                           \
                                                                                                   \
		if (kstrtoll(buf, 10, &number))                                                    \
			return -EINVAL;                                                            \
		ret = mpath_head_set_##_file(mpath_glue_core_of(dev), number);                     \
		return ret ? ret : count;                                                          \
	}                                                                                          \
	static DEVICE_ATTR_RW(_file)

DISK_NUMBER(no_path_timeout_ms, "%d");
DISK_NUMBER(stall_timeout_ms, "%u");
DISK_NUMBER(parked_limit_kib, "%u");

static ssize_t delayed_removal_secs_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	struct mpath_glue_head *head = mpath_glue_head_of(dev_to_disk(dev));

	return sysfs_emit(buf, "%u\n", READ_ONCE(head->delayed_removal_secs));
}

static ssize_t delayed_removal_secs_store(struct device *dev, struct device_attribute *attr,
					  const char *buf, size_t count)
{
	unsigned int secs;
	int ret;

	if (kstrtouint(buf, 10, &secs))
		return -EINVAL;
	ret = mpath_glue_set_delayed_removal(mpath_glue_head_of(dev_to_disk(dev)), secs);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(delayed_removal_secs);

static ssize_t fail_now_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	mpath_head_fail_now(mpath_glue_core_of(dev));
	return count;
}
static DEVICE_ATTR_WO(fail_now);

static ssize_t evict_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	int ret;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	ret = mpath_glue_evict(mpath_glue_head_of(dev_to_disk(dev)));
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(evict);

static ssize_t submit_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  mpath_submit_mode_name(mpath_head_submit_mode(mpath_glue_core_of(dev))));
}

static ssize_t submit_mode_store(struct device *dev, struct device_attribute *attr, const char *buf,
				 size_t count)
{
	int mode = mpath_submit_mode_parse(buf);

	if (mode < 0)
		return mode;
	mpath_head_set_submit_mode(mpath_glue_core_of(dev), mode);
	return count;
}
static DEVICE_ATTR_RW(submit_mode);

#define DISK_COUNTER(_file, _field)                                                               \
	static ssize_t _file##_show(struct device *dev, struct device_attribute *attr, char *buf) \
	{                                                                                         \
		struct mpath_head_stats stats;                                                    \
                                                                                                  \
		mpath_head_read_stats(mpath_glue_core_of(dev), &stats);                           \
		return sysfs_emit(buf, "%llu\n", (unsigned long long)stats._field);               \
	}                                                                                         \
	static DEVICE_ATTR_RO(_file)

DISK_COUNTER(multipath_failover_count, failover_count);
DISK_COUNTER(io_requeue_no_usable_path_count, requeue_no_usable_path_count);
DISK_COUNTER(io_fail_no_available_path_count, fail_no_available_path_count);
DISK_COUNTER(mpath_longest_no_path_ms, longest_no_path_ms);
DISK_COUNTER(mpath_parked, parked);
DISK_COUNTER(mpath_port_group_reports, port_group_reports);
DISK_COUNTER(mpath_activations, activations);

static struct attribute *mpath_glue_disk_attrs[] = {
	&dev_attr_no_path_timeout_ms.attr,
	&dev_attr_stall_timeout_ms.attr,
	&dev_attr_parked_limit_kib.attr,
	&dev_attr_delayed_removal_secs.attr,
	&dev_attr_fail_now.attr,
	&dev_attr_evict.attr,
	&dev_attr_submit_mode.attr,
	&dev_attr_multipath_failover_count.attr,
	&dev_attr_io_requeue_no_usable_path_count.attr,
	&dev_attr_io_fail_no_available_path_count.attr,
	&dev_attr_mpath_longest_no_path_ms.attr,
	&dev_attr_mpath_parked.attr,
	&dev_attr_mpath_port_group_reports.attr,
	&dev_attr_mpath_activations.attr,
	NULL,
};

const struct attribute_group mpath_glue_disk_group = {
	.attrs = mpath_glue_disk_attrs,
};
EXPORT_SYMBOL_GPL(mpath_glue_disk_group);
