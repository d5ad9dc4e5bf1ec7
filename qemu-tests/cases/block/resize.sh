# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors
# The LUN grows under I/O, and the device of one path is rescanned: the others are without being
# asked for, when they can be. The head follows when all know that work, and says so as sd does; one
# that comes back later is used when it knows, too. So it is with write protection.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0: 64 MiB, then 1 GiB
protect() { echo "$1" >/sys/module/scsi_debug/parameters/wp; }
rescan() { echo 1 >"$(sdev "${PATHS[$1]}")/rescan"; }
size_is() { is "/sys/block/$1/size" "$2"; }

mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
equal "$(<"$HEAD_SYS/size")" 131072 "sectors of the head"
fio_start "/dev/$HEAD"

step "one path knows, the other cannot be asked"
udevadm monitor --kernel --property >"$WORK/uevents" &
monitor=$!
bed_fail 1 offline
must_wait 10 "path 1 is not used" not in_use "${PATHS[1]}"
echo 1 >"$SD_BUS/drivers/scsi_debug/virtual_gb"
rescan 0
must_wait 10 "path 0 has the new size" size_is "$(disk_of "${PATHS[0]}")" 2097152
must_wait 10 "the head has the new size" size_is "$HEAD" 2097152
kill $monitor
fio_goes_on 100
equal "$(<"/sys/block/$(disk_of "${PATHS[1]}")/size")" 131072 "sectors of path 1"

step "both know"
bed_restore 1 offline
must_wait 30 "path 1 has the new size" size_is "$(disk_of "${PATHS[1]}")" 2097152
must_wait 30 "path 1 is used" in_use "${PATHS[1]}"
grep -A20 "/$HEAD (block)" "$WORK/uevents" | grep -qx RESIZE=1 || fail "no uevent with RESIZE=1"
fio_goes_on 100
fio_finish
equal "$(blockdev --getsz "/dev/$HEAD")" 2097152 "size of /dev/$HEAD"
dd if="/dev/$HEAD" bs=1M skip=1023 iflag=direct of=/dev/null status=none || fail "the new end cannot be read"

step "write protection"
protect 1
rescan 0
must_wait 10 "the head is read only" is "$HEAD_SYS/ro" 1
protect 0
rescan 1
must_wait 10 "the head can be written" is "$HEAD_SYS/ro" 0
fio_pass "/dev/$HEAD"
