// SPDX-License-Identifier: GPL-2.0
/* The tracepoints' home, and those of paths; those of bios are fired by io.c. */
#include <trace/events/block.h> /* RWBS_LEN; not to be made here once more */

#define CREATE_TRACE_POINTS
#include "trace.h"

void mpk_trace_state(const char *head, const char *path, const char *from, const char *to,
		     const char *reason)
{
	trace_mpath_state(head, path, from, to, reason);
}

void mpk_trace_probe(const char *head, const char *path, enum mpath_verdict verdict, u64 ms)
{
	trace_mpath_probe(head, path, verdict, ms);
}
