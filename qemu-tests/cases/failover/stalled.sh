# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 180
#: allow path-errors
# A path swallows commands and never answers. Long before the SCSI timeout it is stalled: no
# I/O that is sent two and a half seconds after the silence began, or later, waits for it.
#
#   sdmpatha --+-- path 0 --(silence)--+
#              +-- path 1 -------------+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
for p in "${PATHS[@]}"; do echo 20 >"$(sdev "$p")/timeout"; done
silent=/sys/block/$(disk_of "${PATHS[0]}")
fio_start "/dev/$HEAD" --iodepth=16
# udev asks no silent path.
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
fio_goes_on 100
above "$silent/mpath_writes" 0 || fail "path 0 carries no I/O"
bed_fail 0 silent
sleep 2.5
equal "$(<"$silent/mpath_state")" stalled "state of the silent path"
above "$silent/mpath_oldest_ms" 1999 || fail "the oldest I/O is not old"
above "$silent/mpath_inflight" 0 || fail "nothing is in flight"
sent=$(<"$silent/mpath_reads")
timeout 10 dd if="/dev/$HEAD" of=/dev/null bs=4k count=50 iflag=direct status=none ||
	fail "a read waits"
equal "$(<"$silent/mpath_state")" stalled "state of the silent path"
equal "$(<"$silent/mpath_reads")" "$sent" "reads sent down the silent path"
bed_restore 0 silent
must_wait 90 "the path is used again" in_use "${PATHS[0]}"
fio_goes_on 200
fio_finish
must_wait 5 "nothing is in flight when idle" is "$silent/mpath_inflight" 0
equal "$(<"$silent/mpath_oldest_ms")" 0 "age of the oldest I/O when idle"
