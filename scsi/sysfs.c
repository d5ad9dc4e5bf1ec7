// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes: of the scsi_mpath_device, of the head's disk, and of the path disks.
 * One value per file, always an answer; nonsense is -EINVAL and changes nothing.
 */
#include <linux/nodemask.h>

#include "scsi_multipath.h"

const char scsi_mpath_links[] = "multipath";

/* --- a group without files, for links ------------------------------------------ */

static struct attribute scsi_mpath_no_attr = {
	.name = "none",
	.mode = 0,
};

static struct attribute *scsi_mpath_no_attrs[] = {
	&scsi_mpath_no_attr,
	NULL,
};

static umode_t scsi_mpath_invisible(struct kobject *kobj, struct attribute *attr, int n)
{
	return 0;
}

static const struct attribute_group scsi_mpath_links_group = {
	.name = scsi_mpath_links,
	.attrs = scsi_mpath_no_attrs,
	.is_visible = scsi_mpath_invisible,
};

/* --- /sys/class/scsi_mpath_device/N/ ------------------------------------------- */

static ssize_t iopolicy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_head *head = to_scsi_mpath_head(dev)->core;

	return sysfs_emit(buf, "%s\n", mpath_iopolicy_name(mpath_head_iopolicy(head)));
}

static ssize_t iopolicy_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct scsi_mpath_head *head = to_scsi_mpath_head(dev);
	int policy = mpath_iopolicy_parse(buf);

	if (policy < 0)
		return policy;
	mpath_head_set_iopolicy(head->core, policy);
	return count;
}
static DEVICE_ATTR_RW(iopolicy);

static ssize_t wwid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_scsi_mpath_head(dev)->wwid);
}
static DEVICE_ATTR_RO(wwid);

static ssize_t wwid_multipath_tools_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	char spelling[MPATH_WWID_LEN];

	mpath_scsi_wwid_multipath_tools(to_scsi_mpath_head(dev)->wwid, spelling);
	return sysfs_emit(buf, "%s\n", spelling);
}
static DEVICE_ATTR_RO(wwid_multipath_tools);

static struct attribute *scsi_mpath_device_attrs[] = {
	&dev_attr_iopolicy.attr,
	&dev_attr_wwid.attr,
	&dev_attr_wwid_multipath_tools.attr,
	NULL,
};

static const struct attribute_group scsi_mpath_device_group = {
	.attrs = scsi_mpath_device_attrs,
};

const struct attribute_group *scsi_mpath_device_groups[] = {
	&scsi_mpath_device_group,
	&scsi_mpath_links_group,
	NULL,
};

/* --- /sys/block/sdmpathX/ -------------------------------------------------------- */

static struct mpath_head *scsi_mpath_core_of(struct device *disk)
{
	return ((struct scsi_mpath_head *)dev_to_disk(disk)->private_data)->core;
}

static ssize_t no_path_timeout_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", mpath_head_no_path_timeout_ms(scsi_mpath_core_of(dev)));
}

static ssize_t no_path_timeout_ms_store(struct device *dev, struct device_attribute *attr,
					const char *buf, size_t count)
{
	long long ms;
	int ret;

	if (kstrtoll(buf, 10, &ms))
		return -EINVAL;
	ret = mpath_head_set_no_path_timeout_ms(scsi_mpath_core_of(dev), ms);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(no_path_timeout_ms);

/* A number of the core's, which knows what is too much. */
#define SCSI_MPATH_NUMBER(_file)                                                                  \
	static ssize_t _file##_show(struct device *dev, struct device_attribute *attr, char *buf) \
	{                                                                                         \
		return sysfs_emit(buf, "%u\n", mpath_head_##_file(scsi_mpath_core_of(dev)));      \
	}                                                                                         \
                                                                                                  \
	static ssize_t _file##_store(struct device *dev, struct device_attribute *attr,           \
				     const char *buf, size_t count)                               \
	{                                                                                         \
		long long number;                                                                 \
		int ret;                                                                          \
                                                                                                  \
		if (kstrtoll(buf, 10, &number))                                                   \
			return -EINVAL;                                                           \
		ret = mpath_head_set_##_file(scsi_mpath_core_of(dev), number);                    \
		return ret ? ret : count;                                                         \
	}                                                                                         \
	static DEVICE_ATTR_RW(_file)

SCSI_MPATH_NUMBER(stall_timeout_ms);
SCSI_MPATH_NUMBER(parked_limit_kib);

static ssize_t delayed_removal_secs_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	struct scsi_mpath_head *head = dev_to_disk(dev)->private_data;

	return sysfs_emit(buf, "%u\n", READ_ONCE(head->delayed_removal_secs));
}

