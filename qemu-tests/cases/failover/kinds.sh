# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi tcm_loop nvme nvme_tcp nvme_pcie
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors
# Every way a path of this bed can go, one after the other, under I/O; each time the
# path comes back and is used again.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+-- LUN 0  (in turn)
mpath_load submit_mode="$MODE" iopolicy=round-robin
# A path that fails twice within a minute is spared: of a bed with many ways, more paths.
n=2
((${#BED_KINDS[@]} < 4)) || n=4
bed_up $n
head_wait $n

bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
i=0
for kind in "${BED_KINDS[@]}"; do
	if bed_kind_removes "$kind"; then
		bed_fail $i "$kind"
		must_wait "$BED_DETECT" "$kind: the path is gone" paths_are $((n - 1))
	else
		fail_moving $i "$kind"
	fi
	fio_goes_on 100
	bed_restore $i "$kind"
	must_wait 30 "$kind: all paths" paths_are $n
	bed_crowd
	must_wait 30 "$kind: the path is used again" in_use "${PATHS[i]}"
	d=$(disk_of "${PATHS[i]}")
	must_wait 20 "$kind: it carries I/O" writes_above "$d" $(($(writes_of "$d") + 20))
	i=$(((i + 1) % n))
done
fio_finish
