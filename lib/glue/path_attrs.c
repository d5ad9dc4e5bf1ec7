// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of the path disks. Each path has attributes of its own, so that a reader finds
 * the path without a look-up that could race with its removal: removing a file waits for its
 * readers.
 */
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "glue.h"

struct mpath_glue_attr {
	struct device_attribute attr;
	struct mpath_glue_path *path;
	const struct mpath_glue_file *file;
};

#define PATH_SHOW(_file) static ssize_t _file##_show(struct mpath_glue_path *path, char *buf)

/* A field of what one of the core's readers tells of the path. */
#define PATH_FIELD(_file, _struct, _read, _format, _value)    \
	PATH_SHOW(_file)                                      \
	{                                                     \
		struct _struct of;                            \
                                                              \
		_read(path->core, &of);                       \
		return sysfs_emit(buf, _format "\n", _value); \
	}
#define PATH_STATE(_file, _format, _value) \
	PATH_FIELD(_file, mpath_device_state, mpath_device_read_state, _format, _value)
#define PATH_ACCESS(_file, _format, _value) \
	PATH_FIELD(_file, mpath_device_access, mpath_device_read_access, _format, _value)
#define PATH_COUNTER(_file, _field)                                            \
	PATH_FIELD(_file, mpath_device_stats, mpath_device_read_stats, "%llu", \
		   (unsigned long long)of._field)

static ssize_t mpath_glue_emit_numbers(char *buf, const u64 *numbers, int nr)
{
	int len = 0;
	int i;

	for (i = 0; i < nr; i++)
		len += sysfs_emit_at(buf, len, "%s%llu", i ? " " : "",
				     (unsigned long long)numbers[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}

PATH_SHOW(mpath_dev)
{
	/* The disk may be gone while the last of its paths goes; the head is ours. */
	dev_t devt = path->head->devt;

	return sysfs_emit(buf, "%u:%u\n", MAJOR(devt), MINOR(devt));
}

PATH_SHOW(mpath_numa_nodes)
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

PATH_SHOW(mpath_queue_depth)
{
	return sysfs_emit(buf, "%d\n", mpath_device_queue_depth(path->core));
}

PATH_SHOW(mpath_state)
{
	return sysfs_emit(buf, "%s\n", mpath_device_state_name(path->core));
}

PATH_STATE(mpath_state_reason, "%s", of.reason)
PATH_STATE(mpath_state_ms, "%llu", (unsigned long long)of.ms)
PATH_STATE(mpath_state_changes, "%llu", (unsigned long long)of.changes)

PATH_SHOW(mpath_state_times_ms)
{
	struct mpath_device_state state;

	mpath_device_read_state(path->core, &state);
	return mpath_glue_emit_numbers(buf, state.spent_ms, ARRAY_SIZE(state.spent_ms));
}

PATH_ACCESS(mpath_access_state, "%s", of.state)
PATH_ACCESS(mpath_access_source, "%s", of.source)
PATH_ACCESS(mpath_preferred, "%d", of.preferred)

PATH_SHOW(mpath_target_port_group)
{
	struct mpath_device_access access;

	mpath_device_read_access(path->core, &access);
	if (access.group < 0)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%d\n", access.group);
}

PATH_SHOW(multipath_failover_count)
{
	return sysfs_emit(buf, "%llu\n",
			  (unsigned long long)mpath_device_failover_count(path->core));
}

PATH_COUNTER(mpath_reads, ios[MPATH_READ])
PATH_COUNTER(mpath_writes, ios[MPATH_WRITE])
PATH_COUNTER(mpath_read_sectors, sectors[MPATH_READ])
PATH_COUNTER(mpath_written_sectors, sectors[MPATH_WRITE])
PATH_COUNTER(mpath_inflight, in_flight)
PATH_COUNTER(mpath_errors_transport, errors[MPATH_ERROR_TRANSPORT])
PATH_COUNTER(mpath_errors_timeout, errors[MPATH_ERROR_TIMEOUT])
PATH_COUNTER(mpath_errors_io, errors[MPATH_ERROR_IO])
PATH_COUNTER(mpath_errors_busy, errors[MPATH_ERROR_BUSY])
PATH_COUNTER(mpath_errors_lun, errors[MPATH_ERROR_LUN])
PATH_COUNTER(mpath_probes, probes)
PATH_COUNTER(mpath_oldest_ms, oldest_ms)

PATH_SHOW(mpath_disabled)
{
	return sysfs_emit(buf, "%d\n", mpath_device_is_disabled(path->core));
}

static ssize_t mpath_disabled_store(struct mpath_glue_path *path, const char *buf, size_t count)
{
	bool disabled = sysfs_streq(buf, "1");

	if (!disabled && !sysfs_streq(buf, "0"))
		return -EINVAL;
	mpath_device_set_disabled(path->core, disabled);
	return count;
}

/* The histogram: one number for each power of two. */
static ssize_t mpath_glue_show_latency(struct mpath_glue_path *path, char *buf,
				       enum mpath_direction direction)
{
	struct mpath_device_latency latency;

	mpath_device_read_latency(path->core, direction, &latency);
	return mpath_glue_emit_numbers(buf, latency.count, ARRAY_SIZE(latency.count));
}

PATH_SHOW(mpath_read_latency_us)
{
	return mpath_glue_show_latency(path, buf, MPATH_READ);
}

PATH_SHOW(mpath_write_latency_us)
{
	return mpath_glue_show_latency(path, buf, MPATH_WRITE);
}

static ssize_t mpath_glue_show_average(struct mpath_glue_path *path, char *buf,
				       enum mpath_direction direction)
{
	struct mpath_device_latency latency;

	mpath_device_read_latency(path->core, direction, &latency);
	return sysfs_emit(buf, "%llu\n", (unsigned long long)latency.average_ns / NSEC_PER_USEC);
}

PATH_SHOW(mpath_read_average_us)
{
	return mpath_glue_show_average(path, buf, MPATH_READ);
}

PATH_SHOW(mpath_write_average_us)
{
	return mpath_glue_show_average(path, buf, MPATH_WRITE);
}

#define PATH_FILE(_file)              \
	{                             \
		.name = #_file,       \
		.show = _file##_show, \
	}

static const struct mpath_glue_file mpath_glue_path_files[] = {
	PATH_FILE(mpath_dev),
	PATH_FILE(mpath_numa_nodes),
	PATH_FILE(mpath_queue_depth),
	PATH_FILE(mpath_state),
	PATH_FILE(mpath_state_reason),
	PATH_FILE(mpath_state_ms),
	PATH_FILE(mpath_state_changes),
	PATH_FILE(mpath_state_times_ms),
	PATH_FILE(mpath_access_state),
	PATH_FILE(mpath_access_source),
	PATH_FILE(mpath_preferred),
	PATH_FILE(mpath_target_port_group),
	PATH_FILE(multipath_failover_count),
	PATH_FILE(mpath_reads),
	PATH_FILE(mpath_writes),
	PATH_FILE(mpath_read_sectors),
	PATH_FILE(mpath_written_sectors),
	PATH_FILE(mpath_inflight),
	PATH_FILE(mpath_errors_transport),
	PATH_FILE(mpath_errors_timeout),
	PATH_FILE(mpath_errors_io),
	PATH_FILE(mpath_errors_busy),
	PATH_FILE(mpath_errors_lun),
	PATH_FILE(mpath_probes),
	PATH_FILE(mpath_oldest_ms),
	PATH_FILE(mpath_read_latency_us),
	PATH_FILE(mpath_write_latency_us),
	PATH_FILE(mpath_read_average_us),
	PATH_FILE(mpath_write_average_us),
	{.name = "mpath_disabled", .show = mpath_disabled_show, .store = mpath_disabled_store},
};

static ssize_t mpath_glue_attr_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_glue_attr *mine = container_of(attr, struct mpath_glue_attr, attr);

	return mine->file->show(mine->path, buf);
}

static ssize_t mpath_glue_attr_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct mpath_glue_attr *mine = container_of(attr, struct mpath_glue_attr, attr);

	return mine->file->store(mine->path, buf, count);
}

