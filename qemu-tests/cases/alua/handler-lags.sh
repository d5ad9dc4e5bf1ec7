# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# The groups have their states before the initiator comes: targetcli has made them, as an
# administrator does. The device handler of some kernels (6.12) asks for none when it is attached, and
# takes everything for optimized: it is told to look again.
. /mpath/tests/guest/alua.sh
alua_handler
iscsi_target_up
# shellcheck disable=SC2034  # alua_clean looks at it
ALUA=$(alua_store)/alua
at_exit alua_clean
targetcli >"$WORK/targetcli" 2>&1 <<-END || true
	set global auto_save_on_exit=false
	/backstores/fileio/lun/alua create a 1
	/backstores/fileio/lun/alua create b 2
	/backstores/fileio/lun/alua/a set alua alua_access_type=3
	/backstores/fileio/lun/alua/b set alua alua_access_type=3
	/backstores/fileio/lun/alua/a set alua nonop_delay_msecs=0
	/backstores/fileio/lun/alua/a set alua alua_access_state=1
	/backstores/fileio/lun/alua/b set alua alua_access_state=2
	/iscsi/$ISCSI_IQN/tpg1/luns/lun0 set alua alua_tg_pt_gp_name=a
	/iscsi/$ISCSI_IQN/tpg2/luns/lun0 set alua alua_tg_pt_gp_name=b
END
groups=(a b)
for i in 0 1; do
	grep -qx "TG Port Alias: ${groups[i]}" "$(alua_lun $i)/alua_tg_pt_gp" || fail "targetcli: $(cat "$WORK/targetcli")"
done
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
for p in "${PATHS[@]}"; do equal "$(attribute "$p" mpath_access_source)" handler "who keeps the state"; done
must_wait 10 "path 0 is known to be non-optimized" state_is "${PATHS[0]}" usable-nonoptimized
must_wait 10 "path 1 is known to be standby" state_is "${PATHS[1]}" standby
for i in 0 1; do equal "$(attribute "${PATHS[i]}" mpath_target_port_group)" $((i + 1)) "group of path $i"; done
# The scan for partitions may have met the handler's mistake.
before=$(moved)
read_one
equal "$(moved)" "$before" "I/O that had to move off the path in standby"
