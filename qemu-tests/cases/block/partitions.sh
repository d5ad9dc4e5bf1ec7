# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi
#: kernels 6.1 6.12 debug
#: timeout 150
# Partitions belong to the head, never to a path; they hold their content when the
# module goes and comes. Who asks for the geometry hears what a plain disk says.
mpath_load
bed_up
head_wait "${#PATHS[@]}"
parted -s "/dev/$HEAD" mklabel gpt mkpart one 1MiB 20MiB mkpart two 20MiB 100%
settle
must_wait 10 "partition 1" test -b "/dev/${HEAD}1"
must_wait 10 "partition 2" test -b "/dev/${HEAD}2"
for p in "${PATHS[@]}"; do
	d=$(disk_of "$p")
	equal "$(find "/sys/block/$d/" -maxdepth 1 -name "${d}[0-9]*" | wc -l)" 0 "partitions of $d"
done
equal "$(grep -c ' sd' /proc/partitions)" 3 "SCSI lines in /proc/partitions"

FIO_SIZE=4m fio_pass "/dev/${HEAD}2"
mkfs.ext4 -q -U 00112233-4455-6677-8899-aabbccddeeff "/dev/${HEAD}1"
settle
mount "/dev/${HEAD}1" /mnt
head -c 4M /dev/urandom >/mnt/file
sum=$(sha256sum </mnt/file)
umount /mnt
geometry=$(guest/geometry "/dev/$HEAD")
equal "$(guest/geometry "/dev/${HEAD}2")" "${geometry% *} $((20 * 2048))" "geometry of partition 2"

mpath_unload
settle
equal "$(guest/geometry "/dev/$(disk_of "${PATHS[0]}")")" "$geometry" "geometry of a plain disk"
mpath_load
head_wait "${#PATHS[@]}"
must_wait 10 "partition 1 again" test -b "/dev/${HEAD}1"
equal "$(readlink -f /dev/disk/by-uuid/00112233-4455-6677-8899-aabbccddeeff)" "/dev/${HEAD}1" "by-uuid"
equal "$(readlink -f /dev/disk/by-partlabel/two)" "/dev/${HEAD}2" "by-partlabel"
mount /dev/disk/by-uuid/00112233-4455-6677-8899-aabbccddeeff /mnt
equal "$(sha256sum </mnt/file)" "$sum" "the file"
umount /mnt
