# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reads a kernel log critically.

# What must not be in the kernel's log after any case, whatever it allows.
bad='BUG:|WARNING:|Oops|KASAN|KCSAN|UBSAN|kmemleak: [0-9]+ new|possible (circular|recursive|irq lock)|inconsistent lock state|suspicious RCU|INFO: task .* blocked|blocked for more than|detected stall|soft lockup|hard LOCKUP|refcount_t:|list_(add|del) corruption|scheduling while atomic|sleeping function called|general protection|Call Trace|Kernel panic|held lock|DEBUG_LOCKS_WARN'
# What must not be there unless the case allows it.
errors='I/O error|Buffer I/O|Medium Error|critical (target|medium|space|nexus) error|reservation conflict error|lost (async|sync) page write|EXT4-fs error'
# What a dying path may say: about the path's own disk, never about a head. HEAD is any head.
path_errors='libmultipath: HEAD: path |(I/O error|recoverable transport error|timeout error|device offline error|critical target error), dev (sd[a-z]{1,3}|nvme[0-9]+n[0-9]+),|sd [0-9:]+: \[sd[a-z]{1,3}\]|rejecting I/O|Buffer I/O error on dev nvme[0-9]+n[0-9]+,|session[0-9]+: |connection[0-9]+:|ping timeout'

# Findings about the beds themselves: PROVE_RCU_LIST has some on LIO of 6.12, lockdep one on
# the timer with which LIO forgets a session, and the work that ends an iSCSI session waits
# for one of power management's. nvmet keeps a namespace for good if a command came for it while
# it was disabled (nvmet_subsys_nsid_exists() does not give back a reference), and is surprised.
# nvme_loop, shut down under load, cancels what the target still works on; the target's answer
# then completes a request that is free.
without_known() {
	awk 'function known() {
			return block ~ /drivers\/target\/target_core_/ ||
				block ~ /iscsit_handle_time2retain_timeout/ ||
				block ~ /WQ_MEM_RECLAIM iscsi_ctrl_.* is flushing !WQ_MEM_RECLAIM pm:/ ||
				block ~ /RIP: [0-9]+:nvmet_subsys_(free|put)\+/ ||
				block ~ /WARNING: .* at block\/blk\.h:.* blk_mq_free_request.*nvme_loop_complete_rq/
		}
		!inside && /WARNING: (suspicious RCU usage|possible irq lock inversion)/ { block = ""; inside = 1; end = "</TASK>" }
		!inside && /cut here/ { block = ""; inside = 1; end = "end trace" }
		!inside { print; next }
		{ block = block $0 "\n" }
		index($0, end) { inside = 0; if (!known()) printf "%s", block }
		END { if (inside) printf "%s", block }'
}

# Prints the lines of standard input that must not be there. ALLOW: a regex of errors
# that may.
scan() { # ALLOW
	local allow=${1//path-errors/$path_errors} log
	allow=${allow//HEAD/(sdmpath[a-z]+|nvmempath[0-9]+n[0-9]+)}
	log=$(without_known)
	grep -E "$bad" <<<"$log" || true
	grep -E "$errors" <<<"$log" | grep -vE "${allow:-^$}" || true
}
