// SPDX-License-Identifier: GPL-2.0
// Since 6.4; before, also the interface.
#include <linux/device.h>

int add_dev(struct device *);

struct class_interface probe = { .add_dev = add_dev };
