# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: allow left alone
# LUNs with the id and the size of a head, but of another vendor or with other blocks, are not merged.
#
#   sdmpatha -- path 0, 1 -- LUN X, made by hand
#   sdP ------- path 2 ----- of another vendor
#   sdP ------- path 3 ----- with blocks of 4096 bytes
. guest/tcmu.sh
mpath_load scsi_multipath_always=Y
tcmu_begin
page=$(page83 1 3 6001405abcdef0123456789abcdef012)
tcmu_path "$page"
tcmu_path "$page"
head_wait 2

refused() { # WHAT THEIRS OURS: the newest path
	local p=${PATHS[-1]} d
	d=$(disk_of "$p")
	settle
	paths_are 2 || fail "merged in spite of another $1"
	equal "$(<"/sys/block/$d/hidden")" 0 "$d is hidden"
	equal "$(<"/sys/block/$d/mpath_verdict")" "it contradicts the other paths of its id" "verdict of $d"
	klog_has "$HEAD: path $p .*refused: its $1 is $2, that of the head $3" || fail "the log does not say so"
}
step "vendor"
mkdir -p "$TCMU/2"
echo "8 $(hex_of 'SOMEBODY')" >"$TCMU/2/inquiry"
tcmu_path "$page"
refused vendor SOMEBODY HANDMADE

step "logical block size"
mkdir -p "$TCMU/3"
echo 4096 >"$TCMU/3/block"
tcmu_path "$page"
refused "logical block size" 4096 512
FIO_SIZE=1m fio_pass "/dev/$HEAD"
