# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# I/O that must not wait does not (RWF_NOWAIT), with a path and without. I/O that is to be polled
# (io_uring, hipri) is answered as by a disk that has nothing to poll, though the paths have.
mpath_load
bed_up 2 submit_queues=2 poll_queues=1
head_wait 2
read_with() { guest/read-flags "/dev/$HEAD" "$1"; }

equal "$(read_with 0)" 4096 "an ordinary read"
equal "$(read_with NOWAIT)" 4096 "a read that must not wait"

step "I/O to be polled"
equal "$(<"$HEAD_SYS/queue/io_poll")" 0 "io_poll of the head"
polled() { timeout 60 fio --name=p --filename="$1" --rw=randread --bs=4k --size=1m --direct=1 --ioengine=io_uring --hipri=1 --output="$WORK/polled"; }
case $(uname -r) in
6.1.*) polled "/dev/$HEAD" || fail "$(cat "$WORK/polled")" ;; # which this kernel then does not poll
*) polled "/dev/$HEAD" && fail "it was polled, though io_poll is 0"; grep -q 'error=Operation not supported' "$WORK/polled" || fail "$(cat "$WORK/polled")" ;;
esac
at_rest "$HEAD" || fail "something is left in flight"

step "no path"
for i in 0 1; do bed_fail $i offline; done
must_wait 10 "no path is used" not in_use "${PATHS[0]}"
equal "$(read_with NOWAIT)" -11 "a read that must not wait: EAGAIN"
