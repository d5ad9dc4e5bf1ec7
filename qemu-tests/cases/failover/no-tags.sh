# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 200
#: allow path-errors
# What fails on one path is put by for another, which has few tags and does not give them back. When a
# third one comes, what has not been sent goes there, long before the silent path's commands time out.
#
#   sdmpatha --+-- path 0 --x-----------------+
#              +-- path 1, 16 tags -(silent)-+
#              +-- path 2, comes back --------+-- LUN 0
TAGS=16
mpath_load iopolicy=round-robin
bed_up 3
head_wait 3
in_flight() { cat "/sys/block/$(disk_of "${PATHS[$1]}")/mpath_inflight"; } # I
many_wait() { (($(in_flight 0) > 2 * TAGS)); }
# Those that have tags, and one each that the sender and fio sleep with.
more_than_it_can_send() { (($(in_flight 1) > TAGS + 2)); }
only_what_was_sent() { (($(in_flight 1) <= TAGS + 2)); }
bed_fail 2 offline
must_wait 20 "path 2 is not used" not in_use "${PATHS[2]}"
echo $TAGS >"/sys/block/$(disk_of "${PATHS[1]}")/queue/nr_requests"
echo 30 >"$(sdev "${PATHS[1]}")/timeout"
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
fio_start "/dev/$HEAD"
bed_fail 1 silent
must_wait 20 "path 1 is stalled" state_is "${PATHS[1]}" stalled
# What waits in path 0 for its turn fails with it.
echo 1 >"$(sdev "${PATHS[0]}")/queue_depth"
fio --name=many --filename="/dev/$HEAD" --rw=randread --bs=4k --ioengine=libaio --iodepth=$((4 * TAGS)) \
	--direct=1 --thread --time_based --runtime=7200 --output="$WORK/many" &
many=$!
must_wait 20 "many wait in path 0" many_wait
bed_fail 0 offline
must_wait 20 "more goes to path 1 than it has tags for" more_than_it_can_send
bed_restore 2 offline
must_wait 10 "what has not been sent goes to path 2" only_what_was_sent
must_wait 10 "path 2 is used" in_use "${PATHS[2]}"
equal "$(counter mpath_parked)" 0 "I/Os that wait"
bed_restore 1 silent
fio_goes_on 100 90
bed_restore 0 offline
must_wait 60 "path 0 is used again" is_back "${PATHS[0]}"
kill -INT $many
wait $many || true
grep -q 'err= 0' "$WORK/many" || fail "the other fio has seen an error"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
