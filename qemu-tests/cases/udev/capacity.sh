# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
# A LUN grows and tells of it by unit attentions. The rule of udev that `make install` brings
# has each path rescanned that was told, and the head follows, without an administrator.
like_an_installed_host
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
before=$(<"$HEAD_SYS/size")
echo 1 >"$SD_BUS"/drivers/scsi_debug/virtual_gb
grown() { read_one; read_one; above "$HEAD_SYS/size" "$before"; }
must_wait 30 "the head has grown" grown
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$(disk_of "$p")/size")" "$(<"$HEAD_SYS/size")" "size of $p"
	in_use "$p" || fail "$p is $(path_state "$p")"
done
