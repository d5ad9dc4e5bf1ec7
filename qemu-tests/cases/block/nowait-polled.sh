# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# I/O that must not wait does not (RWF_NOWAIT), with a path and without. I/O that is to be polled for
# (io_uring, hipri) is, where every path has queues for that and the submitter's own bio goes down; a
# path that fails or goes meanwhile costs no error. Without such queues it is refused.
. guest/polls.sh
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up 2 submit_queues=2 poll_queues=1
head_wait 2
read_with() { guest/read-flags "/dev/$HEAD" "$1"; }

equal "$(read_with 0)" 4096 "an ordinary read"
equal "$(read_with NOWAIT)" 4096 "a read that must not wait"

step "I/O to be polled for"
polls_begin
for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$(disk_of "$p")/queue/io_poll")" 1 "io_poll of $p"; done
equal "$(<"$HEAD_SYS/queue/io_poll")" 1 "io_poll of the head"
poll_for "/dev/$HEAD" || fail "$(cat "$WORK/polled")"
case $MODE in interpose) want=$READS ;; *) want=0 ;; esac
equal "$(polled)" "$want" "commands that were polled for"
at_rest "$HEAD" || fail "something is left in flight"

step "a path fails meanwhile, and goes"
poll_for "/dev/$HEAD" --time_based --runtime=20 &
reader=$!
must_wait 20 "it reads" ios_above "$HEAD" $(($(ios_of "$HEAD") + 50))
if [[ ${BED_KINDS[*]} == *inject* ]]; then # no other way to fail has anything to give back here
	before=$(moved)
	bed_fail 0 inject
	must_wait 10 "I/O moved" above "$HEAD_SYS/multipath_failover_count" "$before"
	bed_restore 0 inject
	must_wait 10 "path 0 is used again" in_use "${PATHS[0]}"
fi
bed_fail 0 delete
must_wait 20 "the path is gone" paths_are 1
wait $reader || fail "$(cat "$WORK/polled")"
at_rest "$HEAD" || fail "something is left in flight"
bed_restore 0 delete
must_wait 20 "it is back" paths_are 2

step "nothing to poll"
polls_end
mpath_unload
bed_down
mpath_load submit_mode="$MODE"
bed_up 2 submit_queues=2
head_wait 2
polls_begin
equal "$(<"$HEAD_SYS/queue/io_poll")" 0 "io_poll of the head"
poll_refused "/dev/$HEAD"
at_rest "$HEAD" || fail "something is left in flight"

step "no path"
for i in 0 1; do bed_fail $i offline; done
must_wait 10 "no path is used" not in_use "${PATHS[0]}"
equal "$(read_with NOWAIT)" -11 "a read that must not wait: EAGAIN"
