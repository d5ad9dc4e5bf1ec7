# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Port groups of LIO for cases on the beds tcm_loop and iscsi: group a (1) for path 0, group b
# (2) for path 1. Everything is as it was when the case ends.

# Before the paths appear.
alua_handler() {
	rm -f /etc/modprobe.d/mpath-no-alua.conf
	at_exit alua_no_handler
	modprobe scsi_dh_alua
}
alua_no_handler() { echo 'install scsi_dh_alua /bin/false' >/etc/modprobe.d/mpath-no-alua.conf; }

alua_store() { case $BED in tcm_loop) echo "$LOOP_CORE/fileio_7/lun" ;; *) echo /sys/kernel/config/target/core/fileio_*/lun ;; esac; }
alua_lun() { # I
	case $BED in tcm_loop) echo "$(loop_tpg "$1")/lun/lun_0" ;; *) echo "$ISCSI_CFG/tpgt_$(($1 + 1))/lun/lun_0" ;; esac
}
# Of a bed that is up. TYPE: 1 implicit, 3 explicit, too (default).
alua_groups() { # [TYPE]
	local -; set +x
	local g id=0
	ALUA=$(alua_store)/alua
	at_exit alua_clean
	for g in a b; do
		mkdir "$ALUA/$g"
		echo $((++id)) >"$ALUA/$g/tg_pt_gp_id"
		echo "${1:-3}" >"$ALUA/$g/alua_access_type"
		echo 0 >"$ALUA/$g/nonop_delay_msecs"
	done
}
alua_join() {
	local i groups=(a b)
	for i in 0 1; do echo "${groups[i]}" >"$(alua_lun $i)/alua_tg_pt_gp"; done
}
# The groups, and what the initiator has cached of them. Of a bed that is up.
alua_up() { # [TYPE]
	local -; set +x
	local p
	alua_groups "$@"
	alua_join
	bed_paths
	for p in "${PATHS[@]}"; do echo 1 >"$(sdev "$p")/rescan"; done
}
alua_set() { # GROUP optimized|non-optimized|standby|unavailable|transitioning
	local -; set +x
	local n
	case $2 in
	optimized) n=0 ;;
	non-optimized) n=1 ;;
	standby) n=2 ;;
	unavailable) n=3 ;;
	transitioning) n=15 ;;
	*) fail "no state $2" ;;
	esac
	echo "target: group $1 is $2"
	echo $n >"$ALUA/$1/alua_access_state"
}
alua_clean() {
	local g i
	for g in a b; do echo 0 >"$ALUA/$g/alua_access_state"; done
	for i in 0 1; do echo default_tg_pt_gp >"$(alua_lun $i)/alua_tg_pt_gp"; done
	rmdir "$ALUA"/[ab]
} 2>/dev/null

attribute() { echo "$(<"/sys/block/$(disk_of "$1")/$2")"; } # H:C:I:L FILE
attribute_is() { [[ $(attribute "$1" "$2") == "$3" ]]; }

carries() { # I: I/O goes on, and this path has its part in it
	local d before
	d=$(disk_of "${PATHS[$1]}")
	before=$(ios_of "$d")
	fio_goes_on 200
	ios_above "$d" "$before"
}
idle() { ! carries "$1"; }
