// SPDX-License-Identifier: GPL-2.0
/* scsi_multipath.ko: parameters and life. */
#include <linux/module.h>

#include "scsi_multipath.h"

struct scsi_mpath_defaults scsi_mpath_defaults = {
	.enabled = true,
	.iopolicy = MPATH_IOPOLICY_NUMA,
	.submit_mode = MPATH_SUBMIT_INTERPOSE,
	.no_path_timeout_ms = 30000,
};

/* The kernel's own booleans take "once" for yes and "office" for no. */
static int scsi_mpath_set_switch(const char *val, const struct kernel_param *kp)
{
	int on = mpath_scsi_switch(val);

	if (on < 0)
		return on;
	*(bool *)kp->arg = on;
	return 0;
}

static const struct kernel_param_ops scsi_mpath_switch_ops = {
	.set = scsi_mpath_set_switch,
	.get = param_get_bool,
};

module_param_cb(scsi_multipath, &scsi_mpath_switch_ops, &scsi_mpath_defaults.enabled, 0444);
MODULE_PARM_DESC(scsi_multipath,
		 "Take LUNs that have a unique id in VPD page 83 and support ALUA (default Y)");
module_param_cb(scsi_multipath_always, &scsi_mpath_switch_ops, &scsi_mpath_defaults.always, 0444);
MODULE_PARM_DESC(scsi_multipath_always,
		 "Take every LUN that has a unique id in VPD page 83 (default N)");

module_param_cb(report_port_groups, &scsi_mpath_switch_ops, &scsi_mpath_report_port_groups, 0644);
MODULE_PARM_DESC(
	report_port_groups,
	"Ask LUNs for the access states of their target port groups; N: only a device handler's word counts (default Y)");

static int scsi_mpath_set_iopolicy(const char *val, const struct kernel_param *kp)
{
	int policy = mpath_iopolicy_parse(val);

	if (policy < 0)
		return policy;
	scsi_mpath_defaults.iopolicy = policy;
	return 0;
}

static int scsi_mpath_get_iopolicy(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mpath_iopolicy_name(scsi_mpath_defaults.iopolicy));
}

static const struct kernel_param_ops scsi_mpath_iopolicy_ops = {
	.set = scsi_mpath_set_iopolicy,
	.get = scsi_mpath_get_iopolicy,
};
module_param_cb(iopolicy, &scsi_mpath_iopolicy_ops, NULL, 0644);
MODULE_PARM_DESC(
	iopolicy,
	"Path selection of new heads: numa (default), round-robin, queue-depth or service-time");

static int scsi_mpath_set_submit_mode(const char *val, const struct kernel_param *kp)
{
	int mode = mpath_submit_mode_parse(val);

	if (mode < 0)
		return mode;
	scsi_mpath_defaults.submit_mode = mode;
	return 0;
}

static int scsi_mpath_get_submit_mode(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mpath_submit_mode_name(scsi_mpath_defaults.submit_mode));
}

static const struct kernel_param_ops scsi_mpath_submit_mode_ops = {
	.set = scsi_mpath_set_submit_mode,
	.get = scsi_mpath_get_submit_mode,
};
module_param_cb(submit_mode, &scsi_mpath_submit_mode_ops, NULL, 0644);
MODULE_PARM_DESC(submit_mode, "How new heads send bios: interpose (default) or clone");

static int scsi_mpath_set_timeout(const char *val, const struct kernel_param *kp)
{
	long long ms;
	int ret = kstrtoll(val, 10, &ms);

	if (ret || !mpath_no_path_timeout_valid(ms))
		return -EINVAL;
	scsi_mpath_defaults.no_path_timeout_ms = ms;
	return 0;
}

static int scsi_mpath_get_timeout(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", scsi_mpath_defaults.no_path_timeout_ms);
}

static const struct kernel_param_ops scsi_mpath_timeout_ops = {
	.set = scsi_mpath_set_timeout,
	.get = scsi_mpath_get_timeout,
};
module_param_cb(no_path_timeout_ms, &scsi_mpath_timeout_ops, NULL, 0644);
MODULE_PARM_DESC(
	no_path_timeout_ms,
	"How long new heads hold I/O while no path is usable: 0 fails it at once, -1 holds it for ever (default 30000)");

static int __init scsi_multipath_init(void)
{
	int ret;

	scsi_mpath_wq = alloc_workqueue("scsi-mpath-wq", WQ_UNBOUND, 0);
	if (!scsi_mpath_wq)
		return -ENOMEM;
	ret = scsi_mpath_heads_init();
	if (ret)
		goto destroy_wq;
	ret = scsi_mpath_discovery_init();
	if (ret)
		goto exit_heads;
	return 0;

exit_heads:
	scsi_mpath_heads_exit();
destroy_wq:
	destroy_workqueue(scsi_mpath_wq);
	return ret;
}

/* No head is open: an open one pins the module. */
static void __exit scsi_multipath_exit(void)
{
	scsi_mpath_discovery_exit();
	scsi_mpath_heads_exit();
	destroy_workqueue(scsi_mpath_wq);
}

module_init(scsi_multipath_init);
module_exit(scsi_multipath_exit);

MODULE_DESCRIPTION("Native multipath for SCSI disks");
MODULE_LICENSE("GPL");
/* Keeps the access states of paths, and activates them; nobody else asks for it. */
MODULE_SOFTDEP("pre: scsi_dh_alua");
