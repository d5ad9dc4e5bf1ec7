# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: modules no
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors|Buffer I/O error on dev sd
# The bed itself, on plain sd disks: one LU under two hosts, paths fail and return.
#
#   sdA -- host A --+
#                   +-- LUN 0
#   sdB -- host B --+
bed_up
equal "$(plain_disks | wc -l)" 2 "number of disks"
for p in "${PATHS[@]}"; do
	sg_vpd -p di_lu "/dev/$(disk_of "$p")" | grep -q 0x60014050123456789abcdef || fail "no NAA id"
done
a=/dev/$(disk_of "${PATHS[0]}")
for kind in "${BED_KINDS[@]}"; do
	step "$kind"
	d=$(disk_of "${PATHS[1]}")
	bed_fail 1 "$kind"
	if [[ -b /dev/$d ]]; then refuses '' dd if="/dev/$d" bs=4k count=1 iflag=direct of=/dev/null; fi
	dd if="$a" bs=4k count=1 iflag=direct of=/dev/null status=none
	bed_restore 1 "$kind"
	must_wait 10 "the path is back" bed_complete
	settle
	dd if="/dev/$(disk_of "${PATHS[1]}")" bs=4k count=1 iflag=direct of=/dev/null status=none
done
bed_add
equal "$(plain_disks | wc -l)" 3 "number of disks"
fio_start "$a"
fio_goes_on 300
fio_finish
