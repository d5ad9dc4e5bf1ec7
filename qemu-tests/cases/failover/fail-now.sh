# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug nvme
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors|HEAD: no (usable|available) path|dev HEAD,
# fail_now: an administrator who knows that no path will come back ends the waiting. From
# the next path on, I/O waits again.
#
#   sdmpatha --+-- path 0 --x
#              +-- path 1 --x
mpath_load no_path_timeout_ms=-1
bed_up 2
head_wait 2
echo 1 >"$HEAD_SYS/fail_now" # there is a path: nothing happens
read_one
bed_fail 0
bed_fail 1

read_one 2>"$WORK/said" &
pid=$!
must_wait 10 "the read is held" above "$HEAD_SYS/mpath_parked" 0
echo 1 >"$HEAD_SYS/fail_now"
must_wait 5 "it ends" not kill -0 $pid
grep -q "Input/output error" "$WORK/said" || fail "it did not fail with EIO"
refuses "Input/output error" read_one

bed_restore 0
must_wait 10 "path 0 is used again" in_use "${PATHS[0]}"
must_wait 10 "the head can be read" read_one
bed_fail 0
read_one &
pid=$!
must_wait 10 "a read is held again" above "$HEAD_SYS/mpath_parked" 0
bed_restore 0
must_wait 10 "and ends when the path is back" not kill -0 $pid
wait $pid
