// SPDX-License-Identifier: GPL-2.0
// Until 6.10 __assign_str() is told the source of the string.
#include <linux/string.h>
#include <trace/stages/stage6_event_callback.h>

#undef __get_str
#define __get_str(field) to

void probe(char *to, const char *from);

void probe(char *to, const char *from)
{
	__assign_str(field, from);
}
