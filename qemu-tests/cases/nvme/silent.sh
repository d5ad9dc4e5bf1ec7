# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# Packets of a path vanish. Long before the keep-alive notices it is stalled: what is sent from
# then on does not wait for it. What was under way is given back when the connection is given up,
# and the application sees no error.
#
#   nvmempath0n1 --+-- path 0 --(silence)--+
#                  +-- path 1 -------------+-- namespace 1
mpath_load iopolicy=round-robin
bed_up 2 kato=10
head_wait 2
fio_start "/dev/$HEAD" --iodepth=16
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
fio_goes_on 100
before=$(moved)
bed_fail 0 drop
must_wait 5 "the path is stalled" state_is "${PATHS[0]}" stalled
sent=$(<"/sys/block/${PATHS[0]}/mpath_reads")
timeout 5 dd if="/dev/$HEAD" of=/dev/null bs=4k count=50 iflag=direct status=none || fail "a read waits"
equal "$(<"/sys/block/${PATHS[0]}/mpath_reads")" "$sent" "reads sent down the silent path"
must_wait 40 "what was under way has moved" above "$HEAD_SYS/multipath_failover_count" "$before"
fio_goes_on 200
bed_restore 0 drop
must_wait 60 "the path is back" is_back "${PATHS[0]}"
fio_finish
