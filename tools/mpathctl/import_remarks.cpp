// SPDX-License-Identifier: GPL-2.0
#include "import_remarks.hpp"

#include <array>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

namespace mpathctl {

namespace {

struct Why {
	std::string_view names; // separated by blanks
	const char *why;
};

constexpr std::array kReasons = {
	Why{ "failback",
	     "it is immediate, unless a path fails often; mpathctl disable PATH spares one" },
	Why{ "prio prio_args detect_prio detect_pgpolicy detect_pgpolicy_use_tpg pg_timeout "
	     "ghost_delay all_tg_pt",
	     "what the target says by ALUA decides" },
	Why{ "path_checker detect_checker checker_timeout log_checker_err",
	     "the kernel asks paths itself: TEST UNIT READY, identity, a read" },
	Why{ "rr_min_io rr_min_io_rq rr_weight minio_q minio_rq", "each I/O finds its own path" },
	Why{ "fast_io_fail_tmo dev_loss_tmo eh_deadline max_retries",
	     "the transport's own: mpathctl doctor looks at it and names the file" },
	Why{ "marginal_path_err_sample_time marginal_path_err_rate_threshold "
	     "marginal_path_err_recheck_gap_time marginal_path_double_failed_time "
	     "marginal_pathgroups san_path_err_threshold san_path_err_forget_rate "
	     "san_path_err_recovery_time delay_watch_checks delay_wait_checks",
	     "a path that flaps or lies is marginal without being told" },
	Why{ "hardware_handler retain_attached_hw_handler",
	     "scsi_dh_alua is used where it is attached" },
	Why{ "uid_attribute uid_attrs getuid_callout recheck_wwid disable_changed_wwids",
	     "a LUN is known by its id in VPD page 83, and is asked for it again" },
	Why{ "find_multipaths find_multipaths_timeout wwids_file",
	     "a LUN with a unique id and ALUA is taken, with one path, too" },
	Why{ "flush_on_last_del deferred_remove queue_without_daemon",
	     "a head goes with its last path; see delayed_removal_secs" },
	Why{ "skip_kpartx partition_delimiter", "partitions are the kernel's" },
	Why{ "mode uid gid", "as of any disk: a rule of udev" },
	Why{ "max_sectors_kb", "queue/max_sectors_kb of the head" },
	Why{ "prkeys_file", "who manages the cluster says which key it was" },
	Why{ "alias_prefix", "heads are sdmpatha, sdmpathb, ...; names are links" },
	Why{ "max_polling_interval verbosity reassign_maps multipath_dir max_fds strict_timing "
	     "retrigger_tries retrigger_delay missing_uev_wait_timeout uev_wait_timeout "
	     "uxsock_timeout force_sync config_dir remove_retries auto_resize enable_foreign "
	     "use_watchdog allow_usb_devices no_foreign",
	     "there is no daemon" },
};

} // namespace

std::string why_not(const ConfEntry &entry)
{
	if (entry.name == "failback" && entry.value == "immediate")
		return "";
	for (const Why &reason : kReasons) {
		std::istringstream names{ std::string(reason.names) };

		for (std::string known; names >> known;)
			if (known == entry.name)
				return reason.why;
	}
	return "not known here";
}

void Remarks::on(const ConfEntry &entry, const std::string &why)
{
	const std::string what = entry.is_section ? entry.name + " { }"
						  : entry.name + " " + entry.value;

	add(fmt::format("{}: {}: {}", entry.where, what, why));
}

void Remarks::add(const std::string &text)
{
	all_.push_back(text);
}

} // namespace mpathctl
