// SPDX-License-Identifier: GPL-2.0
/* The core's words in the kernel log. */
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "port.h"

static const char *const mpk_levels[] = {
	[MPATH_LOG_ERR] = KERN_ERR,
	[MPATH_LOG_WARN] = KERN_WARNING,
	[MPATH_LOG_INFO] = KERN_INFO,
};

static void mpk_vlog(enum mpath_log_level level, const char *fmt, va_list *args)
{
	struct va_format vaf = { .fmt = fmt, .va = args };

	printk("%slibmultipath: %pV", mpk_levels[level], &vaf);
}

void mpk_log(enum mpath_log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	mpk_vlog(level, fmt, &args);
	va_end(args);
}

void mpk_log_ratelimited(enum mpath_log_level level, const char *fmt, ...)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
	va_list args;

	if (!__ratelimit(&limit))
		return;
	va_start(args, fmt);
	mpk_vlog(level, fmt, &args);
	va_end(args);
}

void mpk_assert_fail(const char *expression, const char *file, int line)
{
	WARN(1, "libmultipath: %s:%d: %s does not hold\n", file, line, expression);
}
