# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# A path's capacity becomes 0 while bios are on their way to it, hundreds of times: controllers
# are deleted in turn under full load on many namespaces, each of which loses a path every time
# (`qemu-tests/soak race` loses a thousand: RACE_PATHS; else as many as go into some time).
# The block layer rejects such a bio before the driver has seen it; no error reaches the
# application, and nobody calls it an access beyond the end of the device.
#
#   nvmempath0n1, ... --+-- controller 0 --x-o-x-o--+
#                       +-- controller 1 --o-x-o-x--+-- namespaces 1 to 6
SPACES=$((SLOW == 1 ? 6 : 3))
RACE_PATHS=${RACE_PATHS:-0}
race_seconds=$((RACE_PATHS ? 0 : SLOW == 1 ? 50 : 100))
mpath_load iopolicy=round-robin
bed_up 2 more=nr_io_queues=1
for ((i = 1; i < SPACES; i++)); do
	nvme_namespace "$NVME_SUBSYS" $((i + 1)) "$(nvme_store nullb$i)" "device_uuid=${NVME_UUID%ff}0$i"
done
all_there() { local d; heads_are "$SPACES" && for d in "$CLASS"/*; do [[ $(count "$d"/multipath/*) == 2 ]] || return 1; done; }
must_wait 30 "$SPACES heads with two paths each" all_there
settle
# udev looks again at whoever was opened for writing.
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue

readarray -t on < <(head_disks)
HEAD=${on[0]}
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=32 --verify_backlog=64 --nice=19
others=()
for d in "${on[@]:1}"; do
	fio --name="$d" --filename="/dev/$d" --rw=randread --bs=4k --size=8m --ioengine=libaio \
		--iodepth=32 --direct=1 --thread --time_based --runtime=7200 --nice=19 >"$WORK/fio.$d" 2>&1 &
	others+=($!)
done
at_exit "kill ${others[*]}"
moved_all() { local d n=0; for d in "${on[@]}"; do n=$((n + $(<"/sys/block/$d/multipath_failover_count"))); done; echo $n; }
all_run() { fio_runs && kill -0 "${others[@]}"; }

lost=0
for ((end = SECONDS + race_seconds, round = 0; SECONDS < end || lost < RACE_PATHS; round++)); do
	i=$((round % 2))
	nvme_delete $i
	lost=$((lost + SPACES))
	nvme_join $i
	must_wait 20 "all paths are back" all_there
	all_run || fail "an application saw an error in round $round"
done
step "$round times a controller was deleted, $lost paths lost, $(moved_all) I/Os moved"
((lost >= 10 * SPACES)) || fail "only $round rounds"
(($(moved_all) > 0)) || fail "no I/O was on its way to a path that went"
if klog_has "beyond end of device"; then fail "a bio was taken for one beyond the end"; fi
for pid in "${others[@]}"; do kill -INT "$pid"; done
for i in "${!others[@]}"; do
	rc=0
	wait "${others[i]}" || rc=$?
	((rc == 0 || rc == 128)) || fail "${on[i + 1]}: fio ended with $rc: $(tail -3 "$WORK/fio.${on[i + 1]}")"
	grep -q 'err= 0' "$WORK/fio.${on[i + 1]}" || fail "${on[i + 1]}: $(grep 'err=' "$WORK/fio.${on[i + 1]}")"
done
fio_finish
