# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# Every path but the last fails under I/O, one after the other; all come back, then
# only the one that had stayed fails. The application sees none of it.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+
#              +-- ...         +-- LUN 0
#              +-- path N -----+
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up
head_wait "${#PATHS[@]}"
last=$((${#PATHS[@]} - 1))

bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
for ((i = 0; i < last; i++)); do
	fail_moving $i
	fio_goes_on 100
done
step "only path $last is left"
for ((i = 0; i < last; i++)); do bed_restore $i; done
for ((i = 0; i < last; i++)); do
	must_wait 30 "path $i is used again" in_use "${PATHS[i]}"
done
fail_moving $last
fio_goes_on 100
fio_finish
