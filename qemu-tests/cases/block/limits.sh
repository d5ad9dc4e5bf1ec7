# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
# Limits that change while the head is in use: of one path's queue, and of the LUN, where one
# path's device is scanned and the other follows by itself. What an administrator has set of
# the head stays (6.1 forgets max_sectors_kb by itself).
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
attrib=$LOOP_CORE/fileio_7/lun/attrib
queue=$HEAD_SYS/queue
rescan() { echo 1 >"$(sdev "${PATHS[$1]}")/rescan"; }
# The core looks every two seconds: what changes back meanwhile it has not seen, and nothing
# shows when it has.
look() { sleep 5; }
path_queue() { echo "/sys/block/$(disk_of "${PATHS[$1]}")/queue"; }
fio_start "/dev/$HEAD"

step "one path takes less at a time"
for kib in 8 64 4; do
	echo $kib >"$(path_queue 0)/max_sectors_kb"
	fio_goes_on 50
done

step "the LUN turns"
rotational=$(<"$queue/rotational")
echo 1 >"$attrib/is_nonrot"
rescan 0
must_wait 10 "path 0 does not" is "$(path_queue 0)/rotational" 0
must_wait 20 "path 1 does not, by itself" is "$(path_queue 1)/rotational" 0
must_wait 20 "the head does not" is "$queue/rotational" 0
look
echo 0 >"$attrib/is_nonrot"
rescan 1
must_wait 10 "path 1 does" is "$(path_queue 1)/rotational" 1
must_wait 20 "the head does" is "$queue/rotational" 1
must_wait 20 "path 0 does, by itself" is "$(path_queue 0)/rotational" 1
[[ $rotational == 1 ]] || fail "the head did not turn before"
fio_goes_on 50

step "no discard, and discard again"
above "$queue/discard_max_bytes" 0 || fail "the head does not discard"
# 6.1's sd never unlearns that a LUN is thin: there its administrator says so, of each path.
provision() { # MODE TPU PATH: the LUN's word, and the path that is scanned for it
	local i
	if [[ $(uname -r) == 6.1.* ]]; then
		for i in 0 1; do echo "$1" >"$(echo "$(sdev "${PATHS[i]}")"/scsi_disk/*)/provisioning_mode"; done
		return
	fi
	echo "$2" >"$attrib/emulate_tpu"
	echo "$2" >"$attrib/emulate_tpws"
	rescan "$3"
}
provision disabled 0 0
must_wait 20 "the head discards no more" is "$queue/discard_max_bytes" 0
look
provision unmap 1 1
must_wait 20 "the head discards again" above "$queue/discard_max_bytes" 0
fio_finish
blkdiscard -o 1048576 -l 1048576 "/dev/$HEAD"

step "what was set stays"
look
echo 0 >"$queue/iostats"
[[ $(uname -r) == 6.1.* ]] || echo 32 >"$queue/max_sectors_kb"
echo 1 >"$attrib/is_nonrot"
rescan 0
must_wait 20 "the head has looked" is "$queue/rotational" 0
equal "$(<"$queue/iostats")" 0 "iostats"
[[ $(uname -r) == 6.1.* ]] || equal "$(<"$queue/max_sectors_kb")" 32 "max_sectors_kb"
