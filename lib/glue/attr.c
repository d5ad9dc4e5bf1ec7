// SPDX-License-Identifier: GPL-2.0
/*
 * What a driver keeps to itself and shows in sysfs: it is asked there, by the attribute's own
 * function, which is what a reader of the file would call.
 */
#include "glue.h"

static bool mpath_glue_shows(struct device *dev, const struct attribute_group *group, int i)
{
	struct attribute *attr = group->attrs[i];

	return !group->is_visible || group->is_visible(&dev->kobj, attr, i);
}

static struct device_attribute *mpath_glue_search(struct device *dev, const char *name,
						  const struct attribute_group *const *groups)
{
	int i;

	for (; groups && *groups; groups++)
		for (i = 0; (*groups)->attrs && (*groups)->attrs[i]; i++)
			if (!strcmp((*groups)->attrs[i]->name, name) &&
			    mpath_glue_shows(dev, *groups, i))
				return container_of((*groups)->attrs[i], struct device_attribute,
						    attr);
	return NULL;
}

static struct device_attribute *mpath_glue_find_attr(struct device *dev, const char *name)
{
	struct device_attribute *attr = mpath_glue_search(dev, name, dev->groups);

	if (!attr && dev->class)
		attr = mpath_glue_search(dev, name, dev->class->dev_groups);
	return attr;
}

bool mpath_glue_ask_attr(struct device *dev, const char *name, char *answer, size_t len)
{
	struct device_attribute *attr = mpath_glue_find_attr(dev, name);
	char *page;
	bool told = false;

	answer[0] = '\0';
	if (!attr || !attr->show)
		return false;
	/* Attributes write a page, and some want it aligned to one. */
	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (page && attr->show(dev, attr, page) > 0) {
		page[strcspn(page, "\n")] = '\0';
		told = strscpy(answer, page, len) > 0;
	}
	free_page((unsigned long)page);
	return told;
}
EXPORT_SYMBOL_GPL(mpath_glue_ask_attr);

int mpath_glue_tell_attr(struct device *dev, const char *name, const char *words)
{
	struct device_attribute *attr = mpath_glue_find_attr(dev, name);
	ssize_t ret;

	if (!attr || !attr->store)
		return -ENOENT;
	ret = attr->store(dev, attr, words, strlen(words));
	return ret < 0 ? ret : 0;
}
EXPORT_SYMBOL_GPL(mpath_glue_tell_attr);
