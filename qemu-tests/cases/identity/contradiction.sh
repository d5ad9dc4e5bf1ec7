# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: allow left alone
# Two LUNs that claim one identity but differ in capacity or product are not merged: the
# second stays a plain disk, one line in the log says what differs, no data is touched.
#
#   sdmpatha -- path 0 --+
#              path 1 ---+-- LUN X, 64 MB
#   sdP -------------------- LUN Y, 32 MB, the same NAA id
mpath_load
loop_init
loop_store x 64 "$LOOP_SERIAL"
loop_path x
loop_path x
head_wait 2
fio_pass "/dev/$HEAD"

contradicts() { # WORD: the newest path, and what the log must say
	local d
	d=$(disk_of "${PATHS[-1]}")
	settle
	paths_are 2 || fail "merged in spite of another $1"
	equal "$(<"/sys/block/$d/hidden")" 0 "$d is hidden"
	equal "$(klog | grep -ciE "sdmpatha.*$1|$1.*sdmpatha")" 1 "lines in the log about $1"
	head -c 64k "/dev/$d" | cmp -n 65536 - /dev/zero || fail "data of the other LUN was touched"
}
step "capacity"
loop_store y 32 "$LOOP_SERIAL"
loop_path y
contradicts capacity

step "product"
modprobe target_core_mod
loop_store z 64 "$LOOP_SERIAL" emulate_model_alias=1
loop_path z
contradicts product
fio_pass "/dev/$HEAD"
