# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: modules no
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors|Buffer I/O error on dev sda,
# The checks every case relies on see what they are for: content that changes behind
# fio's back, an I/O error, a kernel log with something bad in it.
#
#   fio -- sdA --+
#                +-- LUN 0
#   dd  -- sdB --+
bed_up 2
a=$(disk_of "${PATHS[0]}") b=$(disk_of "${PATHS[1]}")
ends_badly() { if (fio_finish) >"$WORK/said" 2>&1; then fail "$1 was not noticed"; else echo "ok: $1 noticed: $(tail -1 "$WORK/said")"; fi; }

step "content"
fio_start "/dev/$a" --rate_iops=0
end=$((SECONDS + 30 * SLOW))
while fio_runs && ((SECONDS < end)); do
	dd if=/dev/urandom of="/dev/$b" bs=64k count=16 oflag=direct status=none
done
ends_badly "damaged content"
wait "$FIO_PID" || true

step "an I/O error"
fio_start "/dev/$a" --rate_iops=0
bed_fail 0 offline
must_wait 30 "fio ends" not fio_runs
ends_badly "an I/O error"
bed_restore 0 offline

rm -f "$WORK/reason"

step "the kernel's log"
. /mpath/tests/guest/klog.sh
says() { # YES-OR-NO ALLOW LINE
	local found
	found=$(scan "$2" <<<"[    1.0] $3")
	[[ $1 == yes && -n $found || $1 == no && -z $found ]] || fail "the scan does not tell '$3' right"
}
says no '' 'sd 0:0:0:0: [sda] Attached SCSI disk'
says yes '' 'WARNING: CPU: 0 PID: 1 at block/bio.c:1'
says yes 'path-errors' 'BUG: KASAN: slab-use-after-free in mpath_submit'
says yes '' 'I/O error, dev sda, sector 0 op 0x0:(READ) flags 0x0'
says no 'path-errors' 'I/O error, dev sda, sector 0 op 0x0:(READ) flags 0x0'
says yes 'path-errors' 'I/O error, dev sdmpatha, sector 0 op 0x0:(READ) flags 0x0'
says yes 'path-errors' 'Buffer I/O error on dev sdmpatha, logical block 0, async page read'
says yes 'path-errors' 'INFO: task fio:99 blocked for more than 60 seconds.'
