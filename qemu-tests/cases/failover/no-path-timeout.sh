# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug nvme
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors|HEAD: no (usable|available) path|dev HEAD,
# no_path_timeout_ms means what it says: 0 fails at once, N holds for N, -1 holds for
# ever; a change applies to what is already held.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+-- LUN 0
mpath_load no_path_timeout_ms=0
bed_up 2
head_wait 2
took_ms() { local t=${EPOCHREALTIME/./}; "$@" >&2; echo $(((${EPOCHREALTIME/./} - t) / 1000)); }
bed_fail 0
bed_fail 1

equal "$(<"$HEAD_SYS/no_path_timeout_ms")" 0 "no_path_timeout_ms"
ms=$(took_ms refuses "Input/output error" read_one)
((ms < 2000)) || fail "0: failed only after $ms ms"

echo 4000 >"$HEAD_SYS/no_path_timeout_ms"
ms=$(took_ms refuses "Input/output error" read_one)
((ms >= 3500 && ms < 8000)) || fail "4000: failed after $ms ms"

echo -1 >"$HEAD_SYS/no_path_timeout_ms"
before=$(counter io_requeue_no_usable_path_count)
read_one 2>"$WORK/said" &
pid=$!
must_wait 5 "the read is held" above "$HEAD_SYS/io_requeue_no_usable_path_count" "$before"
if wait_for 6 not kill -0 $pid; then fail "-1: did not hold"; fi
echo 500 >"$HEAD_SYS/no_path_timeout_ms"
must_wait 5 "the held read ends when the time is shortened" not kill -0 $pid
grep -q "Input/output error" "$WORK/said" || fail "it did not fail with EIO"

echo -1 >"$HEAD_SYS/no_path_timeout_ms"
read_one 2>"$WORK/said" &
pid=$!
bed_restore 0
must_wait 10 "a held read ends when a path is back" not kill -0 $pid
wait $pid || fail "it failed: $(<"$WORK/said")"
bed_restore 1
