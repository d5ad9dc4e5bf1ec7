# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12
#: timeout 240
#: allow path-errors
# btrfs sees the head and nothing but the head: no disk of a path ever joins the file system, which is
# mounted by its label, also while paths go and come and when btrfs looks for itself. Nobody opens a
# path.
#
#   /mnt -- sdmpatha1 -- sdmpatha --+-- path 0, 1
. guest/opens.sh
like_an_installed_host
modprobe btrfs
mpath_load
bed_up
head_wait 2
parted -s "/dev/$HEAD" mklabel gpt mkpart tree 1MiB 60MiB
must_wait 10 "the partition" test -b "/dev/${HEAD}1"
at_exit wipe_lun
settle
opens_begin
mkfs.btrfs -q -f -M -L tree "/dev/${HEAD}1"
settle

only_the_head() { # WHEN
	local p d
	settle
	bed_paths
	btrfs device scan >/dev/null
	equal "$(btrfs filesystem show --raw tree | grep -oE 'path /dev/.*')" "path /dev/${HEAD}1" "what btrfs finds, $1"
	equal "$(readlink -f /dev/disk/by-label/tree)" "/dev/${HEAD}1" "where its label leads, $1"
	equal "$(find /dev/disk -lname '*/sd*' ! -lname '*/sdmpath*')" "" "links to paths, $1"
	for p in "${PATHS[@]}"; do
		[[ $p != - ]] || continue
		d=$(disk_of "$p")
		equal "$(count "/sys/block/$d/$d"[0-9]*)" 0 "partitions of $d, $1"
		equal "$(count "/sys/block/$d/holders/"*)" 0 "holders of $d, $1"
	done
	equal "$(opens)" 0 "times that somebody has opened a path, $1"
}
only_the_head "to begin with"
mount LABEL=tree /mnt
equal "$(findmnt -n -o SOURCE /mnt)" "/dev/${HEAD}1" "what is mounted"
equal "$(btrfs device usage --raw /mnt | grep -oE '^/dev/[^,]*')" "/dev/${HEAD}1" "devices of the file system"
dd if=/dev/urandom of=/mnt/file bs=64k count=16 conv=fsync status=none
sum=$(sha256sum </mnt/file)
only_the_head "mounted"

for i in 1 0; do
	step "path $i goes and comes"
	bed_fail $i logout
	must_wait 20 "one path is left" paths_are 1
	only_the_head "with one path"
	bed_restore $i logout
	head_wait 2
	only_the_head "with two again"
done
echo 3 >/proc/sys/vm/drop_caches
equal "$(sha256sum </mnt/file)" "$sum" "what is in the file"
umount /mnt

step "without the module a path is found and opened"
mpath_unload
must_wait 10 "plain disks" plain_disks_are 2
settle
opens_would_be_seen
equal "$(btrfs filesystem show --raw tree | grep -cE 'path /dev/sd[a-z]+1$')" 1 "what btrfs finds"
