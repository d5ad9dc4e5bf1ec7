# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug tcm_loop nvme
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# A path goes and comes ten times under I/O, as fast as it is noticed. It is spared after the
# second time, and the head needs it no more until it is the only one.
#
#   sdmpatha --+-- path 0 --x-o-x-o--+
#              +-- path 1 -----------+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
kind=${BED_KINDS[0]}
[[ " ${BED_KINDS[*]} " != *" inject "* ]] || kind=inject
bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
for ((round = 0; round < 10; round++)); do
	used=$(path_state "${PATHS[0]}")
	bed_fail 0 "$kind"
	# Nobody notices what becomes of a path that is spared.
	[[ $used != usable ]] || must_wait "$BED_DETECT" "round $round: noticed" not is_back "${PATHS[0]}"
	bed_restore 0 "$kind"
	must_wait 20 "round $round: back" is_back "${PATHS[0]}"
done
# What an administrator sets offline has not failed.
if [[ $kind != offline ]]; then
	must_wait 5 "the path is marginal" state_is "${PATHS[0]}" marginal
	equal "$(<"/sys/block/$(disk_of "${PATHS[0]}")/mpath_state_reason")" "it fails often" "reason"
	before=$(sent_to "$(disk_of "${PATHS[0]}")")
	fio_goes_on 100
	equal "$(sent_to "$(disk_of "${PATHS[0]}")")" "$before" "I/O on a path that is spared"
fi
bed_fail 1
must_wait "$BED_DETECT" "the other path is gone" not in_use "${PATHS[1]}"
fio_goes_on 100
bed_restore 1
must_wait 20 "the other path is back" in_use "${PATHS[1]}"
above "$HEAD_SYS/multipath_failover_count" 0 || fail "no I/O had to move"
fio_goes_on 100
fio_finish
