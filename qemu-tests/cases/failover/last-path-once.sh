# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 120
#: allow path-errors
# The only path that works fails one I/O, with an error that says nothing of the transport, and
# is fine when it is asked. That is no reason to fail the I/O.
#
#   sdmpatha --+-- path 0 --one error--+
#              +-- path 1 --x----------+-- LUN 0
mpath_load
bed_up 2
head_wait 2
path=/sys/block/$(disk_of "${PATHS[0]}")
fio_start "/dev/$HEAD" --rate_iops=0
bed_fail 1
must_wait "$BED_DETECT" "the other path is gone" not in_use "${PATHS[1]}"
before=$(moved)

for round in 1 2 3 4 5; do
	step "round $round: one WRITE(10) ends with 'no connect'"
	changes=$(<"$path/mpath_state_changes")
	echo '2 -1 0x2a 0x1 0 0 0 0 0' >"$SD_INJECT/${PATHS[0]}/error"
	must_wait 20 "it was suspected, and is back" above "$path/mpath_state_changes" $((changes + 1))
	must_wait 20 "usable" state_is "${PATHS[0]}" usable
	echo '- 2 0x2a' >"$SD_INJECT/${PATHS[0]}/error"
	fio_goes_on 50
done
above "$HEAD_SYS/multipath_failover_count" $((before + 4)) || fail "not each of the errors came to the head"
bed_restore 1
must_wait 20 "the other path is back" in_use "${PATHS[1]}"
fio_goes_on 100
fio_finish
