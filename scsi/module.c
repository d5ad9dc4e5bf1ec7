// SPDX-License-Identifier: GPL-2.0
/* scsi_multipath.ko: parameters and life. */
#include <linux/module.h>

#include "mpath_version.h"
#include "scsi_multipath.h"

/* The letters sd would use: a..z, aa..zz, aaa... */
static void scsi_mpath_name_disk(char *name, int index)
{
	char letters[8];
	char *p = letters + sizeof(letters) - 1;

	*p = '\0';
	do {
		*--p = 'a' + index % 26;
		index = index / 26 - 1;
	} while (index >= 0);
	snprintf(name, DISK_NAME_LEN, "sdmpath%s", p);
}

struct scsi_mpath_switches scsi_mpath_switches = {
	.enabled = true,
};

static const struct mpath_transport_ops scsi_mpath_transport_ops = {
	.name_disk = scsi_mpath_name_disk,
	.is_mine = scsi_mpath_is_scsi,
	.consider = scsi_mpath_consider,
	.take_over = scsi_mpath_take_over,
	.add_path = scsi_mpath_add_path,
	.disk_goes = scsi_mpath_disk_goes,
	.geometry = scsi_mpath_geometry,
	.look = scsi_mpath_look_at_path,
	.leave = scsi_mpath_abandon_activation,
	.free_path = scsi_mpath_free_path,
	.give_back = scsi_mpath_give_back,
};

MPATH_COMPAT_ADD_DEV(scsi_mpath_add_dev)
{
	mpath_glue_add_dev(&scsi_mpath, dev);
	return 0;
}

MPATH_COMPAT_ADD_DEV(scsi_mpath_show_again)
{
	mpath_glue_reconsider(&scsi_mpath, dev);
	return 0;
}

MPATH_COMPAT_REMOVE_DEV(scsi_mpath_remove_dev)
{
	mpath_glue_remove_dev(&scsi_mpath, dev);
}

struct mpath_transport scsi_mpath = {
	.name = KBUILD_MODNAME,
	.disk_name = "sdmpath",
	.path_link = "scsi_mpath_device",
	.owner = THIS_MODULE,
	.ops = &scsi_mpath_transport_ops,
	.fops = &scsi_mpath_fops,
	.disk_groups = scsi_mpath_disk_groups,
	.path_files = scsi_mpath_path_files,
	.nr_path_files = SCSI_MPATH_PATH_FILES,
	.head_size = sizeof(struct scsi_mpath_head),
	.device_class = {
		.name = "scsi_mpath_device",
		.dev_groups = scsi_mpath_device_groups,
	},
	.disk_class = {
		.name = "scsi_mpath_disk",
	},
	.interface = {
		.add_dev = scsi_mpath_add_dev,
		.remove_dev = scsi_mpath_remove_dev,
	},
	.second_look = {
		.add_dev = scsi_mpath_show_again,
	},
	.defaults = MPATH_TRANSPORT_DEFAULTS,
};

module_param_cb(scsi_multipath, &mpath_glue_switch_ops, &scsi_mpath_switches.enabled, 0444);
MODULE_PARM_DESC(scsi_multipath,
		 "Take LUNs that have a unique id in VPD page 83 and support ALUA (default Y)");
module_param_cb(scsi_multipath_always, &mpath_glue_switch_ops, &scsi_mpath_switches.always, 0444);
MODULE_PARM_DESC(scsi_multipath_always,
		 "Take every LUN that has a unique id in VPD page 83 (default N)");

module_param_cb(report_port_groups, &mpath_glue_switch_ops, &scsi_mpath_report_port_groups, 0644);
MODULE_PARM_DESC(
	report_port_groups,
	"Ask LUNs for the access states of their target port groups; N: only a device handler's word counts (default Y)");

module_param_cb(iopolicy, &mpath_glue_iopolicy_ops, &scsi_mpath.defaults.iopolicy, 0644);
MODULE_PARM_DESC(
	iopolicy,
	"Path selection of new heads: numa (default), round-robin, queue-depth or service-time");
module_param_cb(submit_mode, &mpath_glue_submit_mode_ops, &scsi_mpath.defaults.submit_mode, 0644);
MODULE_PARM_DESC(submit_mode, "How new heads send bios: interpose (default) or clone");
module_param_cb(no_path_timeout_ms, &mpath_glue_no_path_timeout_ops,
		&scsi_mpath.defaults.no_path_timeout_ms, 0644);
MODULE_PARM_DESC(
	no_path_timeout_ms,
	"How long new heads hold I/O while no path is usable: 0 fails it at once, -1 holds it for ever (default 30000)");

static int __init scsi_multipath_init(void)
{
	int ret;

	ret = mpath_transport_init(&scsi_mpath);
	if (ret)
		return ret;
	ret = scsi_mpath_find_bus();
	if (ret)
		goto exit_transport;
	ret = mpath_glue_discover(&scsi_mpath);
	if (!ret)
		return 0;
	scsi_mpath_ignore_bus();
exit_transport:
	mpath_transport_exit(&scsi_mpath);
	return ret;
}

/* No head is open: an open one pins the module. */
static void __exit scsi_multipath_exit(void)
{
	mpath_glue_give_all_back(&scsi_mpath);
	scsi_mpath_ignore_bus();
	mpath_transport_exit(&scsi_mpath);
}

module_init(scsi_multipath_init);
module_exit(scsi_multipath_exit);

MODULE_DESCRIPTION("Native multipath for SCSI disks");
MODULE_VERSION(MPATH_VERSION);
MODULE_LICENSE("GPL");
/* Keeps the access states of paths, and activates them; nobody else asks for it. */
MODULE_SOFTDEP("pre: scsi_dh_alua");