static ssize_t delayed_removal_secs_store(struct device *dev, struct device_attribute *attr,
					  const char *buf, size_t count)
{
	unsigned int secs;
	int ret;

	if (kstrtouint(buf, 10, &secs))
		return -EINVAL;
	ret = scsi_mpath_set_delayed_removal(dev_to_disk(dev)->private_data, secs);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(delayed_removal_secs);

static ssize_t fail_now_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	mpath_head_fail_now(scsi_mpath_core_of(dev));
	return count;
}
static DEVICE_ATTR_WO(fail_now);

static ssize_t submit_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  mpath_submit_mode_name(mpath_head_submit_mode(scsi_mpath_core_of(dev))));
}

static ssize_t submit_mode_store(struct device *dev, struct device_attribute *attr, const char *buf,
				 size_t count)
{
	int mode = mpath_submit_mode_parse(buf);

	if (mode < 0)
		return mode;
	mpath_head_set_submit_mode(scsi_mpath_core_of(dev), mode);
	return count;
}
static DEVICE_ATTR_RW(submit_mode);

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

#define SCSI_MPATH_COUNTER(_file, _field)                                                         \
	static ssize_t _file##_show(struct device *dev, struct device_attribute *attr, char *buf) \
	{                                                                                         \
		struct mpath_head_stats stats;                                                    \
                                                                                                  \
		mpath_head_read_stats(scsi_mpath_core_of(dev), &stats);                           \
		return sysfs_emit(buf, "%llu\n", (unsigned long long)stats._field);               \
	}                                                                                         \
	static DEVICE_ATTR_RO(_file)

SCSI_MPATH_COUNTER(multipath_failover_count, failover_count);
SCSI_MPATH_COUNTER(io_requeue_no_usable_path_count, requeue_no_usable_path_count);
SCSI_MPATH_COUNTER(io_fail_no_available_path_count, fail_no_available_path_count);
SCSI_MPATH_COUNTER(mpath_longest_no_path_ms, longest_no_path_ms);
SCSI_MPATH_COUNTER(mpath_parked, parked);
SCSI_MPATH_COUNTER(mpath_port_group_reports, port_group_reports);
SCSI_MPATH_COUNTER(mpath_activations, activations);

static struct attribute *scsi_mpath_disk_attrs[] = {
	&dev_attr_no_path_timeout_ms.attr,
	&dev_attr_stall_timeout_ms.attr,
	&dev_attr_parked_limit_kib.attr,
	&dev_attr_delayed_removal_secs.attr,
	&dev_attr_fail_now.attr,
	&dev_attr_submit_mode.attr,
	&dev_attr_multipath_failover_count.attr,
	&dev_attr_io_requeue_no_usable_path_count.attr,
	&dev_attr_io_fail_no_available_path_count.attr,
	&dev_attr_mpath_longest_no_path_ms.attr,
	&dev_attr_mpath_parked.attr,
	&dev_attr_mpath_port_group_reports.attr,
	&dev_attr_mpath_activations.attr,
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
	&scsi_mpath_disk_group,
	&scsi_mpath_links_group,
	NULL,
};

/* --- /sys/block/sdX/ of a path ---------------------------------------------------- */

/*
 * Each path has attributes of its own, so that a reader finds the path without a
 * look-up that could race with its removal: removing a file waits for its readers.
 */
#define SCSI_MPATH_SHOW(_name) static ssize_t _name##_show(struct scsi_mpath_path *path, char *buf)

