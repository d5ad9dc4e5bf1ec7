// SPDX-License-Identifier: GPL-2.0
/* libmultipath.ko: what it exports, and its life. */
#include <linux/module.h>

#include "libmultipath.h"
#include "mpath_nvme.h"
#include "mpath_scsi.h"
#include "mpath_version.h"
#include "port.h"
#include "shim.h"

EXPORT_SYMBOL_GPL(mpath_iopolicy_parse);
EXPORT_SYMBOL_GPL(mpath_iopolicy_name);
EXPORT_SYMBOL_GPL(mpath_submit_mode_parse);
EXPORT_SYMBOL_GPL(mpath_submit_mode_name);
EXPORT_SYMBOL_GPL(mpath_switch_parse);
EXPORT_SYMBOL_GPL(mpath_no_path_timeout_valid);
EXPORT_SYMBOL_GPL(mpath_head_create);
EXPORT_SYMBOL_GPL(mpath_head_set_live);
EXPORT_SYMBOL_GPL(mpath_head_kill);
EXPORT_SYMBOL_GPL(mpath_head_destroy);
EXPORT_SYMBOL_GPL(mpath_head_add_path);
EXPORT_SYMBOL_GPL(mpath_device_remove);
EXPORT_SYMBOL_GPL(mpath_device_recheck);
EXPORT_SYMBOL_GPL(mpath_device_observe);
EXPORT_SYMBOL_GPL(mpath_head_geometry);
EXPORT_SYMBOL_GPL(mpath_device_shapes_head);
EXPORT_SYMBOL_GPL(mpath_head_get_path);
EXPORT_SYMBOL_GPL(mpath_head_next_path);
EXPORT_SYMBOL_GPL(mpath_device_failed_command);
EXPORT_SYMBOL_GPL(mpath_head_ask_paths);
EXPORT_SYMBOL_GPL(mpath_head_awaits_answers);
EXPORT_SYMBOL_GPL(mpath_device_put);
EXPORT_SYMBOL_GPL(mpath_device_disk);
EXPORT_SYMBOL_GPL(mpath_device_owner);
EXPORT_SYMBOL_GPL(mpath_head_iopolicy);
EXPORT_SYMBOL_GPL(mpath_head_set_iopolicy);
EXPORT_SYMBOL_GPL(mpath_head_submit_mode);
EXPORT_SYMBOL_GPL(mpath_head_set_submit_mode);
EXPORT_SYMBOL_GPL(mpath_head_no_path_timeout_ms);
EXPORT_SYMBOL_GPL(mpath_head_set_no_path_timeout_ms);
EXPORT_SYMBOL_GPL(mpath_head_set_queue_if_no_path);
EXPORT_SYMBOL_GPL(mpath_head_fail_now);
EXPORT_SYMBOL_GPL(mpath_head_read_stats);
EXPORT_SYMBOL_GPL(mpath_device_read_state);
EXPORT_SYMBOL_GPL(mpath_device_state_name);
EXPORT_SYMBOL_GPL(mpath_device_read_access);
EXPORT_SYMBOL_GPL(mpath_device_observe_port);
EXPORT_SYMBOL_GPL(mpath_device_access_changed);
EXPORT_SYMBOL_GPL(mpath_device_activated);
EXPORT_SYMBOL_GPL(mpath_device_queue_depth);
EXPORT_SYMBOL_GPL(mpath_device_serves_node);
EXPORT_SYMBOL_GPL(mpath_device_failover_count);
EXPORT_SYMBOL_GPL(mpath_device_read_stats);
EXPORT_SYMBOL_GPL(mpath_head_stall_timeout_ms);
EXPORT_SYMBOL_GPL(mpath_head_set_stall_timeout_ms);
EXPORT_SYMBOL_GPL(mpath_head_parked_limit_kib);
EXPORT_SYMBOL_GPL(mpath_head_set_parked_limit_kib);
EXPORT_SYMBOL_GPL(mpath_device_read_latency);
EXPORT_SYMBOL_GPL(mpath_head_pr_out);
EXPORT_SYMBOL_GPL(mpath_head_pr_adopt);
EXPORT_SYMBOL_GPL(mpath_head_read_pr);
EXPORT_SYMBOL_GPL(mpath_device_is_registered);
EXPORT_SYMBOL_GPL(mpath_scsi_parse_pr_out);
EXPORT_SYMBOL_GPL(mpath_scsi_pr_type);
EXPORT_SYMBOL_GPL(mpath_scsi_pr_status);
EXPORT_SYMBOL_GPL(mpath_nvme_membership);
EXPORT_SYMBOL_GPL(mpath_nvme_contradiction);
EXPORT_SYMBOL_GPL(mpath_nvme_name);
EXPORT_SYMBOL_GPL(mpath_nvme_ana_parse);
EXPORT_SYMBOL_GPL(mpath_nvme_ana_name);
EXPORT_SYMBOL_GPL(mpath_nvme_ana_access);
EXPORT_SYMBOL_GPL(mpath_nvme_ana_after_read);
EXPORT_SYMBOL_GPL(mpath_nvme_controller_verdict);
EXPORT_SYMBOL_GPL(mpath_nvme_read_verdict);
EXPORT_SYMBOL_GPL(mpath_nvme_way_failed);
EXPORT_SYMBOL_GPL(mpath_scsi_wwid);
EXPORT_SYMBOL_GPL(mpath_scsi_wwid_multipath_tools);
EXPORT_SYMBOL_GPL(mpath_scsi_transport);
EXPORT_SYMBOL_GPL(mpath_scsi_rules_check);
EXPORT_SYMBOL_GPL(mpath_scsi_find_port);
EXPORT_SYMBOL_GPL(mpath_scsi_membership);
EXPORT_SYMBOL_GPL(mpath_scsi_read_verdict);
EXPORT_SYMBOL_GPL(mpath_scsi_takes_io);
EXPORT_SYMBOL_GPL(mpath_scsi_tur_verdict);
EXPORT_SYMBOL_GPL(mpath_scsi_route);
EXPORT_SYMBOL_GPL(mpath_scsi_changes_lun);
EXPORT_SYMBOL_GPL(mpath_scsi_way_failed);
EXPORT_SYMBOL_GPL(mpath_scsi_tells_of_change);

static int __init libmultipath_init(void)
{
	int ret;

	ret = mpk_mem_init();
	if (ret)
		return ret;
	ret = mpk_io_init();
	if (ret)
		goto mem_exit;
	ret = mpk_work_init();
	if (ret)
		goto io_exit;
	if (!mpath_core_init()) {
		ret = -ENOMEM;
		goto work_exit;
	}
	return 0;

work_exit:
	mpk_work_exit();
io_exit:
	mpk_io_exit();
mem_exit:
	mpk_mem_exit();
	return ret;
}

static void __exit libmultipath_exit(void)
{
	mpath_core_exit();
	mpk_work_exit();
	mpk_io_exit();
	mpk_mem_exit();
}

module_init(libmultipath_init);
module_exit(libmultipath_exit);

MODULE_DESCRIPTION("Native multipath: the core");
MODULE_VERSION(MPATH_VERSION);
MODULE_LICENSE("GPL");
