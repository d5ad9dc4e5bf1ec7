# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors|HEAD: (the last path is gone|no usable path)|dev HEAD,
# ctrl_loss_tmo runs out for one controller after the other, and the last path goes. A head with
# delayed_removal_secs stays what it is and holds I/O, until a new controller serves it.
#
#   nvmempath0n1 --+-- controller 0 --x (given up)
#                  +-- controller 1 --x (given up) ... controller 2 --+-- namespace 1
mpath_load iopolicy=round-robin
bed_up 2 loss=3
head_wait 2
echo 600 >"$HEAD_SYS/delayed_removal_secs"
number=$(<"$HEAD_SYS/dev")
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
bed_fail 0 port
must_wait 60 "controller 0 is given up" not test -d "$(nvme_ctrl 0)"
fio_goes_on 100
bed_fail 1 port
must_wait 60 "controller 1 is given up" not test -d "$(nvme_ctrl 1)"
must_wait 20 "no path is left" paths_are 0
must_wait 20 "I/O waits" above "$HEAD_SYS/mpath_parked" 0
equal "$(heads)" "$MPATH" "heads"
fio_runs || fail "fio saw an error"

# The next ones may have their numbers.
# shellcheck disable=SC2034  # beds/nvme has it
NVME_CTRL=()
bed_restore 1 port
nvme_join 1
must_wait 30 "a new one has come" paths_are 1
equal "$(heads)" "$MPATH" "heads"
equal "$(<"$HEAD_SYS/dev")" "$number" "the head's number"
fio_goes_on 100
bed_restore 0 port
nvme_join 0
must_wait 30 "and another" paths_are 2
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that failed for want of a path"
