// SPDX-License-Identifier: GPL-2.0
/* nvme_multipath.ko: parameters and life. */
#include <linux/module.h>

#include "mpath_version.h"
#include "nvme_multipath.h"

struct mpath_nvme_choice nvme_mpath_choice = {
	.enabled = true,
};

/* As the driver's own disks, so that the rules for nvme*n* apply. */
static void nvme_mpath_name_disk(char *name, int index)
{
	snprintf(name, DISK_NAME_LEN, "nvmempath%dn1", index);
}

static const struct mpath_transport_ops nvme_mpath_transport_ops = {
	.name_disk = nvme_mpath_name_disk,
	.is_mine = nvme_mpath_is_nvme,
	.consider = nvme_mpath_consider,
	.take_over = nvme_mpath_take_over,
	.add_path = nvme_mpath_add_path,
	.disk_goes = nvme_mpath_disk_goes,
	.geometry = nvme_mpath_geometry,
	.look = nvme_mpath_look_at_path,
	.leave = nvme_mpath_leave,
	.free_path = nvme_mpath_free_path,
	.give_back = nvme_mpath_give_back,
};

MPATH_COMPAT_ADD_DEV(nvme_mpath_add_dev)
{
	mpath_glue_add_dev(&nvme_mpath, dev);
	return 0;
}

MPATH_COMPAT_ADD_DEV(nvme_mpath_show_again)
{
	mpath_glue_reconsider(&nvme_mpath, dev);
	return 0;
}

MPATH_COMPAT_REMOVE_DEV(nvme_mpath_remove_dev)
{
	mpath_glue_remove_dev(&nvme_mpath, dev);
}

struct mpath_transport nvme_mpath = {
	.name = KBUILD_MODNAME,
	.disk_name = "nvmempath",
	.path_link = "nvme_mpath_device",
	.owner = THIS_MODULE,
	.ops = &nvme_mpath_transport_ops,
	.fops = &nvme_mpath_fops,
	.disk_groups = nvme_mpath_disk_groups,
	.path_files = nvme_mpath_path_files,
	.nr_path_files = NVME_MPATH_PATH_FILES,
	.head_size = sizeof(struct nvme_mpath_head),
	.device_class = {
		.name = "nvme_mpath_device",
		.dev_groups = nvme_mpath_device_groups,
	},
	.disk_class = {
		.name = "nvme_mpath_disk",
	},
	.interface = {
		.add_dev = nvme_mpath_add_dev,
		.remove_dev = nvme_mpath_remove_dev,
	},
	.second_look = {
		.add_dev = nvme_mpath_show_again,
	},
	/* The driver holds what it may retry for as long as it reconnects. */
	.always_failfast = true,
	.defaults = MPATH_TRANSPORT_DEFAULTS,
};

module_param_cb(nvme_multipath, &mpath_glue_switch_ops, &nvme_mpath_choice.enabled, 0444);
MODULE_PARM_DESC(nvme_multipath, "Take namespaces that are reached over a network (default Y)");
module_param_cb(nvme_multipath_always, &mpath_glue_switch_ops, &nvme_mpath_choice.always, 0444);
MODULE_PARM_DESC(nvme_multipath_always, "Take local (PCIe) namespaces as well (default N)");

module_param_cb(iopolicy, &mpath_glue_iopolicy_ops, &nvme_mpath.defaults.iopolicy, 0644);
MODULE_PARM_DESC(
	iopolicy,
	"Path selection of new heads: numa (default), round-robin, queue-depth or service-time");
module_param_cb(submit_mode, &mpath_glue_submit_mode_ops, &nvme_mpath.defaults.submit_mode, 0644);
MODULE_PARM_DESC(submit_mode, "How new heads send bios: interpose (default) or clone");
module_param_cb(no_path_timeout_ms, &mpath_glue_no_path_timeout_ops,
		&nvme_mpath.defaults.no_path_timeout_ms, 0644);
MODULE_PARM_DESC(
	no_path_timeout_ms,
	"How long new heads hold I/O while no path is usable: 0 fails it at once, -1 holds it for ever (default 30000)");

static int __init nvme_multipath_init(void)
{
	int ret;

	ret = mpath_transport_init(&nvme_mpath);
	if (ret)
		return ret;
	ret = mpath_glue_discover(&nvme_mpath);
	if (ret)
		mpath_transport_exit(&nvme_mpath);
	return ret;
}

/* No head is open: an open one pins the module. */
static void __exit nvme_multipath_exit(void)
{
	mpath_glue_give_all_back(&nvme_mpath);
	mpath_transport_exit(&nvme_mpath);
}

module_init(nvme_multipath_init);
module_exit(nvme_multipath_exit);

MODULE_DESCRIPTION("Native multipath for NVMe namespaces");
MODULE_VERSION(MPATH_VERSION);
MODULE_LICENSE("GPL");
