# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme nvme_tcp nvme_pcie
#: modes interpose clone
#: kernels 6.1 6.12 debug
# Every path of a LUN becomes one disk, and nothing else is left to be seen.
#
#   sdmpatha --+-- path 0 --+
#              +-- ...    --+-- LUN 0
mpath_load submit_mode="$MODE"
bed_up
head_wait "${#PATHS[@]}"

equal "$HEAD" "$FIRST_HEAD" "name of the first head"
equal "$(<"$HEAD_SYS/submit_mode")" "$MODE" "submit_mode"
equal "$(plain_disks)" "" "plain disks that can be seen"
equal "$(lsblk -dnro NAME | grep -c "^$DISKS")" 1 "disks in lsblk"
equal "$(grep -c " $DISKS" /proc/partitions)" 1 "disks in /proc/partitions"

for p in "${PATHS[@]}"; do
	d=$(disk_of "$p")
	equal "$(<"/sys/block/$d/hidden")" 1 "$d is hidden"
	equal "$(<"/sys/block/$d/size")" "$(<"$HEAD_SYS/size")" "size of $d"
	equal "$(path_state "$p")" usable "state of $d"
	if [[ -b /dev/$d ]]; then refuses "" dd if="/dev/$d" of=/dev/null count=1; fi
done

fio_pass "/dev/$HEAD"
equal "$(counter multipath_failover_count)" 0 "failovers"
