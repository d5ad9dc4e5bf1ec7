# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
# The LUN's write cache is switched off and on at the target, and one path's device is scanned:
# the other is scanned without being asked for. Flushes never end on the way to a cache: while
# one path's disk knows of it and another's does not, I/O goes where flushes do.
#
#   sdmpatha --+-- path 0: write through --+
#              +-- path 1: write back -----+-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
target=$LOOP_CORE/fileio_7/lun/attrib/emulate_write_cache
rescan() { echo 1 >"$(sdev "${PATHS[$1]}")/rescan"; }
cache_is() { is "/sys/block/$(disk_of "${PATHS[$1]}")/queue/write_cache" "$2"; }
flushes() { stat_of_paths 16; }
flush() { dd if=/dev/zero of="/dev/$HEAD" bs=4k count=1 conv=fsync status=none; }

echo 1 >"$target"
for i in 0 1; do
	rescan $i
	must_wait 10 "path $i is write back" cache_is $i "write back"
done
before=$(flushes)
flush
(($(flushes) > before)) || fail "no flush reached a path"

step "switched off at the target, seen on path 0"
echo 0 >"$target"
rescan 0
must_wait 10 "path 0 is write through" cache_is 0 "write through"
must_wait 20 "and path 1, by itself" cache_is 1 "write through"
for i in 0 1; do must_wait 10 "path $i is used" in_use "${PATHS[i]}"; done

step "switched on at the target, seen on path 1"
echo 1 >"$target"
rescan 1
must_wait 10 "path 1 is write back" cache_is 1 "write back"
must_wait 20 "and path 0, by itself" cache_is 0 "write back"
before=$(flushes)
flush
(($(flushes) > before)) || fail "no flush reached a path"
for i in 0 1; do must_wait 10 "path $i is used" in_use "${PATHS[i]}"; done

step "one path's disk is told to know better"
cache_type=/sys/class/scsi_disk/${PATHS[0]}/cache_type
echo "temporary write through" >"$cache_type"
rescan 0
must_wait 10 "path 0 is write through" cache_is 0 "write through"
must_wait 10 "path 0 is spared" state_is "${PATHS[0]}" marginal
equal "$(<"/sys/block/$(disk_of "${PATHS[0]}")/mpath_state_reason")" "its disk knows of no write cache, another does" "why"
for _ in 1 2 3 4; do
	before=$(flushes)
	flush
	(($(flushes) > before)) || fail "a flush was lost"
done
echo "temporary write back" >"$cache_type"
rescan 0
must_wait 10 "path 0 is used again" in_use "${PATHS[0]}"
