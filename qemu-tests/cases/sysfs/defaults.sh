# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# Parameters are what a new head begins with; a change of them after the load does not
# touch the heads that are there.
mpath_load iopolicy=queue-depth no_path_timeout_ms=1234 submit_mode=clone
bed_up 2
head_wait 2
values() { cat "$MPATH/iopolicy" "$HEAD_SYS/no_path_timeout_ms" "$HEAD_SYS/submit_mode" | xargs; }
equal "$(values)" "queue-depth 1234 clone" "what the head begins with"

P=/sys/module/scsi_multipath/parameters
echo round-robin >$P/iopolicy
echo 5678 >$P/no_path_timeout_ms
echo interpose >$P/submit_mode
equal "$(values)" "queue-depth 1234 clone" "the head afterwards"

bed_fail 0 delete
bed_fail 1 delete
must_wait 20 "the head is gone" no_heads
bed_down
bed_up 2
head_wait 2
equal "$(values)" "round-robin 5678 interpose" "what the next head begins with"
