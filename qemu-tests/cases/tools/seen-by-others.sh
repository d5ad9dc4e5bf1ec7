# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 180
# What others see of a head, its paths and the I/O on it: one disk, as the LUN says it is, and nothing
# that multipath-tools take for theirs.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0
like_an_installed_host
mpath_load iopolicy=round-robin
bed_up
head_wait 2
disks=()
for p in "${PATHS[@]}"; do disks+=("$(disk_of "$p")"); done
says() { # REGEX COMMAND...
	local pattern=$1 said
	shift
	said=$("$@" 2>&1) || fail "$* ended with $?: $(head -3 <<<"$said")"
	grep -qE -- "$pattern" <<<"$said" || fail "no '$pattern' from '$*': $(head -5 <<<"$said")"
	echo "ok: $*: $(grep -m1 -E -- "$pattern" <<<"$said")"
}

step "lsblk, blkid, findmnt"
says "^$HEAD disk 64M$" lsblk -dnro NAME,TYPE,SIZE "/dev/$HEAD"
for d in "${disks[@]}"; do
	lsblk -nro NAME | grep -qx "$d" && fail "lsblk shows the path $d"
	refuses "" lsblk -n "/dev/$d"
done
mkfs.ext4 -q -F -L seen "/dev/$HEAD"
settle
says 'LABEL="seen".*TYPE="ext4"' blkid "/dev/$HEAD"
mount LABEL=seen /mnt
says "^/dev/$HEAD /mnt$" findmnt -nro SOURCE,TARGET /mnt
says "^/dev/$HEAD " df /mnt
umount /mnt

step "lsscsi, sg_inq, sg_vpd, smartctl"
for p in "${PATHS[@]}"; do says "^\\[$p\\] +disk +LIO-ORG" lsscsi; done
says 'Vendor identification: LIO-ORG' sg_inq "/dev/$HEAD"
says "0x$(sed 's/^naa\.//' "$MPATH/wwid")" sg_vpd -p di_lu "/dev/$HEAD"
says 'Vendor: +LIO-ORG' smartctl -d scsi -i "/dev/$HEAD"
says 'Logical Unit id: +0x6001405' smartctl -d scsi -i "/dev/$HEAD"

step "iostat: I/O of the head is I/O of the head, and of its paths"
reads() { stat_of "$1" 1; }
before=$(reads "$HEAD") paths_before=$(stat_of_paths 1)
dd if="/dev/$HEAD" of=/dev/null bs=64k count=100 iflag=direct status=none
(($(reads "$HEAD") - before >= 100)) || fail "the head counts $(($(reads "$HEAD") - before)) reads of 100"
(($(stat_of_paths 1) - paths_before >= 100)) || fail "its paths count $(($(stat_of_paths 1) - paths_before)) reads of 100"
says "^$HEAD +[0-9.]+ +[1-9]" iostat -dk "$HEAD"

step "multipath-tools make no claims"
mkdir -p /etc/multipath
echo "/$(<"$MPATH/wwid_multipath_tools")/" >/etc/multipath/wwids
printf 'defaults {\n\tfind_multipaths no\n}\n' >/etc/multipath.conf
at_exit rm -f /etc/multipath.conf /etc/multipath/wwids
modprobe -a dm_multipath dm_service_time
equal "$(multipath -ll 2>/dev/null)" "" "what multipath -ll shows"
equal "$(multipath -d -v2 2>/dev/null)" "" "what multipath would create"
multipath -v0
equal "$(dmsetup ls --target multipath | grep -v '^No devices' || true)" "" "maps"
refuses "" multipath -c "/dev/$HEAD"

step "who collects metrics finds the keys of multipathd"
mpathctl list --json >"$WORK/json"
equal "$(jq -r '.maps | length' "$WORK/json")" 1 "maps"
equal "$(jq -r '[.maps[0].path_groups[].paths[] | select(.dm_st == "active")] | length' "$WORK/json")" 2 "active paths"
jq -e '.maps[0] | has("name") and has("uuid") and has("dm_st") and has("write_prot") and has("path_faults") and has("q_timeouts")' "$WORK/json"
mpathctl metrics >"$WORK/metrics"
grep -qx "mpath_head_usable_paths{head=\"$HEAD\"} 2" "$WORK/metrics"
for p in "${PATHS[@]}"; do
	grep -qx "mpath_path_carries_io{head=\"$HEAD\",path=\"$p\"} 1" "$WORK/metrics"
	reads=$(sed -n "s/^mpath_path_reads_total{head=\"$HEAD\",path=\"$p\"} //p" "$WORK/metrics")
	((reads >= 10)) || fail "metrics know of $reads reads on $p"
done
dd if=/dev/zero of="/dev/$HEAD" bs=1M count=8 oflag=direct status=none
