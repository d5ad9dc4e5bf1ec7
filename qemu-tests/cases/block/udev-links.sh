# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
# Persistent names lead to the head, with the distribution's own udev rules and nothing
# of ours; SG_IO on the head answers with the LUN's identity.
all_udev_rules
bed_up
plain=$(udevadm info -q property -n "/dev/$(disk_of "${PATHS[0]}")" | grep -E '^(ID_SERIAL|ID_WWN|ID_VENDOR|ID_MODEL)=' | sort)
mpath_load
head_wait "${#PATHS[@]}"
naa=$(sed 's/^naa\.//' "$MPATH/wwid")
mkfs.ext4 -q -F -L mpathfs -U 00112233-4455-6677-8899-aabbccddeeff "/dev/$HEAD"
settle
equal "$(readlink -f "/dev/disk/by-id/wwn-0x$naa")" "/dev/$HEAD" "by-id, wwn"
equal "$(readlink -f "/dev/disk/by-id/scsi-3$naa")" "/dev/$HEAD" "by-id, scsi"
equal "$(readlink -f /dev/disk/by-uuid/00112233-4455-6677-8899-aabbccddeeff)" "/dev/$HEAD" "by-uuid"
equal "$(readlink -f /dev/disk/by-label/mpathfs)" "/dev/$HEAD" "by-label"
equal "$(udevadm info -q property -n "/dev/$HEAD" | grep -E '^(ID_SERIAL|ID_WWN|ID_VENDOR|ID_MODEL)=' | sort)" "$plain" "what udev knows of it"

for p in "${PATHS[@]}"; do
	d=$(disk_of "$p")
	equal "$(find /dev/disk -lname "*/$d" | wc -l)" 0 "links to the hidden $d"
done
equal "$(sg_vpd -p di_lu "/dev/$HEAD" | grep -o "0x$naa")" "0x$naa" "identity by SG_IO"
