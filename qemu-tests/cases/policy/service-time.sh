# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: modes interpose clone
#: kernels 6.1 6.12
#: timeout 120
#: allow path-errors
# service-time goes around a path that is slow, and comes back when it is not slow any more.
# No kernel's scsi_debug has a delay per host: slow is what serves one command at a time.
#
#   sdmpatha --+-- path 0 (one command at a time) --+
#              +-- path 1, 2, 3                   --+-- LUN 0
mpath_load submit_mode="$MODE" iopolicy=service-time
# So long that commands wait for the path and not for the CPU, whatever the kernel.
bed_up 4 delay=4
head_wait 4
deep=$(<"$(sdev "${PATHS[0]}")/queue_depth")
slow=$(disk_of "${PATHS[0]}")

share() { # percent of the head's I/O that path 0 gets
	local -; set +x
	local a b
	a=$(ios_of "$slow") b=$(ios_of "$HEAD")
	fio_goes_on 1000
	SHARE=$((($(ios_of "$slow") - a) * 100 / ($(ios_of "$HEAD") - b)))
	step "$SHARE % on path 0"
}

fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=32
fio_goes_on 1000
share
((SHARE >= 8)) || fail "a path like the others gets $SHARE %"
echo 1 >"$(sdev "${PATHS[0]}")/queue_depth"
fio_goes_on 1000
share
((SHARE <= 5)) || fail "the slow path gets $SHARE %"
echo "$deep" >"$(sdev "${PATHS[0]}")/queue_depth"
# It takes so many I/Os to learn, not so much time: an emulator does few in five seconds.
comes_back() { share; ((SHARE >= 8)); }
must_wait 30 "the path that has recovered gets its share" comes_back
fio_finish
must_wait 5 "mpath_queue_depth is 0 when idle" is "/sys/block/$slow/mpath_queue_depth" 0