static int mpath_glue_attr_add(struct mpath_glue_path *path, const struct mpath_glue_file *file)
{
	struct mpath_glue_attr *mine = &path->attrs[path->nr_attrs];
	int ret;

	mine->path = path;
	mine->file = file;
	sysfs_attr_init(&mine->attr.attr);
	mine->attr.attr.name = file->name;
	mine->attr.attr.mode = file->store ? 0644 : 0444;
	mine->attr.show = mpath_glue_attr_show;
	mine->attr.store = file->store ? mpath_glue_attr_store : NULL;
	ret = device_create_file(disk_to_dev(path->disk), &mine->attr);
	path->nr_attrs += !ret;
	return ret;
}

size_t mpath_glue_path_attrs_size(const struct mpath_transport *transport)
{
	return (ARRAY_SIZE(mpath_glue_path_files) + transport->nr_path_files) *
	       sizeof(struct mpath_glue_attr);
}

int mpath_glue_path_attrs_add(struct mpath_glue_path *path)
{
	const struct mpath_transport *transport = path->head->transport;
	int ret = 0;
	int i;

	path->attrs = kmem_cache_zalloc(transport->attrs_cache, GFP_KERNEL);
	if (!path->attrs)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(mpath_glue_path_files) && !ret; i++)
		ret = mpath_glue_attr_add(path, &mpath_glue_path_files[i]);
	for (i = 0; i < transport->nr_path_files && !ret; i++)
		ret = mpath_glue_attr_add(path, &transport->path_files[i]);
	return ret;
}

void mpath_glue_path_attrs_remove(struct mpath_glue_path *path)
{
	/* Adding them may have ended early. */
	while (path->nr_attrs)
		device_remove_file(disk_to_dev(path->disk), &path->attrs[--path->nr_attrs].attr);
	if (path->attrs)
		kmem_cache_free(path->head->transport->attrs_cache, path->attrs);
}
