# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop iscsi
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors|sdmpatha: no usable path, holding I/O|only standby is left|activation: 
# Only standby is left, and I/O wants a path: the device handler is told to make a group active,
# once, and not again while that one takes I/O. When somebody else (another host) takes it away
# at once, there is a pause.
#
#   sdmpatha --+-- path 0 -- port group a, standby --+
#              +-- path 1 -- port group b, standby --+-- LUN 0
. /mpath/tests/guest/alua.sh
alua_handler
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
alua_up
for p in "${PATHS[@]}"; do equal "$(attribute "$p" mpath_access_source)" handler "who keeps the state"; done
group_of() { case $(($(<"$ALUA/a/alua_access_state"))) in 0) echo a ;; *) echo b ;; esac; }
both_standby() {
	alua_set a standby
	alua_set b standby
	for p in "${PATHS[@]}"; do must_wait 40 "$p is known to be standby" state_is "$p" standby; done
}
one_is_active() { (($(cat "$ALUA"/[ab]/alua_access_state | paste -sd+) == 2)); }
activations_are() { is "$HEAD_SYS/mpath_activations" "$1"; }

both_standby
equal "$(counter mpath_activations)" 0 "activations without I/O"

step "I/O wants a path"
read_one
equal "$(counter mpath_activations)" 1 "activations"
one_is_active || fail "the target's groups are $(cat "$ALUA"/[ab]/alua_access_state | xargs)"
klog_has 'only standby is left, activating port group [12] through' || fail "no word of it in the log"
klog_has 'activation: done' || fail "no word of its end in the log"

step "nothing is activated beside it"
fio_start "/dev/$HEAD"
fio_goes_on 300
equal "$(counter mpath_activations)" 1 "activations"

step "another host takes it away"
alua_set "$(group_of)" standby
must_wait 30 "it is activated once more" activations_are 2
fio_goes_on 100

step "and again"
alua_set "$(group_of)" standby
must_wait 20 "I/O is held" above "$HEAD_SYS/mpath_parked" 0
must_wait 40 "it is activated after a rest" activations_are 3
fio_goes_on 100
above "$HEAD_SYS/mpath_longest_no_path_ms" 2000 || fail "there was no rest"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
