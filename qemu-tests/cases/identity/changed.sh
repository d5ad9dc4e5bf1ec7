# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: modes interpose clone
#: kernels 6.1 6.12
#: usual 6.12 6.1
#: timeout 180
#: allow path-errors
# While a path is away, another LUN is put in its place. When the path returns it
# answers under its old address, but it is asked who it is first: no I/O goes there.
#
#   sdmpatha --+-- path 0 -- portal 1 -- LUN X
#              +-- path 1 -- portal 2 -- LUN X, later LUN Y
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up
head_wait 2
other=/sys/kernel/config/target/core/fileio_9/other
tpg=$ISCSI_CFG/tpgt_2

swap() { # STORE: behind portal 2
	rm -f "$tpg"/lun/lun_0/*[a-z0-9]_store "$tpg"/lun/lun_0/[0-9a-f]*[0-9a-f] 2>/dev/null || true
	rmdir "$tpg/lun/lun_0"
	mkdir "$tpg/lun/lun_0"
	ln -s "$1" "$tpg/lun/lun_0/behind_store"
}
back() {
	iptables -F INPUT
	echo 0 >"$tpg/enable"
	swap "$ISCSI_STORE"
	echo 1 >"$tpg/enable"
	rmdir $other ${other%/*} 2>/dev/null || true
}
ISCSI_STORE=$(echo /sys/kernel/config/target/core/fileio_*/lun)
at_exit back

truncate -s 64M /run/other.img
mkdir -p $other
echo "fd_dev_name=/run/other.img,fd_dev_size=67108864,fd_buffered_io=1" >$other/control
echo deadbeef000000000000000000 >$other/wwn/vpd_unit_serial
echo 1 >$other/enable

fio_start "/dev/$HEAD"
before=$(moved)
bed_fail 1 tpg
must_wait "$BED_DETECT" "I/O moved" above "$HEAD_SYS/multipath_failover_count" "$before"
must_wait "$BED_DETECT" "the path is not used any more" not in_use "${PATHS[1]}"
swap $other
bed_restore 1 tpg
must_wait 60 "the session is back" iscsi_quiet
must_wait 60 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
fio_goes_on 300
fio_finish
cmp -n 67108864 /run/other.img /dev/zero || fail "the other LUN was written to"
