# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors|sdmpatha: no (usable|available) path
# Both groups are in transition: I/O waits, though it may not wait for paths that are gone, and no
# longer than the time that the target gives for a transition; without scsi_dh_alua and with it.
#
#   sdmpatha --+-- path 0 -- port group a, transitioning --+
#              +-- path 1 -- port group b, transitioning --+-- LUN 0
. /mpath/tests/guest/alua.sh
SECS=$((8 * SLOW))

read_in_background() {
	rm -f "$WORK/read"
	(rc=0; read_one || rc=$?; echo $rc >"$WORK/read") 2>/dev/null &
}
transition() {
	local g p
	for g in a b; do alua_set $g transitioning; done
	for p in "${PATHS[@]}"; do must_wait 40 "$p is known to be in transition" state_is "$p" transitioning; done
}
try() {
	local p began
	mpath_load iopolicy=round-robin no_path_timeout_ms=0
	bed_up 2
	head_wait 2
	alua_groups 1
	for g in a b; do echo $SECS >"$ALUA/$g/implicit_trans_secs"; done
	alua_join
	for p in "${PATHS[@]}"; do echo 1 >"$(sdev "$p")/rescan"; done
	must_wait 40 "the groups are known" attribute_is "${PATHS[1]}" mpath_target_port_group 2
	read_one

	step "$1: a transition that ends"
	transition
	read_in_background
	must_wait 10 "I/O is held" above "$HEAD_SYS/mpath_parked" 0
	alua_set a optimized
	must_wait 10 "it goes on" is "$WORK/read" 0
	must_wait 20 "path 0 is usable" state_is "${PATHS[0]}" usable

	step "$1: one that does not"
	transition
	read_in_background
	began=$SECONDS
	must_wait 40 "I/O has failed" is "$WORK/read" 1
	((SECONDS - began <= SECS + 4 * SLOW)) || fail "I/O was held for $((SECONDS - began)) s"
	alua_set a optimized
	must_wait 40 "path 0 is usable" state_is "${PATHS[0]}" usable
	read_one
}
try "no handler"
alua_set b optimized
alua_clean
mpath_unload
bed_down
alua_handler
try "with the handler"
