# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|no usable path
# Asymmetric namespace access as the status of I/O tells it, without the helper: whatever keeps
# a port from serving I/O moves the I/O; a port that does again is used again. While no port
# does, I/O waits.
#
#   nvmempath0n1 --+-- port 1: optimized, inaccessible, change, persistent loss
#                  +-- port 2: optimized, non-optimized
mpath_load iopolicy=round-robin no_path_timeout_ms=60000
bed_up
head_wait 2
for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$p/ana_state")" none "ana_state of $p"; done
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16

# In turn: a path that fails twice within a minute is spared.
i=0
for state in inaccessible change persistent-loss; do
	step "$state"
	before=$(moved)
	nvme_ana $i $state
	must_wait 20 "I/O moves" above "$HEAD_SYS/multipath_failover_count" "$before"
	must_wait 20 "the path is not used" not in_use "${PATHS[i]}"
	fio_goes_on 100
	nvme_ana $i optimized
	must_wait 40 "the path is back" is_back "${PATHS[i]}"
	i=$((1 - i))
done
step "non-optimized ports serve I/O"
nvme_ana 0 non-optimized
nvme_ana 1 non-optimized
before=$(moved)
fio_goes_on 200
equal "$(moved)" "$before" "I/Os that had to move"

step "no port serves I/O"
nvme_ana 0 inaccessible
nvme_ana 1 inaccessible
must_wait 20 "I/O waits" above "$HEAD_SYS/mpath_parked" 0
must_wait 20 "path 0 is not used" not in_use "${PATHS[0]}"
must_wait 20 "path 1 is not used" not in_use "${PATHS[1]}"
nvme_ana 1 optimized
must_wait 40 "path 1 is back" is_back "${PATHS[1]}"
fio_goes_on 100
nvme_ana 0 optimized
must_wait 40 "path 0 is back" is_back "${PATHS[0]}"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
