# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
# Somebody opens a disk at the very moment when the module takes it: he is refused, or
# the module leaves the disk alone. Nobody has a disk taken away while he reads it.
#
#   open-and-read -- sda --+
#                          +-- LUN 0
#   open-and-read -- sdb --+
bed_up 2
readers=()
for p in "${PATHS[@]}"; do
	guest/open-and-read "/dev/$(disk_of "$p")" >>"$WORK/readers" 2>&1 &
	readers+=($!)
done
read_on() { for pid in "${readers[@]}"; do kill -0 "$pid" || fail "$(tail -1 "$WORK/readers")"; done; }
taken=0
for round in 1 2 3; do
	step "round $round"
	mpath_load
	if wait_for 8 one_head; then taken=$((taken + 1)); fi
	read_on
	must_wait 20 "the module goes" mpath_unload
	must_wait 10 "both are plain disks" bed_complete
	read_on
done
touch "$WORK/enough"
for pid in "${readers[@]}"; do wait "$pid" || fail "$(tail -1 "$WORK/readers")"; done
cat "$WORK/readers"
((taken)) || fail "the disks were never taken"
