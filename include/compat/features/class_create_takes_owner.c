// SPDX-License-Identifier: GPL-2.0
// Until 6.3.
#include <linux/device/class.h>

struct class *probe(struct module *owner)
{
	return class_create(owner, "probe");
}
