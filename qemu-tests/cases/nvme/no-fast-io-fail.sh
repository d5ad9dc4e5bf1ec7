# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|no usable path, holding I/O
# Without fast_io_fail_tmo, as the driver is if nobody asks for more, it holds what it may retry for
# as long as it reconnects, here ten minutes. What a head sends is not retried there: it moves, or
# waits at the head, where the next path serves it.
#
#   nvmempath0n1 --+-- path 0 --x--+
#                  +-- path 1 --x--+-- namespace 1
mpath_load iopolicy=round-robin no_path_timeout_ms=600000
bed_up 2 fast=-1 loss=600
head_wait 2
for i in 0 1; do equal "$(<"$(nvme_ctrl $i)/fast_io_fail_tmo")" off "fast_io_fail_tmo"; done
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
reconnecting() { # I
	local -; set +x
	must_wait 20 "controller $1 reconnects" nvme_state_is "$1" connecting
	must_wait 20 "it holds nothing of the head's" is "/sys/block/${PATHS[$1]}/mpath_inflight" 0
}

i=0
for kind in port drop; do
	step "$kind"
	fail_moving $i $kind
	reconnecting $i
	fio_goes_on 100
	bed_restore $i $kind
	must_wait 60 "path $i is back" is_back "${PATHS[i]}"
	i=$((i + 1))
done

step "both"
bed_fail 0 port
bed_fail 1 port
must_wait 40 "I/O waits at the head" above "$HEAD_SYS/mpath_parked" 0
reconnecting 0
reconnecting 1
bed_restore 1 port
must_wait 60 "path 1 is back" is_back "${PATHS[1]}"
fio_goes_on 100
bed_restore 0 port
must_wait 60 "path 0 is back" is_back "${PATHS[0]}"
fio_finish
