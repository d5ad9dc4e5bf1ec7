// SPDX-License-Identifier: GPL-2.0
// Since 6.4 the bus of a notifier is const.
#include <linux/device.h>

int (*probe)(const struct bus_type *, struct notifier_block *) = bus_register_notifier;
