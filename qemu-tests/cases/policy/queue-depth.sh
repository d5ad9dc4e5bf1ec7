# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 120
# queue-depth goes around a path that is slow; round-robin does not.
#
#   sdmpatha --+-- path 0 (one command at a time) --+
#              +-- path 1, 2, 3                   --+-- LUN 0
mpath_load submit_mode="$MODE" iopolicy=round-robin
# The slow path serves one command in this time, 40 ms, and its share is the larger the fewer the CPU has
# done by then: so long that 170 I/Os a second are enough for the limit below, on a debug kernel 57.
bed_up 4 delay=$((10 * SLOW))
head_wait 4
echo 1 >"$(sdev "${PATHS[0]}")/queue_depth"
narrow=$(disk_of "${PATHS[0]}")

share() { # percent of the head's I/O that the slow path gets
	local -; set +x
	local a b
	# Under round-robin all 32 wait for the slow path after 128 I/Os, and its share is as it will be.
	fio_goes_on $((200 * SLOW))
	a=$(ios_of "$narrow") b=$(ios_of "$HEAD")
	fio_goes_on 1000
	SHARE=$((($(ios_of "$narrow") - a) * 100 / ($(ios_of "$HEAD") - b)))
	step "$(<"$MPATH/iopolicy"): $SHARE % on the slow path"
}

fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=32
share
((SHARE >= 18 && SHARE <= 30)) || fail "round-robin gives the slow path $SHARE %"
echo queue-depth >"$MPATH/iopolicy"
share
((SHARE <= 15)) || fail "queue-depth gives the slow path $SHARE %"
above "/sys/block/$narrow/mpath_queue_depth" 0 || fail "mpath_queue_depth is 0 under load"
fio_finish
must_wait 5 "mpath_queue_depth is 0 when idle" is "/sys/block/$narrow/mpath_queue_depth" 0
