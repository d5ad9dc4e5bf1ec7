# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors
# One head is taken apart while the module stays: not while somebody has it open, at once when nobody
# has, and for good only where a rule says so.
#
#   sdmpatha --+-- path 0 --+          path 0 --+
#              +-- path 1 --+-- LUN 0  path 1 --+-- LUN 0
mpath_load
bed_up 2
head_wait 2
for v in 0 2 -1 yes '\n' '1 1'; do refuses "Invalid argument" put "$HEAD_SYS/evict" "$v"; done
exec {held}<"/dev/$HEAD"
refuses "Device or resource busy" put "$HEAD_SYS/evict" 1
equal "$(path_count)" 2 "paths of the head that is open"
fio_pass "/dev/$HEAD"
exec {held}<&-

# It would hold I/O for another path.
echo 3600 >"$HEAD_SYS/delayed_removal_secs"
settle
put "$HEAD_SYS/evict" 1
must_wait 30 "the head is gone" no_heads
must_wait 30 "its paths are plain disks" plain_disks_are 2
for d in $(plain_disks); do
	equal "$(<"/sys/block/$d/mpath_verdict")" "given back" "verdict on $d"
	must_wait 10 "/dev/$d is there" test -b "/dev/$d"
	dd if="/dev/$d" of=/dev/null bs=4k count=1 iflag=direct status=none
done
settle

step "found anew, they are taken"
bed_down
bed_up 2
head_wait 2
fio_pass "/dev/$HEAD"
