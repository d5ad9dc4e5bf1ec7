# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 200
#: allow path-errors|refused|left alone
# The LUN grows while a path is away. When that is found again it contradicts the head, which has the
# other path scanned, grows, and takes the one that it has refused. And the LUN grows while no path is there:
# who comes back is believed, for nobody says otherwise, and what has waited goes on.
#
#   sdmpatha --+-- path 0 -------+
#              +-- path 1 --x----+-- LUN 0: 64 MiB, 1 GiB, 2 GiB
grow() { echo "$1" >"$SD_BUS/drivers/scsi_debug/virtual_gb"; }
size_is() { is "/sys/block/$1/size" "$2"; }
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2

step "one path is away"
fio_start "/dev/$HEAD"
bed_fail 1 delete
must_wait 20 "one path is left" paths_are 1
grow 1
bed_restore 1 delete
must_wait 30 "the head has grown" size_is "$HEAD" 2097152
must_wait 40 "it has two paths again" paths_are 2
must_wait 10 "no disk is left beside it" plain_disks_are 0
bed_paths
for p in "${PATHS[@]}"; do must_wait 20 "$p is used" in_use "$p"; done
fio_goes_on 50

step "both are away"
echo 60 >"$HEAD_SYS/delayed_removal_secs"
for i in 0 1; do bed_fail $i delete; done
must_wait 20 "no path is left" paths_are 0
grow 2
bed_restore 0 delete
must_wait 30 "the head has grown" size_is "$HEAD" 4194304
fio_goes_on 50
bed_restore 1 delete
must_wait 40 "it has two paths again" paths_are 2
equal "$(heads | wc -l)" 1 "heads"
fio_finish
