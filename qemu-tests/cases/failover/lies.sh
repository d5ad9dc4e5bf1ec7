# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 180
#: allow path-errors
# A path answers every question and reads, but no write succeeds on it. The head does not
# flap: the path is tried again after 5 s, then after 10 s, ...
#
#   sdmpatha --+-- path 0 --lies--+
#              +-- path 1 --------+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
path=/sys/block/$(disk_of "${PATHS[0]}")
fio_start "/dev/$HEAD" --rate_iops=0

step "WRITE(10) ends with 'no connect', all else is fine"
echo '2 -1000000 0x2a 0x1 0 0 0 0 0' >"$SD_INJECT/${PATHS[0]}/error"
must_wait 20 "the path is marginal" state_is "${PATHS[0]}" marginal
started=$SECONDS
equal "$(<"$path/mpath_state_reason")" "probes are fine, I/O is not" "reason"
moved=$(moved) changes=$(<"$path/mpath_state_changes")

step "usable, suspect, marginal: twice, with a pause before each"
must_wait 60 "tried again, twice" above "$path/mpath_state_changes" $((changes + 5))
((SECONDS - started >= 14)) || fail "only $((SECONDS - started)) s for pauses of 5 and 10"
moved=$(($(moved) - moved))
((moved < 100)) || fail "$moved I/Os had to move"
fio_goes_on 100

step "the path is better than nothing, and is used again when it is better"
echo '- 2 0x2a' >"$SD_INJECT/${PATHS[0]}/error"
bed_fail 1
must_wait "$BED_DETECT" "the other path is gone" not in_use "${PATHS[1]}"
fio_goes_on 100
bed_restore 1
must_wait 20 "the other path is back" in_use "${PATHS[1]}"
must_wait 60 "the path is used again" in_use "${PATHS[0]}"
fio_goes_on 100
fio_finish
