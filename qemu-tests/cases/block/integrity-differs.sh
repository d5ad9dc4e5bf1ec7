# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors|left alone
# The LUN has protection information, and not every host can show it (DIX): the head has none while such a
# path is there, and what the others have when it has gone. A path that says that the LUN has none is
# refused.
#
#   sdmpatha --+-- path 0 -- scsi_debug, DIF -----------------------------+
#              +-- path 1 -- tcm_loop, DIF and DIX, made by hand: TCMU ---+-- "the same LUN"
#   sdP ---------- path 2 -- the same, not protected ---------------------+
. guest/tcmu.sh
mpath_load scsi_multipath_always=Y iopolicy=round-robin
modprobe scsi_debug dev_size_mb=16 uuid_ctl=2 vpd_use_hostno=1 delay=1 lbpu=0 lbpws=0 dif=1 dix=0 \
	inq_vendor=HANDMADE inq_product='by hand'
no_scsi_debug() { # a path's host cannot be unloaded
	! mpath_loaded || mpath_unload
	wait_for 20 modprobe -r scsi_debug
}
at_exit no_scsi_debug
head_wait 1
other=$(basename "$(echo "$MPATH"/multipath/*)")
uuid=$(sed 's/^uuid\.//; s/-//g' "$MPATH/wwid")
format_is() { is "/sys/block/$1/integrity/format" "$2"; } # DISK WORD

tcmu_begin
mkdir -p "$TCMU/0"
touch "$TCMU/0/protected"
tcmu_path "$(page83 1 10 "1000$uuid")"
head_wait 2
d=$(disk_of "${PATHS[0]}")
for p in "$other" "${PATHS[0]}"; do
	equal "$(<"$(echo "$(sdev "$p")"/scsi_disk/*/protection_type)")" 1 "protection type of $p"
done
format_is "$d" T10-DIF-TYPE1-CRC || fail "the path that can has no profile"
format_is "$(disk_of "$other")" none || fail "the path that cannot has a profile"
must_wait 10 "the head has none" format_is "$HEAD" none

step "a path without protection"
tcmu_path "$(page83 1 10 "1000$uuid")"
settle
says "it contradicts the other paths of its id" "${PATHS[1]}"
klog_has "$HEAD: path .*refused: its protection type is 0, that of the head 1" || fail "the log does not say so"

step "only the path that can is left"
echo 1 >"$(sdev "$other")/delete"
must_wait 20 "one path is left" paths_are 1
must_wait 20 "the head has its profile" format_is "$HEAD" T10-DIF-TYPE1-CRC
tcmu_down
