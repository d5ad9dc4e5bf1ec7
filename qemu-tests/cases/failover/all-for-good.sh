# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi tcm_loop nvme
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|HEAD: no (usable|available) path|dev HEAD,
# All paths fail for good. I/O is held for the time that was asked for and then fails
# with EIO; nothing hangs, new I/O fails too, and the head recovers with its paths.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+-- LUN 0
mpath_load submit_mode="$MODE" no_path_timeout_ms=3000
bed_up 2
head_wait 2
read_one

bed_crowd
fio --name=load --filename="/dev/$HEAD" --rw=randwrite --bs=4k --size=8m --ioengine=libaio \
	--iodepth=16 --direct=1 --thread --time_based --runtime=600 >"$WORK/fio.out" 2>&1 &
FIO_PID=$!
must_wait 30 "fio does I/O" ios_above "$HEAD" 50
bed_fail 0
bed_fail 1
failed=$SECONDS
must_wait $((2 * BED_DETECT + 10)) "fio has ended" not fio_runs
echo "fio ended after $((SECONDS - failed)) s"
if wait "$FIO_PID"; then fail "fio saw no error"; fi
FIO_PID=''
grep -qE 'error=Input/output error|Input/output error' "$WORK/fio.out" || fail "fio did not see EIO"
above "$HEAD_SYS/io_fail_no_available_path_count" 0 || fail "no I/O was counted as failed"

refuses "Input/output error" read_one
equal "$(cat "$HEAD_SYS/mpath_parked" 2>/dev/null || echo 0)" 0 "I/O still held"

step "and back"
bed_restore 0
must_wait 30 "path 0 is used again" in_use "${PATHS[0]}"
must_wait 10 "the head can be read" read_one
bed_restore 1
must_wait 30 "path 1 is used again" in_use "${PATHS[1]}"
fio_pass "/dev/$HEAD"
