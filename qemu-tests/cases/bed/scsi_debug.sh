# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: modules no
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: allow path-errors|Buffer I/O error on dev sd
# The bed itself, on plain sd disks: one LU under four names, paths fail and return.
#
#   sdA  sdB  sdC  sdD
#     \    \  /    /
#          LUN 0
bed_up
equal "${#PATHS[@]}" 4 "number of paths"
equal "$(plain_disks | wc -l)" 4 "number of disks"
for p in "${PATHS[@]}"; do sg_vpd -p di_lu "/dev/$(disk_of "$p")" >>"$WORK/ids"; done
equal "$(grep -c UUID: "$WORK/ids")" 4 "disks with a UUID"
equal "$(grep UUID: "$WORK/ids" | sort -u | wc -l)" 1 "different UUIDs"

step "what is written through one path is read through another"
a=/dev/$(disk_of "${PATHS[0]}") b=/dev/$(disk_of "${PATHS[3]}")
dd if=/dev/urandom of="$a" bs=64k count=16 oflag=direct status=none
equal "$(dd if="$b" bs=64k count=16 iflag=direct status=none | sha256sum)" \
	"$(dd if="$a" bs=64k count=16 iflag=direct status=none | sha256sum)" "content"

for kind in "${BED_KINDS[@]}"; do
	step "$kind"
	bed_fail 1 "$kind"
	d=$(disk_of "${PATHS[1]}" || true)
	if [[ -n $d ]]; then refuses '' dd if="/dev/$d" bs=4k count=1 iflag=direct of=/dev/null; fi
	dd if="$a" bs=4k count=1 iflag=direct of=/dev/null status=none
	bed_restore 1 "$kind"
	must_wait 10 "the path is back" bed_complete
	settle
	dd if="/dev/$(disk_of "${PATHS[1]}")" bs=4k count=1 iflag=direct of=/dev/null status=none
done

bed_add
equal "${#PATHS[@]}" 5 "number of paths"
fio_start "$a"
fio_goes_on 300
fio_finish
