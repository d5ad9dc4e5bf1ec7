# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors|dev sdmpatha,
# The LUN shrinks and grows: the head follows. One path says that the blocks have another size:
# that path is never used again, and there is a new head when the old one has lost its paths.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0, made by hand: 16 MiB, 8 MiB; blocks of 512, 4096
. guest/tcmu.sh
mpath_load iopolicy=round-robin
tcmu_begin
page=$(page83 1 3 6001405abcdef0123456789abcdef012)
tcmu_path "$page"
tcmu_path "$page"
head_wait 2
rescan() { echo 1 >"$(sdev "${PATHS[$1]}")/rescan"; }
size_is() { is "/sys/block/$1/size" "$2"; }
FIO_SIZE=1m fio_start "/dev/$HEAD"

while read -r size sectors seen; do
	step "$size"
	udevadm monitor --kernel --property >"$WORK/uevents" &
	monitor=$!
	truncate -s "$size" "$TCMU/data"
	rescan "$seen"
	must_wait 20 "the head has the new size" size_is "$HEAD" "$sectors"
	for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$(disk_of "$p")/size")" "$sectors" "size of $p"; done
	fio_goes_on 50
	kill $monitor
	grep -A20 "/$HEAD (block)" "$WORK/uevents" | grep -qx RESIZE=1 || fail "no uevent with RESIZE=1"
done <<-END
	8M 16384 0
	16M 32768 1
END
equal "$(blockdev --getsz "/dev/$HEAD")" 32768 "sectors of /dev/$HEAD"

# What is under way then would be written to the wrong place.
FIO_SIZE=1m fio_finish

step "blocks of another size, on one path"
echo 4096 >"$TCMU/1/block"
rescan 1
must_wait 20 "it is not used any more" state_is "${PATHS[1]}" foreign
klog_has "sdmpatha: .*${PATHS[1]}.*logical block size" || fail "the log does not say why"
FIO_SIZE=1m fio_pass "/dev/$HEAD"
equal "$(<"$HEAD_SYS/queue/logical_block_size")" 512 "block size of the head"

step "on both: a new head"
echo 4096 >"$TCMU/0/block"
for i in 0 1; do bed_fail $i delete; done
must_wait 20 "the head is gone" no_heads
for i in 0 1; do bed_restore $i delete; done
head_wait 2
equal "$(<"$HEAD_SYS/queue/logical_block_size")" 4096 "block size of the head"
FIO_SIZE=1m fio_pass "/dev/$HEAD"
