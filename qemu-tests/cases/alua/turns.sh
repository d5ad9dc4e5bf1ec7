# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors|no usable path, holding I/O|only standby is left|activation: 
# Two LUNs of one array have only standby left, and I/O on both wants a path: while a group of one is
# activated, which takes this target some seconds, the other waits for its turn.
#
#   sdmpatha --+-- path 0, 1 -- groups a, b, standby -- LUN 0 --+
#   sdmpathb --+-- path 2, 3 -- groups a, b, standby -- LUN 1 --+-- the array
takes_ms=2500
. guest/alua.sh
alua_handler
mpath_load
loop_init
groups=("$LOOP_CORE"/fileio_7/lun{0,1}/alua/{a,b})
no_groups() {
	local i
	for i in 0 1 2 3; do echo default_tg_pt_gp >"$(loop_tpg $i)/lun/lun_0/alua_tg_pt_gp"; done
	rmdir "${groups[@]}"
} 2>/dev/null
at_exit no_groups
for lun in 0 1; do
	loop_store lun$lun 16 "$lun${LOOP_SERIAL:1}"
	id=0
	for g in a b; do
		dir=$LOOP_CORE/fileio_7/lun$lun/alua/$g
		mkdir "$dir"
		echo $((++id)) >"$dir/tg_pt_gp_id"
		echo 3 >"$dir/alua_access_type"
		loop_path lun$lun
		echo $g >"$(loop_tpg $((LOOP_N - 1)))/lun/lun_0/alua_tg_pt_gp"
	done
done
for p in "${PATHS[@]}"; do echo 1 >"$(sdev "$p")/rescan"; done
must_wait 30 "two heads" heads_are 2
read -ra heads < <(head_disks | xargs)
settle
for g in "${groups[@]}"; do echo 2 >"$g/alua_access_state"; done
for p in "${PATHS[@]}"; do must_wait 40 "$p is known to be standby" state_is "$p" standby; done
for g in "${groups[@]}"; do echo $takes_ms >"$g/trans_delay_msecs"; done

step "I/O on both"
readers=()
for h in "${heads[@]}"; do
	dd if="/dev/$h" bs=4k count=1 iflag=direct of=/dev/null status=none &
	readers+=($!)
done
for pid in "${readers[@]}"; do wait "$pid"; done
for h in "${heads[@]}"; do equal "$(<"/sys/block/$h/mpath_activations")" 1 "activations of $h"; done
story() { klog | sed -n 's/.*only standby is left, activating.*/begins/p; s/.*activation: done.*/ends/p' | xargs; }
told() { [[ $(story) == "begins ends begins ends" ]]; }
must_wait 10 "one was activated after the other" told
longest=$(sort -n /sys/block/sdmpath*/mpath_longest_no_path_ms | tail -1)
((longest >= 2 * takes_ms)) || fail "nobody has waited for a turn: $longest ms without a path at most"
