# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# A path goes and comes ten times under I/O, as fast as it is noticed.
#
#   sdmpatha --+-- path 0 --x-o-x-o--+
#              +-- path 1 -----------+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
for ((round = 0; round < 10; round++)); do
	bed_fail 0
	must_wait "$BED_DETECT" "round $round: noticed" not in_use "${PATHS[0]}"
	bed_restore 0
	must_wait 20 "round $round: used again" in_use "${PATHS[0]}"
done
above "$HEAD_SYS/multipath_failover_count" 0 || fail "no I/O had to move"
fio_goes_on 100
fio_finish
