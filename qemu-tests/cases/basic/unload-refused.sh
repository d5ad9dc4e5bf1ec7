# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: kernels 6.1 6.12 debug
#: timeout 150
# The module cannot go while a head is open: under I/O, mounted, or just open. Nor can
# what carries the paths. Afterwards it goes at once.
mpath_load
bed_up
head_wait "${#PATHS[@]}"

fio_start "/dev/$HEAD"
refuses "in use" rmmod "$GLUE"
refuses "in use" rmmod libmultipath
if [[ $BED == scsi_debug ]]; then refuses "in use" rmmod scsi_debug; fi
fio_goes_on 100
fio_finish

mkfs.ext4 -q "/dev/$HEAD"
mount "/dev/$HEAD" /mnt
refuses "in use" rmmod "$GLUE"
umount /mnt

exec 7<"/dev/$HEAD"
refuses "in use" rmmod "$GLUE"
exec 7<&-

settle
rmmod "$GLUE"
rmmod libmultipath
must_wait 10 "all disks are plain again" bed_complete
