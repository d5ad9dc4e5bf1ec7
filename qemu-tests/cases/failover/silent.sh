# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 180
#: allow path-errors
# A path swallows commands and never answers. What is in flight on it waits for the
# SCSI timeout; meanwhile new I/O takes the other path, and nothing is lost.
#
#   sdmpatha --+-- path 0 --(silence)--+
#              +-- path 1 -------------+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
for p in "${PATHS[@]}"; do echo 3 >"$(sdev "$p")/timeout"; done
fio_start "/dev/$HEAD" --iodepth=16
# shellcheck disable=SC2034  # for fail_moving
BED_DETECT=90
# udev asks the disk who it is whenever fio has closed it. A question that goes down the
# silent path is answered when its own time is over, after a minute.
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
fail_moving 0 silent
fio_goes_on 200
bed_restore 0 silent
must_wait 60 "the path is used again" in_use "${PATHS[0]}"
fio_goes_on 200
fio_finish
