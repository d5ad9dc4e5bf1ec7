# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: kernels 6.1 6.12 debug
#: timeout 120
# A path that somebody uses when the module comes is left alone, and the log says so.
# Nothing happens to its user. Once it is free, the next load takes it.
#
#   /mnt -- sda ----+
#                   +-- LUN 0
#   sdmpatha -- sdb +
bed_up 2
a=$(disk_of "${PATHS[0]}")
mkfs.ext4 -q "/dev/$a"
settle
mount "/dev/$a" /mnt
echo before >/mnt/file

mpath_load
must_wait 20 "the log says that $a is in use" klog_has "$a: left alone: in use"
head_wait 1
equal "$(<"/sys/block/$a/hidden")" 0 "$a is hidden"
equal "$(findmnt -no SOURCE /mnt)" "/dev/$a" "what is mounted"
echo after >>/mnt/file
sync -f /mnt
equal "$(xargs </mnt/file)" "before after" "the file"

rmmod "$GLUE"
umount /mnt
settle
mpath_load
head_wait 2
mount "/dev/$HEAD" /mnt
equal "$(xargs </mnt/file)" "before after" "the file through the head"
umount /mnt
