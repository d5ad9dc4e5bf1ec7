# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12
#: timeout 240
#: allow path-errors
# btrfs and udisks see the head and nothing but the head: also while a path goes and comes, and
# when they look for themselves. Nobody opens a path.
#
#   btrfs -- sdmpatha2 --+
#   ext4  -- sdmpatha1 --+-- sdmpatha --+-- path 0, 1
. guest/opens.sh
like_an_installed_host
modprobe btrfs
mpath_load
bed_up
head_wait 2
parted -s "/dev/$HEAD" mklabel gpt mkpart a 1MiB 20MiB mkpart b 20MiB 60MiB
must_wait 10 "partitions" test -b "/dev/${HEAD}2"
# The LUN stays for the cases that follow.
wipe() {
	umount /mnt
	dd if=/dev/zero of="/dev/$HEAD" bs=1M oflag=direct status=none
	blockdev --rereadpt "/dev/$HEAD"
} 2>/dev/null
at_exit wipe
settle
opens_begin

/usr/libexec/udisks2/udisksd --replace >"$WORK/udisksd" 2>&1 &
DAEMON=$!
daemon_down() { [[ -z ${DAEMON-} ]] || { kill "$DAEMON"; wait "$DAEMON"; }; DAEMON=''; }
at_exit daemon_down
udisks() { udisksctl dump | sed -n 's,^/org/freedesktop/UDisks2/block_devices/\(sd.*\):$,\1,p' | sort | xargs; }
udisks_sees() { [[ $(udisks) == "$1" ]]; }
udisks_says() { udisksctl info -b "/dev/$1" | grep -qE "$2"; }

mkfs.ext4 -q -L plain "/dev/${HEAD}1"
mkfs.btrfs -q -f -M -L tree "/dev/${HEAD}2"
settle
only_the_head() { # WHEN
	local p d
	settle
	must_wait 30 "udisks sees the head and its partitions, $1" udisks_sees "$HEAD ${HEAD}1 ${HEAD}2"
	must_wait 30 "and what is on them, $1" udisks_says "${HEAD}2" 'IdType: +btrfs'
	btrfs device scan >/dev/null
	equal "$(btrfs filesystem show --raw -d tree | grep -oE 'path /dev/.*')" "path /dev/${HEAD}2" "what btrfs finds, $1"
	equal "$(udisksctl status | grep -oE '\bsd[a-z]+\b *$' | xargs)" "$HEAD" "drives of udisks, $1"
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
mount -t btrfs "/dev/${HEAD}2" /mnt
dd if=/dev/urandom of=/mnt/file bs=64k count=16 conv=fsync status=none
sum=$(sha256sum </mnt/file)
only_the_head "mounted"

step "a path goes and comes"
for i in 1 0; do
	bed_fail $i logout
	must_wait 20 "one path is left" paths_are 1
	only_the_head "with one path"
	bed_restore $i logout
	head_wait 2
	only_the_head "with two again"
done
echo 3 >/proc/sys/vm/drop_caches
equal "$(sha256sum </mnt/file)" "$sum" "what is in the file"
btrfs filesystem usage /mnt >/dev/null
umount /mnt

step "udisks mounts it"
udisksctl mount -b "/dev/${HEAD}2" --no-user-interaction >"$WORK/mounted"
mounted=$(findmnt -n -o TARGET --source "/dev/${HEAD}2")
equal "$(sha256sum <"$mounted/file")" "$sum" "what is in the file"
udisksctl unmount -b "/dev/${HEAD}2" --no-user-interaction
only_the_head "at the end"

step "the trace would have seen it"
daemon_down
wipe
mpath_unload
must_wait 10 "plain disks" plain_disks_are 2
settle
opens_would_be_seen
