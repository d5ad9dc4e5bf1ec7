# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# A path fails under I/O, then all of them; the tracepoints tell the story.
#
#   sdmpatha --+-- path 0 --x--
#              +-- path 1 --x-- LUN 0
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2

TRACE=/sys/kernel/tracing
EVENTS=$TRACE/events/mpath
equal "$(<"$EVENTS/enable")" 0 "tracing at first"
at_exit "echo 0 >$EVENTS/enable"
top=$(<"$HEAD_SYS/dev")
for i in 0 1; do dev[i]=$(<"/sys/block/$(disk_of "${PATHS[i]}")/dev"); done
name="${PATHS[0]} \($(disk_of "${PATHS[0]}")\)"

# What was traced since it was switched on, by event: a line of extended regex.
traced() { grep -qE -- "$1" "$WORK/trace"; }
must_trace() { traced "$1" || fail "not traced: $1"; echo "ok: traced: $(grep -m1 -oE -- "$1" "$WORK/trace")"; }
trace_begin() { echo >$TRACE/trace; echo 1 >"$EVENTS/enable"; }
trace_end() { echo 0 >"$EVENTS/enable"; cat $TRACE/trace >"$WORK/trace"; }

step "one read"
trace_begin
read_one
trace_end
must_trace "mpath_submit: head=$top path=(${dev[0]}|${dev[1]}) R[A-Z]* 0 \+ 8 failfast=1 moves=0"
must_trace "mpath_complete: head=$top path=(${dev[0]}|${dev[1]}) R[A-Z]* 0 \+ 8 status=ok moves=0"
if traced "mpath_(move|park|state)"; then fail "nothing has moved, waited or changed"; fi

step "a failover"
bed_crowd
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
# The rest would push what matters out of the buffer.
echo 'moves > 0 || failfast == 0' >"$EVENTS/mpath_submit/filter"
echo 'status != 0' >"$EVENTS/mpath_complete/filter"
trace_begin
fail_moving 0
fio_goes_on 50
trace_end
must_trace "mpath_complete: head=$top path=${dev[0]} W[A-Z]* [0-9]+ \+ 8 status=(offline|transport|ioerr) moves=0"
must_trace "mpath_move: head=$top path=${dev[0]} W[A-Z]* [0-9]+ \+ 8 status=(offline|transport|ioerr) moves=1"
must_trace "mpath_submit: head=$top path=${dev[1]} W[A-Z]* [0-9]+ \+ 8 failfast=0 moves=1"
must_trace "mpath_state: $HEAD: path $name: usable -> (dead|suspect) \(.+\)"
must_trace "mpath_probe: $HEAD: path $name: dead after [0-9]+ ms"
if traced mpath_park; then fail "no bio had to wait"; fi

step "no path"
trace_begin
bed_fail 1
# More are parked than wait for a path: some for a verdict.
must_wait 10 "a bio waits for a path" grep -q mpath_park: $TRACE/trace
bed_restore 0
bed_restore 1
fio_goes_on 50
trace_end
fio_finish
grep -m3 mpath_park "$WORK/trace"
must_trace "mpath_park: head=$top [RW][A-Z]* [0-9]+ \+ 8 moves=[0-9]+"
must_trace "mpath_probe: $HEAD: path $name: fine after [0-9]+ ms"
must_trace "mpath_state: $HEAD: path $name: [a-z]+ -> usable \(probe: fine\)"
echo 0 >"$EVENTS/mpath_submit/filter"
echo 0 >"$EVENTS/mpath_complete/filter"
