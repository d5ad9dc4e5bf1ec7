# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors
# Paths come and go, every third time the whole head, with all of udev's rules, multipathd, and LVM, whose
# volume is on the head. Nobody ever opens a path, no event tells of one, no partition of one appears,
# every link leads to the head, and LVM sees nothing else.
cycles=${CYCLES:-9}
. guest/opens.sh
like_an_installed_host
modprobe -a sd_mod dm_mod dm_multipath dm_service_time
mpath_load
bed_up 2
head_wait 2
kind=$BED_REMOVE
parted -s "/dev/$HEAD" mklabel gpt mkpart fs 1MiB 28MiB mkpart pv 28MiB 60MiB
must_wait 10 "partitions" test -b "/dev/${HEAD}2"
settle
no_volume() { vgchange -qan hot; } >/dev/null 2>&1
at_exit no_volume
at_exit wipe_lun
mkfs.ext4 -q -L hotplug "/dev/${HEAD}1"
vgcreate -q hot "/dev/${HEAD}2"
lvcreate -qy -n lv -l 100%FREE hot
dd if=/dev/urandom of=/dev/hot/lv bs=64k count=1 oflag=direct status=none
settle
on_the_volume() { dd if=/dev/hot/lv bs=64k count=1 iflag=direct status=none | sha256sum; }
content=$(on_the_volume)

opens_begin

printf 'defaults {\n\tfind_multipaths no\n}\n' >/etc/multipath.conf
mkdir -p /run/multipath
multipathd -d -s >"$WORK/multipathd" 2>&1 &
DAEMON=$!
daemon_down() { [[ -z ${DAEMON-} ]] || { kill "$DAEMON"; wait "$DAEMON"; }; DAEMON=''; }
at_exit daemon_down
daemon_runs() { [[ $(multipathd show daemon 2>&1) == *@(idle|running)* ]]; }
must_wait 20 "multipathd runs" daemon_runs
udevadm monitor --kernel --subsystem-match=block >"$WORK/events" &
MONITOR=$!
no_monitor() { [[ -z ${MONITOR-} ]] || { kill "$MONITOR"; wait "$MONITOR"; }; MONITOR=''; }
at_exit no_monitor

link_is() { [[ $(readlink -f "$1") == "/dev/$2" ]]; }
lvm_has_the_head() {
	equal "$(pvs --noheadings -o pv_name,vg_name | xargs)" "/dev/${HEAD}2 hot" "physical volumes"
	equal "$(lsblk -nlso NAME,TYPE /dev/hot/lv | awk '$2 == "disk" { print $1 }')" "$HEAD" "what is below the volume"
	equal "$(on_the_volume)" "$content" "what is on the volume"
}
lvm_has_the_head
links() { find /dev/disk -lname '*/sd*' ! -lname '*/sdmpath*'; }
for ((cycle = 1; cycle <= cycles; cycle++)); do
	step "cycle $cycle of $cycles"
	gone=$((cycle % 2))
	bed_fail $gone "$kind"
	must_wait 20 "path $gone is gone" paths_are 1
	lvm_has_the_head
	if ((cycle % 3 == 0)); then
		vgchange -qan hot
		bed_fail $((1 - gone)) "$kind"
		must_wait 20 "the head is gone" no_heads
		settle
		equal "$(find /dev/disk -lname '*/sd*' | wc -l)" 0 "links without a head"
		bed_restore $((1 - gone)) "$kind"
	fi
	bed_restore $gone "$kind"
	head_wait 2
	must_wait 20 "by-label" link_is /dev/disk/by-label/hotplug "${HEAD}1"
	vgchange -qay hot
	lvm_has_the_head
	equal "$(links)" "" "links to paths"
	for p in "${PATHS[@]}"; do
		d=$(disk_of "$p")
		equal "$(count "/sys/block/$d/$d"[0-9]*)" 0 "partitions of $d"
	done
	equal "$(opens)" 0 "times that somebody has opened a path"
done
vgchange -qan hot
pvs -a >/dev/null
lsblk >/dev/null
equal "$(opens)" 0 "times that somebody has opened a path"
equal "$(dmsetup ls | grep -v '^No devices' || true)" "" "device-mapper"
equal "$(multipathd show paths raw format %d | grep -vx ok || true)" "" "paths of multipathd"
no_monitor
grep -qE '^KERNEL.*/sdmpath[a-z]+ ' "$WORK/events" || fail "no events of the head are seen"
equal "$(grep -E '^KERNEL.*/block/sd[a-z]{1,3}[ /]' "$WORK/events" || true)" "" "events of paths"

step "the trace would have seen it"
daemon_down
mpath_unload
must_wait 10 "plain disks" plain_disks_are 2
settle
opens_would_be_seen
