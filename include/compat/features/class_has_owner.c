// SPDX-License-Identifier: GPL-2.0
// Until 6.3 a class names its module.
#include <linux/device/class.h>
#include <linux/module.h>

struct class probe = { .name = "probe", .owner = THIS_MODULE };
