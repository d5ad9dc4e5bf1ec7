# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: modules no
#: beds iscsi
#: kernels 6.1 6.12 debug
#: allow path-errors|Buffer I/O error on dev sd
# The bed itself, on plain sd disks: one LU over two sessions, portals fail and return.
#
#   sdA -- session A -- portal 1 --+
#                                  +-- LUN 0
#   sdB -- session B -- portal 2 --+
bed_up
equal "$(plain_disks | wc -l)" 2 "number of disks"
for p in "${PATHS[@]}"; do disk_of "$p"; sg_vpd -p di_lu "/dev/$(disk_of "$p")"; done

a=/dev/$(disk_of "${PATHS[0]}")
for kind in "${BED_KINDS[@]}"; do
	step "$kind"
	bed_fail 1 "$kind"
	d=$(disk_of "${PATHS[1]}" || true)
	if [[ -n $d ]]; then refuses '' dd if="/dev/$d" bs=4k count=1 iflag=direct of=/dev/null; fi
	dd if="$a" bs=4k count=1 iflag=direct of=/dev/null status=none
	bed_restore 1 "$kind"
	must_wait 30 "the session is back" iscsi_quiet
	must_wait 30 "the disk is back" bed_complete
	must_wait 30 "it can be read" dd if="/dev/$(disk_of "${PATHS[1]}")" bs=4k count=1 iflag=direct of=/dev/null
done

fio_start "$a"
fio_goes_on 300
fio_finish
