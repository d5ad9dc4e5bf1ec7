# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|HEAD: (the last path is gone|no usable path)|dev HEAD,
# What happens to the namespace, on all paths at once: it grows and shrinks under I/O; it is removed and
# added again while the head waits for it; it is removed for good; another one comes in its place.
mpath_load
bed_up
head_wait 2
size_is() { is "$HEAD_SYS/size" "$1"; }
number=$(<"$HEAD_SYS/dev")

step "it grows"
fio_start "/dev/$HEAD"
truncate -s 96M /run/nvme-nullb0.img
echo 1 >"$(nvme_ns)/revalidate_size"
must_wait 30 "the head has grown" size_is 196608
fio_goes_on 100
dd if="/dev/$HEAD" bs=1M skip=95 iflag=direct of=/dev/null status=none || fail "the new end cannot be read"

step "it shrinks"
truncate -s 32M /run/nvme-nullb0.img
echo 1 >"$(nvme_ns)/revalidate_size"
must_wait 30 "the head has shrunk" size_is 65536
fio_goes_on 100
equal "$(dd if="/dev/$HEAD" bs=1M skip=31 iflag=direct status=none | wc -c)" 1048576 "bytes up to the new end"

step "it goes and comes, and the head waits"
echo 600 >"$HEAD_SYS/delayed_removal_secs"
for round in 1 2 3; do
	step "round $round"
	echo 0 >"$(nvme_ns)/enable"
	must_wait 20 "no path is left" paths_are 0
	must_wait 20 "I/O waits" above "$HEAD_SYS/mpath_parked" 0
	echo 1 >"$(nvme_ns)/enable"
	must_wait 30 "both paths are back" paths_are 2
	fio_goes_on 50
done
equal "$(<"$HEAD_SYS/dev")" "$number" "the head's number"
fio_finish

step "it is removed for good"
echo 0 >"$HEAD_SYS/delayed_removal_secs"
echo 0 >"$(nvme_ns)/enable"
must_wait 20 "the head is gone" no_heads
must_wait 10 "its node is gone" not test -e "/dev/$HEAD"

step "another one with the same number"
echo "${NVME_UUID%ff}00" >"$(nvme_ns)/device_uuid"
echo 00000000-0000-0000-0000-000000000000 >"$(nvme_ns)/device_nguid"
echo 1 >"$(nvme_ns)/enable"
must_wait 30 "each controller has its disk" bed_complete
head_wait 2
[[ $(<"$MPATH/wwid") == *"${NVME_UUID%ff}00"* ]] || fail "wwid is $(<"$MPATH/wwid")"
fio_pass "/dev/$HEAD"