static ssize_t scsi_mpath_emit_numbers(char *buf, const u64 *numbers, int nr)
{
	int len = 0;
	int i;

	for (i = 0; i < nr; i++)
		len += sysfs_emit_at(buf, len, "%s%llu", i ? " " : "",
				     (unsigned long long)numbers[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}

SCSI_MPATH_SHOW(mpath_dev)
{
	/* The disk may be gone while the last of its paths goes; the head is ours. */
	dev_t devt = path->head->devt;

	return sysfs_emit(buf, "%u:%u\n", MAJOR(devt), MINOR(devt));
}

SCSI_MPATH_SHOW(mpath_numa_nodes)
{
	nodemask_t nodes = NODE_MASK_NONE;
	int node;

	for_each_node(node)
		if (mpath_device_serves_node(path->core, node))
			node_set(node, nodes);
	/* An attribute always answers. */
	if (nodes_empty(nodes))
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%*pbl\n", nodemask_pr_args(&nodes));
}

SCSI_MPATH_SHOW(mpath_queue_depth)
{
	return sysfs_emit(buf, "%d\n", mpath_device_queue_depth(path->core));
}

SCSI_MPATH_SHOW(mpath_state)
{
	return sysfs_emit(buf, "%s\n", mpath_device_state_name(path->core));
}

SCSI_MPATH_SHOW(mpath_state_reason)
{
	struct mpath_device_state state;

	mpath_device_read_state(path->core, &state);
	return sysfs_emit(buf, "%s\n", state.reason);
}

SCSI_MPATH_SHOW(mpath_state_ms)
{
	struct mpath_device_state state;

	mpath_device_read_state(path->core, &state);
	return sysfs_emit(buf, "%llu\n", (unsigned long long)state.ms);
}

SCSI_MPATH_SHOW(mpath_state_changes)
{
	struct mpath_device_state state;

	mpath_device_read_state(path->core, &state);
	return sysfs_emit(buf, "%llu\n", (unsigned long long)state.changes);
}

SCSI_MPATH_SHOW(mpath_state_times_ms)
{
	struct mpath_device_state state;

	mpath_device_read_state(path->core, &state);
	return scsi_mpath_emit_numbers(buf, state.spent_ms, ARRAY_SIZE(state.spent_ms));
}

SCSI_MPATH_SHOW(mpath_access_state)
{
	struct mpath_device_access access;

	mpath_device_read_access(path->core, &access);
	return sysfs_emit(buf, "%s\n", access.state);
}

SCSI_MPATH_SHOW(mpath_access_source)
{
	struct mpath_device_access access;

	mpath_device_read_access(path->core, &access);
	return sysfs_emit(buf, "%s\n", access.source);
}

SCSI_MPATH_SHOW(mpath_preferred)
{
	struct mpath_device_access access;

	mpath_device_read_access(path->core, &access);
	return sysfs_emit(buf, "%d\n", access.preferred);
}

SCSI_MPATH_SHOW(mpath_target_port_group)
{
	struct mpath_device_access access;

	mpath_device_read_access(path->core, &access);
	if (access.group < 0)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%d\n", access.group);
}

SCSI_MPATH_SHOW(multipath_path_failover_count)
{
	return sysfs_emit(buf, "%llu\n",
			  (unsigned long long)mpath_device_failover_count(path->core));
}

#define SCSI_MPATH_PATH_COUNTER(_file, _field)                                      \
	SCSI_MPATH_SHOW(_file)                                                      \
	{                                                                           \
		struct mpath_device_stats stats;                                    \
                                                                                    \
		mpath_device_read_stats(path->core, &stats);                        \
		return sysfs_emit(buf, "%llu\n", (unsigned long long)stats._field); \
	}

SCSI_MPATH_PATH_COUNTER(mpath_reads, ios[MPATH_READ])
SCSI_MPATH_PATH_COUNTER(mpath_writes, ios[MPATH_WRITE])
SCSI_MPATH_PATH_COUNTER(mpath_read_sectors, sectors[MPATH_READ])
SCSI_MPATH_PATH_COUNTER(mpath_written_sectors, sectors[MPATH_WRITE])
SCSI_MPATH_PATH_COUNTER(mpath_inflight, in_flight)
SCSI_MPATH_PATH_COUNTER(mpath_errors_transport, errors[MPATH_ERROR_TRANSPORT])
SCSI_MPATH_PATH_COUNTER(mpath_errors_timeout, errors[MPATH_ERROR_TIMEOUT])
SCSI_MPATH_PATH_COUNTER(mpath_errors_io, errors[MPATH_ERROR_IO])
SCSI_MPATH_PATH_COUNTER(mpath_errors_busy, errors[MPATH_ERROR_BUSY])
SCSI_MPATH_PATH_COUNTER(mpath_errors_lun, errors[MPATH_ERROR_LUN])
SCSI_MPATH_PATH_COUNTER(mpath_probes, probes)
SCSI_MPATH_PATH_COUNTER(mpath_oldest_ms, oldest_ms)

/* The histogram: one number for each power of two. */
static ssize_t scsi_mpath_show_latency(struct scsi_mpath_path *path, char *buf,
				       enum mpath_direction direction)
{
	struct mpath_device_latency latency;

	mpath_device_read_latency(path->core, direction, &latency);
	return scsi_mpath_emit_numbers(buf, latency.count, ARRAY_SIZE(latency.count));
}

SCSI_MPATH_SHOW(mpath_read_latency_us)
{
	return scsi_mpath_show_latency(path, buf, MPATH_READ);
}

SCSI_MPATH_SHOW(mpath_write_latency_us)
{
	return scsi_mpath_show_latency(path, buf, MPATH_WRITE);
}

static ssize_t scsi_mpath_show_average(struct scsi_mpath_path *path, char *buf,
				       enum mpath_direction direction)
{
	struct mpath_device_latency latency;

	mpath_device_read_latency(path->core, direction, &latency);
	return sysfs_emit(buf, "%llu\n", (unsigned long long)latency.average_ns / NSEC_PER_USEC);
}

SCSI_MPATH_SHOW(mpath_read_average_us)
{
	return scsi_mpath_show_average(path, buf, MPATH_READ);
}

SCSI_MPATH_SHOW(mpath_write_average_us)
{
	return scsi_mpath_show_average(path, buf, MPATH_WRITE);
}

SCSI_MPATH_SHOW(mpath_registered)
{
	return sysfs_emit(buf, "%d\n", mpath_device_is_registered(path->core));
}

static const struct {
	const char *name;
	ssize_t (*show)(struct scsi_mpath_path *path, char *buf);
} scsi_mpath_path_files[SCSI_MPATH_PATH_ATTRS] = {
	{ "mpath_dev", mpath_dev_show },
	{ "mpath_numa_nodes", mpath_numa_nodes_show },
	{ "mpath_queue_depth", mpath_queue_depth_show },
	{ "mpath_state", mpath_state_show },
	{ "mpath_state_reason", mpath_state_reason_show },
	{ "mpath_state_ms", mpath_state_ms_show },
	{ "mpath_state_changes", mpath_state_changes_show },
	{ "mpath_state_times_ms", mpath_state_times_ms_show },
	{ "mpath_access_state", mpath_access_state_show },
	{ "mpath_access_source", mpath_access_source_show },
	{ "mpath_preferred", mpath_preferred_show },
	{ "mpath_target_port_group", mpath_target_port_group_show },
	{ "multipath_failover_count", multipath_path_failover_count_show },
	{ "mpath_reads", mpath_reads_show },
	{ "mpath_writes", mpath_writes_show },
	{ "mpath_read_sectors", mpath_read_sectors_show },
	{ "mpath_written_sectors", mpath_written_sectors_show },
	{ "mpath_inflight", mpath_inflight_show },
	{ "mpath_errors_transport", mpath_errors_transport_show },
	{ "mpath_errors_timeout", mpath_errors_timeout_show },
	{ "mpath_errors_io", mpath_errors_io_show },
	{ "mpath_errors_busy", mpath_errors_busy_show },
	{ "mpath_errors_lun", mpath_errors_lun_show },
	{ "mpath_probes", mpath_probes_show },
	{ "mpath_oldest_ms", mpath_oldest_ms_show },
	{ "mpath_read_latency_us", mpath_read_latency_us_show },
	{ "mpath_write_latency_us", mpath_write_latency_us_show },
	{ "mpath_read_average_us", mpath_read_average_us_show },
	{ "mpath_write_average_us", mpath_write_average_us_show },
	{ "mpath_registered", mpath_registered_show },
};

static ssize_t scsi_mpath_path_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct scsi_mpath_path_attr *mine = container_of(attr, struct scsi_mpath_path_attr, attr);

	return mine->show(mine->path, buf);
}

void scsi_mpath_path_attrs_remove(struct scsi_mpath_path *path)
{
	int i;

	/* Adding them may have ended early. */
	for (i = 0; i < SCSI_MPATH_PATH_ATTRS && path->attrs[i].path; i++)
		device_remove_file(disk_to_dev(path->disk), &path->attrs[i].attr);
}

int scsi_mpath_path_attrs_add(struct scsi_mpath_path *path)
{
	int ret;
	int i;

	for (i = 0; i < SCSI_MPATH_PATH_ATTRS; i++) {
		struct scsi_mpath_path_attr *mine = &path->attrs[i];

		mine->path = path;
		mine->show = scsi_mpath_path_files[i].show;
		sysfs_attr_init(&mine->attr.attr);
		mine->attr.attr.name = scsi_mpath_path_files[i].name;
		mine->attr.attr.mode = 0444;
		mine->attr.show = scsi_mpath_path_show;
		ret = device_create_file(disk_to_dev(path->disk), &mine->attr);
		if (ret) {
			mine->path = NULL;
			return ret;
		}
	}
	return 0;
}
