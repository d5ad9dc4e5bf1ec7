// SPDX-License-Identifier: GPL-2.0
// Since 6.4 callbacks get the class and the attribute as const.
#include <linux/device/class.h>

ssize_t show(const struct class *, const struct class_attribute *, char *);

struct class_attribute probe = { .show = show };
