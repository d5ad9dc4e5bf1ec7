# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors|HEAD: (the last path is gone|no usable path)|dev HEAD,
# With delayed_removal_secs a head outlives its last path for that time: it keeps its name
# and its number, holds I/O, and goes on with the next path. Without one it goes, and so
# does the I/O. 0 ends a wait that goes on; so does the module's removal.
#
#   sdmpatha --+-- path 0 --x (removed)
#              +-- path 1 --x (removed)
mpath_load
bed_up 2
head_wait 2
secs=$HEAD_SYS/delayed_removal_secs
equal "$(<"$secs")" 0 "delayed_removal_secs"
number=$(<"$HEAD_SYS/dev")
remove_all() { for i in 0 1; do bed_fail $i "$BED_REMOVE"; done; must_wait "$BED_DETECT" "no path is left" paths_are 0; }
restore_all() { for i in 0 1; do bed_restore $i "$BED_REMOVE"; done; }

step "within the time"
echo 600 >"$secs"
fio_start "/dev/$HEAD"
remove_all
must_wait 10 "I/O is held" above "$HEAD_SYS/mpath_parked" 0
equal "$(<"$HEAD_SYS/dev")" "$number" "the head's number"
restore_all
must_wait 30 "both paths are back" paths_are 2
fio_goes_on 100
equal "$(heads | wc -l)" 1 "heads"
equal "$(<"$HEAD_SYS/dev")" "$number" "the head's number"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that failed for want of a path"

step "after the time"
echo 2 >"$secs"
dd if="/dev/$HEAD" bs=4k iflag=direct of=/dev/null status=none 2>"$WORK/said" &
remove_all
must_wait 20 "the head goes" no_heads
wait $! && fail "dd read what was not there"
grep -qE 'Input/output error|No such device' "$WORK/said" || fail "dd: $(<"$WORK/said")"
restore_all
head_wait 2
equal "$(<"$HEAD_SYS/delayed_removal_secs")" 0 "delayed_removal_secs of a new head"

step "0 ends the wait"
echo 600 >"$HEAD_SYS/delayed_removal_secs"
remove_all
echo 0 >"$HEAD_SYS/delayed_removal_secs"
must_wait 20 "the head goes" no_heads
restore_all
head_wait 2

step "the module's removal ends it, too"
echo 600 >"$HEAD_SYS/delayed_removal_secs"
remove_all
must_wait 20 "the module goes" rmmod "$GLUE"
restore_all
