# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
# One path has queues to poll, another has none: nothing is polled for, until that one has gone.
#
#   sdmpatha --+-- path 0 -- scsi_debug, with a queue to poll -------+
#              +-- path 1 -- tcm_loop, without, made by hand: TCMU --+-- "the same LUN"
. guest/polls.sh
. guest/tcmu.sh
mpath_load scsi_multipath_always=Y iopolicy=round-robin
modprobe scsi_debug dev_size_mb=16 uuid_ctl=2 vpd_use_hostno=1 delay=1 lbpu=0 lbpws=0 \
	submit_queues=2 poll_queues=1 inq_vendor=HANDMADE inq_product='by hand'
head_wait 1
# A path's host cannot be unloaded.
no_scsi_debug() {
	! mpath_loaded || mpath_unload
	wait_for 20 modprobe -r scsi_debug
}
at_exit no_scsi_debug
polls_begin
io_poll_is() { is "$HEAD_SYS/queue/io_poll" "$1"; }
must_wait 10 "it can be polled" io_poll_is 1
uuid=$(sed 's/^uuid\.//; s/-//g' "$MPATH/wwid")

tcmu_begin
tcmu_path "$(page83 1 10 "1000$uuid")"
head_wait 2
must_wait 10 "it cannot be polled" io_poll_is 0
poll_refused "/dev/$HEAD"
read_one

step "without that path"
tcmu_down
must_wait 20 "it is gone" paths_are 1
must_wait 10 "it can be polled" io_poll_is 1
poll_for "/dev/$HEAD" || fail "$(cat "$WORK/polled")"
equal "$(polled)" "$READS" "commands that were polled for"
polls_end
