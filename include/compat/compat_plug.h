/* SPDX-License-Identifier: GPL-2.0 */
/* What a plug holds back. */
#ifndef MPATH_COMPAT_PLUG_H
#define MPATH_COMPAT_PLUG_H

#include <linux/blkdev.h>
#include <linux/sched.h>

#include "compat_features.h"

/* The last request in the current task's plug; NULL if there is none. Context: process. */
static __always_inline const struct request *mpath_compat_held_back(void)
{
	const struct blk_plug *plug = current->plug;

#if MPATH_HAVE_PLUG_KEEPS_TAIL
	return plug && plug->mq_list.head ? plug->mq_list.tail : NULL;
#else
	return plug ? plug->mq_list : NULL;
#endif
}

#endif /* MPATH_COMPAT_PLUG_H */
