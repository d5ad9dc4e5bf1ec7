// SPDX-License-Identifier: GPL-2.0
/* Ioctls that any head answers. */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "glue.h"

/* More than the time-out of a probe's first command. */
#define MPATH_GLUE_PROBE_WAIT (7 * HZ)
#define MPATH_GLUE_PROBE_PAUSE_MS 10

int mpath_glue_probe_paths(struct mpath_glue_head *head)
{
	unsigned long end = jiffies + MPATH_GLUE_PROBE_WAIT;
	struct mpath_device *path;

	mpath_head_ask_paths(head->core);
	while (mpath_head_awaits_answers(head->core) && time_before(jiffies, end))
		if (msleep_interruptible(MPATH_GLUE_PROBE_PAUSE_MS))
			return -EINTR;
	path = mpath_head_get_path(head->core);
	if (!path)
		return -ENOTCONN; /* as dm says it */
	mpath_device_put(path);
	return 0;
}
EXPORT_SYMBOL_GPL(mpath_glue_probe_paths);
