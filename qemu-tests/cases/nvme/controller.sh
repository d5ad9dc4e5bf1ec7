# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors
# What happens to controllers, under I/O: resets, a rescan, which alone tells that the namespace has
# grown, a connection that is lost for longer than ctrl_loss_tmo, a delete, and a new controller each
# time.
#
#   nvmempath0n1 --+-- controller 0 -- reset, rescan --+
#                  +-- controller 1 -- lost, deleted --+-- namespace 1
# shellcheck disable=SC2034,SC2209  # beds/nvme has it
NVME_STORE=file
mpath_load iopolicy=round-robin
bed_up 2 loss=3
head_wait 2
fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=16
used() { # I
	must_wait 40 "path $1 is used" is_back "${PATHS[$1]}"
	fio_goes_on 50
}

step "reset"
for i in 0 1 0 1; do
	nvme_reset $i
	must_wait 30 "controller $i works" nvme_state_is $i live
	fio_goes_on 50
done
used 0
used 1
paths_are 2 || fail "a reset has cost a path"

step "both at once"
nvme_reset 0 & nvme_reset 1 & wait $! || true
for i in 0 1; do must_wait 30 "controller $i works" nvme_state_is $i live; done
used 0
used 1

step "rescan"
for i in 0 1; do nvme_deafen $i; done
truncate -s 96M /run/nvme-nullb0.img
echo 1 >"$(nvme_ns)/revalidate_size"
fio_goes_on 50
equal "$(cat /sys/block/{"${PATHS[0]}","${PATHS[1]}"}/size | xargs)" "131072 131072" "sectors of the paths, which nobody has told"
nvme_rescan 0
must_wait 30 "path 0 has grown" is "/sys/block/${PATHS[0]}/size" 196608
must_wait 30 "the head has path 1 look, too" is "/sys/block/${PATHS[1]}/size" 196608
must_wait 30 "and follows" is "$HEAD_SYS/size" 196608
fio_goes_on 50

step "lost for good"
bed_fail 1 port
must_wait 60 "the path is gone" paths_are 1
must_wait 20 "so is the controller" not test -d "$(nvme_ctrl 1)"
bed_restore 1 port
nvme_join 1
must_wait 30 "a new one has come" paths_are 2
bed_complete
used 1

step "deleted"
bed_fail 0 delete
must_wait 20 "the path is gone" paths_are 1
fio_goes_on 50
bed_restore 0 delete
must_wait 30 "a new one has come" paths_are 2
used 0
fio_finish
