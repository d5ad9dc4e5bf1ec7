# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi tcm_loop nvme nvme_tcp
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|no usable path, holding I/O
# All paths fail; I/O is held, not failed. One comes back within the time, and I/O goes
# on through it. The application sees a pause and no error.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+-- LUN 0
mpath_load submit_mode="$MODE" no_path_timeout_ms=120000
bed_up 2
head_wait 2

bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
bed_fail 0
bed_fail 1
must_wait $((2 * BED_DETECT)) "I/O is held" above "$HEAD_SYS/mpath_parked" 0
must_wait "$BED_DETECT" "neither path is used" not in_use "${PATHS[0]}"
must_wait "$BED_DETECT" "neither path is used" not in_use "${PATHS[1]}"
# Not the disk's own count, which leaves out what the mid-layer is about to try again.
for p in "${PATHS[@]}"; do
	must_wait "$BED_DETECT" "what was on its way down $p has ended" is "/sys/block/$(disk_of "$p")/mpath_inflight" 0
done
# Seen at the paths: before 6.3 a head counts an I/O when it comes, held or not. And in what was
# sent down them, without the reads that ask whether an NVMe path works again.
sent() { local p n=0; for p in "${PATHS[@]}"; do p=/sys/block/$(disk_of "$p"); n=$((n + $(<"$p/mpath_reads") + $(<"$p/mpath_writes"))); done; echo $n; }
went_on() { (($(sent) > held)); }
held=$(sent)
if wait_for 3 went_on; then fail "I/O went on without a path"; fi

bed_restore 1
must_wait 30 "path 1 is used again" in_use "${PATHS[1]}"
fio_goes_on 100
bed_restore 0
must_wait 30 "path 0 is used again" in_use "${PATHS[0]}"
fio_goes_on 100
fio_finish
above "$HEAD_SYS/io_requeue_no_usable_path_count" 0 || fail "held I/O is not counted"
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
