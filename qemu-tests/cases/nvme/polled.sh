# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_pcie
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# I/O that its application polls for: the bio that goes down is the application's own, so what the
# path can do the head can. A path that fails meanwhile costs no error. Not over TCP: nvme_tcp sleeps
# in its poll function, in a read section of the block layer, and the kernel warns of that.
. guest/nvme-trace.sh
mpath_load iopolicy=round-robin
bed_up 2 poll_queues=1
head_wait 2
for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$p/queue/io_poll")" 1 "io_poll of $p"; done
equal "$(<"$HEAD_SYS/queue/io_poll")" 1 "io_poll of the head"
polled() { # FIO OPTION...
	fio --name=polled --filename="/dev/$HEAD" --rw=randread --bs=4k --size=1m --direct=1 --ioengine=io_uring \
		--hipri=1 --thread --output="$WORK/polled" "$@" || fail "$(cat "$WORK/polled")"
}
# The queue that has no interrupt, by its number on the controller: 0 is that for administration.
poll_queue() { # DISK
	local f n
	for f in "/sys/kernel/debug/block/$1/"hctx*/type; do
		[[ $(<"$f") != poll ]] || { n=${f%/type}; echo $((${n##*hctx} + 1)); }
	done
}
watch_commands
polled --number_ios=500
unwatch_commands
grep -q 'err= 0' "$WORK/polled" || fail "$(cat "$WORK/polled")"
for p in "${PATHS[@]}"; do
	queue=$(poll_queue "$p")
	[[ -n $queue ]] || fail "$p has no queue to poll"
	reads=$(commands "disk=$p, .*cmd=\(nvme_cmd_read ")
	((reads > 0)) || fail "$p was not read"
	equal "$(commands "disk=$p, qid=$queue, .*cmd=\(nvme_cmd_read ")" "$reads" "reads of $p that came by queue $queue"
done
at_rest "$HEAD" || fail "something is left in flight"

step "a path goes meanwhile"
polled --time_based --runtime=8 &
pid=$!
must_wait 20 "it reads" ios_above "$HEAD" $(($(ios_of "$HEAD") + 50))
before=$(moved)
bed_fail 0
must_wait 20 "the path is gone" paths_are 1
wait $pid || fail "$(cat "$WORK/polled")"
echo "$(($(moved) - before)) I/Os moved"
bed_restore 0
must_wait 30 "it is back" paths_are 2
