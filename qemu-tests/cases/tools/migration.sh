# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 300
#: allow path-errors|left alone
# From dm-multipath to this and back, LVM and a file system on top: every command of the
# administrator's guide, in its order. Not a byte is lost, and both ways there are two paths.
#
#   /mnt -- data/files -- /dev/mapper/mpatha | /dev/sdmpatha --+-- path 0, 1
like_an_installed_host
rm -f /etc/modprobe.d/mpath-no-alua.conf
modprobe -a dm_mod dm_multipath dm_service_time scsi_mod sd_mod
# There is no systemd in the guest: its units' daemon, by the same words.
daemon_runs() { [[ $(multipathd show daemon 2>&1) == *@(idle|running)* ]]; }
cat >/usr/sbin/systemctl <<'END'
#!/bin/bash
case "$1 $2 $3 $4" in
"enable --now multipathd.socket multipathd.service") mkdir -p /run/multipath && setsid multipathd -d -s >/run/multipathd.log 2>&1 </dev/null & ;;
"disable --now multipathd.socket multipathd.service") multipathd shutdown >/dev/null || true ;; # it hangs up on who asks for that
*) echo "systemctl $*: not of the guide" >&2; exit 1 ;;
esac
END
chmod +x /usr/sbin/systemctl
# However it ends, the LUN is empty for the cases that follow, and nothing holds it.
clear_up() {
	umount /mnt
	vgchange -qan data
	modprobe -r scsi_multipath
	multipathd shutdown
	wait_for 20 not daemon_runs
	multipath -F
	local d
	for d in $(plain_disks); do dd if=/dev/zero of="/dev/$d" bs=1M count=8 oflag=direct; done
	rm -f /usr/sbin/systemctl /etc/multipath.conf /etc/multipath/{wwids,bindings} \
		/etc/modprobe.d/multipath-native-import.conf /etc/udev/rules.d/65-multipath-native.rules /etc/multipath-native.conf
} >/dev/null 2>&1
at_exit clear_up
modprobe_finds_ours

bed_up
mkdir -p /etc/multipath
cat >/etc/multipath.conf <<'END'
defaults {
	user_friendly_names yes
	find_multipaths no
	path_selector "queue-length 0"
	path_grouping_policy multibus
	no_path_retry 12
}
END
map_is_there() { [[ -b /dev/mapper/mpatha && $(multipath -ll | grep -c ' active ready running$') == 2 ]]; }
systemctl enable --now multipathd.socket multipathd.service
must_wait 30 "dm-multipath has both paths" map_is_there
pvcreate -qy /dev/mapper/mpatha
vgcreate -q data /dev/mapper/mpatha
lvcreate -qy -n files -L 40M data
mkfs.ext4 -q /dev/data/files
mount /dev/data/files /mnt
dd if=/dev/urandom of=/mnt/file bs=1M count=8 conv=fsync status=none
sum=$(sha256sum </mnt/file)

# Whatever name LVM likes best.
on() { readlink -f "$(pvs --noheadings -o pv_name --select vg_name=data 2>/dev/null | xargs)"; }
unchanged() {
	mountpoint -q /mnt || fail "nothing is mounted, $1"
	echo 3 >/proc/sys/vm/drop_caches
	equal "$(sha256sum </mnt/file)" "$sum" "the file, $1"
	dd if=/dev/urandom of=/mnt/file bs=1M count=8 conv=fsync status=none
	sum=$(sha256sum </mnt/file)
}
equal "$(on)" "$(readlink -f /dev/mapper/mpatha)" "physical volume at first"

# What an exporter reads of multipathd's: names with the kind of their values, and what does not
# depend on who says it.
keys() { jq -r '[.maps[0] | paths(scalars) as $p | [($p | map(if type == "number" then "*" else . end) | join(".")), (getpath($p) | type)] | join(" ")] | unique[]'; }
facts() { jq -cS '.maps[0] | [.uuid, .paths, .vend, .prod, .rev, .write_prot, ([.path_groups[].paths[] | [.dev, .dev_t, .dm_st, .chk_st, .pri, .host_wwnn, .target_wwnn, .host_wwpn, .target_wwpn, .host_adapter, .lun_hex]] | sort)]'; }
multipathd show maps json >"$WORK/theirs"
keys <"$WORK/theirs" >"$WORK/keys"
(($(wc -l <"$WORK/keys") > 30)) || fail "multipathd shows: $(<"$WORK/theirs")"

commands() { awk -v mark="$1" '/^```/ { is = $0 == "```sh " mark; next } is { sub(/ *#.*/, ""); print }' /mpath/tests/admin-guide.md; }
follow() { # MARK NUMBER
	local command ran=0
	while read -r command; do
		step "$command"
		case $command in modprobe* | rmmod*) settle ;; esac
		bash -ec "$command" </dev/null || fail "the guide: $command"
		# What systemd, and people, wait for.
		case $command in
		"systemctl disable"*) must_wait 20 "multipathd has ended" not daemon_runs ;;
		"systemctl enable"*) must_wait 30 "dm-multipath has both paths" map_is_there ;;
		rmmod*) must_wait 30 "the paths are plain disks again" bed_complete ;;
		modprobe*) head_wait 2 ;;
		esac
		ran=$((ran + 1))
	done < <(commands "$1")
	((ran >= $2)) || fail "only $ran commands of '$1' in the guide"
}

follow move 10
equal "$(on)" "/dev/$HEAD" "physical volume on the head"
mpathctl list --json >"$WORK/ours"
equal "$(keys <"$WORK/ours" | sort | comm -13 - <(sort "$WORK/keys"))" "" "keys of multipathd's that are missing"
equal "$(facts <"$WORK/ours")" "$(facts <"$WORK/theirs")" "what both say"
equal "$(<"$MPATH/iopolicy") $(<"$HEAD_SYS/no_path_timeout_ms")" "queue-depth 60000" "what was imported"
leads_to() { [[ $(readlink -f "$1") == "$2" ]]; }
must_wait 20 "the old name leads to the head" leads_to /dev/mapper/mpatha "/dev/$HEAD"
unchanged "on the head"
step "a path dies, as if nothing had changed"
bed_fail 0 tpg
must_wait 30 "the path is not used" not in_use "${PATHS[0]}"
unchanged "over one path"
bed_restore 0 tpg
must_wait 60 "the path is back" is_back "${PATHS[0]}"

follow back 6
equal "$(on)" "$(readlink -f /dev/mapper/mpatha)" "physical volume after the way back"
equal "$(count "$CLASS"/*)" 0 "heads"
unchanged "on dm-multipath again"
