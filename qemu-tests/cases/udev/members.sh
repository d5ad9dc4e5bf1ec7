# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12 debug
#: timeout 240
# LVM and mdadm use the head and see nothing but the head; when the module goes and comes, a
# disk is found again by what is on it.
#
#   vg0/lv -- sdmpatha1 --+
#   md0    -- sdmpatha2 --+-- sdmpatha --+-- path 0, 1
like_an_installed_host
modprobe -a dm_mod raid1
mpath_load
bed_up
head_wait 2
parted -s "/dev/$HEAD" mklabel gpt mkpart a 1MiB 28MiB mkpart b 28MiB 60MiB
must_wait 10 "partitions" test -b "/dev/${HEAD}2"
settle
# Whatever there is of it: on plain disks everything is there twice.
stop_all() { vgchange -qan vg0 || true; mdadm --quiet --stop /dev/md0 || true; } >/dev/null 2>&1
at_exit stop_all
at_exit wipe_lun
vgcreate -q vg0 "/dev/${HEAD}1"
lvcreate -qy -n lv -l 100%FREE vg0
mdadm --quiet --create /dev/md0 --run --force --level=1 --raid-devices=1 --metadata=1.2 "/dev/${HEAD}2"
mkfs.ext4 -q -L inside /dev/vg0/lv
settle

only_the_head() {
	local p d
	equal "$(pvs --noheadings -o pv_name | xargs)" "/dev/${HEAD}1" "physical volumes"
	equal "$(pvs -a --noheadings -o pv_name | grep -E '/dev/sd[a-z]+$' || true)" "" "path disks that LVM sees"
	equal "$(mdadm --detail --export /dev/md0 | sed -n 's/^MD_DEVICE_.*_DEV=//p')" "/dev/${HEAD}2" "members of md0"
	equal "$(mdadm --examine --scan -v | grep -oE "devices=/.*")" "devices=/dev/${HEAD}2" "what mdadm finds"
	for p in "${PATHS[@]}"; do
		d=$(disk_of "$p")
		equal "$(count "/sys/block/$d/$d"[0-9]*)" 0 "partitions of $d"
		equal "$(count "/sys/block/$d/holders/"*)" 0 "holders of $d"
	done
}
only_the_head
# LVM takes what multipath-tools lists for members of its maps; not so a head.
mkdir -p /etc/multipath
echo "/$(<"$MPATH/wwid_multipath_tools")/" >/etc/multipath/wwids
only_the_head

step "what udev would do with a path, if it heard of one"
d=$(disk_of "${PATHS[0]}")
udevadm test --action=add "/sys/block/$d" >"$WORK/test" 2>"$WORK/test.log"
for property in DM_MULTIPATH_DEVICE_PATH=1 ID_FS_TYPE=mpath_member SYSTEMD_READY=0 UDISKS_IGNORE=1; do
	grep -qx "$property" "$WORK/test" || fail "no $property"
done
if grep -E '^DEVLINKS=.' "$WORK/test"; then fail "links to a path"; fi
if grep -E "^run: .*(pvscan|mdadm|lvm)" "$WORK/test" "$WORK/test.log"; then fail "programs are run for a path"; fi
echo add >"/sys/block/$d/uevent"
settle
equal "$(find /dev/disk -lname "*/$d" | wc -l)" 0 "links to the hidden $d"
only_the_head

step "the module goes and comes"
stop_all
mpath_unload
must_wait 10 "plain disks" plain_disks_are 2
settle
stop_all
mpath_load
head_wait 2
settle
vgchange -qay vg0
[[ -e /dev/md0 ]] || mdadm --quiet --assemble /dev/md0 --run "/dev/${HEAD}2"
only_the_head
equal "$(blkid -o value -s LABEL /dev/vg0/lv)" inside "what is on the volume"
stop_all
