# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# REQ_NVME_MPATH, the driver's private flag, is the bit REQ_DRV: a request that has it is one of
# the driver's own head, which with multipath=N it has not, and follows a NULL pointer. No request
# that comes through our head has the bit, whether it succeeds, fails, or moves; seen with a probe
# on the function that every driver calls with a request that it begins. That the probe sees the
# bit is shown with the driver's own multipath.
#
#   nvmempath0n1 --+-- path 0 --x--+
#                  +-- path 1 -----+-- namespace 1
TRACE=/sys/kernel/tracing
PROBES=$TRACE/events/kprobes
case $(uname -r) in 6.1.*) bit=26 ;; *) bit=25 ;; esac # __REQ_DRV

# cmd_flags is behind three pointers, in all kernels.
for name in begun marked; do echo "p:$name blk_mq_start_request flags=+24(%di):x32"; done >$TRACE/kprobe_events
echo "flags & $((1 << bit))" >$PROBES/marked/filter
probes_gone() { echo 0 >$PROBES/enable; echo 0 >$TRACE/events/block/block_bio_remap/enable; echo >$TRACE/kprobe_events; }
at_exit probes_gone
probe() { echo >$TRACE/trace; echo 1 >$PROBES/enable; }
seen() { grep -c " $1: " $TRACE/trace || true; } # begun: requests, marked: those with the bit

step "the driver's own head"
nvme_native Y
at_exit "nvme_native N"
bed_up
must_wait 10 "the driver's own head" test -b /dev/nvme0n1
settle
probe
dd if=/dev/nvme0n1 bs=4k count=16 iflag=direct of=/dev/null status=none
echo 0 >$PROBES/enable
equal "$(seen marked)" 16 "requests with the bit"
bed_down

step "ours"
nvme_native N
mpath_load iopolicy=round-robin
bed_up
head_wait 2
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
probe
fio_goes_on 100
fail_moving 0
fio_goes_on 50
bed_restore 0
must_wait 30 "the path is used again" in_use "${PATHS[0]}"
bed_fail 1 delete
fio_goes_on 50
bed_restore 1 delete
fio_goes_on 50
fio_finish
echo 0 >$PROBES/enable
(($(seen begun) > 500)) || fail "the probe saw only $(seen begun) requests"
equal "$(seen marked)" 0 "requests with the bit"

step "where a path's bio comes from is told by the trace of bios"
echo >$TRACE/trace
echo 1 >$TRACE/events/block/block_bio_remap/enable
read_one
echo 0 >$TRACE/events/block/block_bio_remap/enable
head_dev=$(tr : , <"$HEAD_SYS/dev")
for p in "${PATHS[@]}"; do devs+=${devs:+|}$(tr : , <"/sys/block/$p/dev"); done
grep -qE "block_bio_remap: ($devs) R[A-Z]* 0 \+ 8 <- \($head_dev\) 0" $TRACE/trace || fail "$(grep block_bio_remap $TRACE/trace)"
