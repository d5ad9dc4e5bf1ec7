# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop iscsi
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|sdmpatha: no usable path, holding I/O
# As alua/states, without scsi_dh_alua: nobody keeps the states of port groups but what the LUN
# itself says when it is asked, and the sense data of probes.
#
#   sdmpatha --+-- path 0 -- port group a --+
#              +-- path 1 -- port group b --+-- LUN 0
. /mpath/tests/guest/alua.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
alua_up
[[ ! -d /sys/module/scsi_dh_alua ]] || fail "the handler is there"
for i in 0 1; do
	must_wait 40 "group of path $i" attribute_is "${PATHS[i]}" mpath_target_port_group $((i + 1))
	must_wait 40 "path $i is usable" state_is "${PATHS[i]}" usable
	equal "$(attribute "${PATHS[i]}" mpath_access_source)" report "who says so"
	equal "$(attribute "${PATHS[i]}" mpath_access_state)" active/optimized "state of path $i"
done

fio_start "/dev/$HEAD"
step "both optimized"
carries 0 || fail "path 0 carries nothing"
carries 1 || fail "path 1 carries nothing"

step "a non-optimized"
alua_set a non-optimized
must_wait 40 "path 0 is known to be non-optimized" state_is "${PATHS[0]}" usable-nonoptimized
idle 0 || fail "the non-optimized path carries I/O"

step "b standby: only the non-optimized path is left"
alua_set b standby
must_wait 10 "path 1 is known to be standby" state_is "${PATHS[1]}" standby
carries 0 || fail "path 0 carries nothing"

step "a unavailable, too: I/O waits"
alua_set a unavailable
must_wait 10 "path 0 is known to be refused" attribute_is "${PATHS[0]}" mpath_access_state unavailable
must_wait 20 "I/O is held" above "$HEAD_SYS/mpath_parked" 0
klog_has 'sdmpatha: only standby is left, and no device handler' || fail "the log does not say that nobody can activate b"

step "b optimized again"
alua_set b optimized
must_wait 10 "path 1 is usable" state_is "${PATHS[1]}" usable
fio_goes_on 100

step "a optimized again, and nothing but the poll tells"
alua_set a optimized
must_wait 40 "path 0 is usable" state_is "${PATHS[0]}" usable
carries 0 || fail "path 0 carries nothing"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
equal "$(counter mpath_activations)" 0 "activations: nobody could"
