// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts: what every disk that a transport looks at says of why it was taken or left, in its mpath_verdict.
 *
 * The file is ours in somebody else's directory. It is made when discovery is
 * shown the disk, before user space hears of it, and goes when discovery is told that the
 * disk goes, or the interface does: always before the directory.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "glue.h"

struct mpath_glue_verdict {
	struct device_attribute attr;
	struct device *disk; /* of which there is one as long as it is in the table */
	const char *words;   /* constants */
	struct hlist_node by_disk;
};

/*
 * Under mpath_glue_verdicts_lock, which is innermost. Adding and removing are the block
 * class's mutex's as well: only a change of words meets them.
 */
static DEFINE_HASHTABLE(mpath_glue_verdicts, 10);
static DEFINE_MUTEX(mpath_glue_verdicts_lock);

static ssize_t mpath_glue_verdict_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mpath_glue_verdict *verdict = container_of(attr, struct mpath_glue_verdict, attr);

	return sysfs_emit(buf, "%s\n", READ_ONCE(verdict->words));
}

static struct mpath_glue_verdict *mpath_glue_find_verdict(struct device *disk)
{
	struct mpath_glue_verdict *verdict;

	lockdep_assert_held(&mpath_glue_verdicts_lock);
	hash_for_each_possible(mpath_glue_verdicts, verdict, by_disk, (unsigned long)disk)
		if (verdict->disk == disk)
			return verdict;
	return NULL;
}

void mpath_glue_verdict_add(struct gendisk *disk, const char *words)
{
	struct mpath_glue_verdict *verdict = kzalloc(sizeof(*verdict), GFP_KERNEL);

	/* A disk without the file is one without an explanation, and no worse. */
	if (!verdict)
		return;
	sysfs_attr_init(&verdict->attr.attr);
	verdict->attr.attr.name = "mpath_verdict";
	verdict->attr.attr.mode = 0444;
	verdict->attr.show = mpath_glue_verdict_show;
	verdict->disk = disk_to_dev(disk);
	verdict->words = words;
	if (device_create_file(verdict->disk, &verdict->attr)) {
		kfree(verdict);
		return;
	}
	mutex_lock(&mpath_glue_verdicts_lock);
	hash_add(mpath_glue_verdicts, &verdict->by_disk, (unsigned long)verdict->disk);
	mutex_unlock(&mpath_glue_verdicts_lock);
}
EXPORT_SYMBOL_GPL(mpath_glue_verdict_add);

void mpath_glue_verdict_change(struct gendisk *disk, const char *words)
{
	struct mpath_glue_verdict *verdict;

	mutex_lock(&mpath_glue_verdicts_lock);
	verdict = mpath_glue_find_verdict(disk_to_dev(disk));
	if (verdict)
		WRITE_ONCE(verdict->words, words);
	mutex_unlock(&mpath_glue_verdicts_lock);
}
EXPORT_SYMBOL_GPL(mpath_glue_verdict_change);

bool mpath_glue_verdict_replace(struct gendisk *disk, const char *from, const char *to)
{
	struct mpath_glue_verdict *verdict;
	bool was;

	mutex_lock(&mpath_glue_verdicts_lock);
	verdict = mpath_glue_find_verdict(disk_to_dev(disk));
	was = verdict && verdict->words == from;
	if (was)
		WRITE_ONCE(verdict->words, to);
	mutex_unlock(&mpath_glue_verdicts_lock);
	return was;
}

void mpath_glue_verdict_remove(struct gendisk *disk)
{
	struct mpath_glue_verdict *verdict;

	mutex_lock(&mpath_glue_verdicts_lock);
	verdict = mpath_glue_find_verdict(disk_to_dev(disk));
	if (verdict)
		hash_del(&verdict->by_disk);
	mutex_unlock(&mpath_glue_verdicts_lock);
	if (!verdict)
		return;
	/* Waits for who reads it. */
	device_remove_file(verdict->disk, &verdict->attr);
	kfree(verdict);
}
EXPORT_SYMBOL_GPL(mpath_glue_verdict_remove);
