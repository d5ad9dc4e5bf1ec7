# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# Neither target has reservations: it is seen in the trace that one path gets what was asked for, as it
# was asked for, once. What reads has no ioctl and is since 6.5; LIO asks, which hands its initiators'
# questions to the disk it serves.
. guest/nvme-trace.sh
mpath_load
bed_up
head_wait 2
case $(uname -r) in 6.1.*) words=no ;; *) words=yes ;; esac
# How the trace of newer kernels has the command's double words 10 and 11, and that of older ones.
seen() { # COMMAND WORDS BYTES
	local -; set +x
	local arguments=$2
	[[ $words == yes ]] || arguments="cdw10=$3 "
	equal "$(commands "disk=nvme[0-9]+n1, .*nsid=1,.*cmd=\($1 $arguments")" 1 "times that a path has seen $1 $arguments"
	equal "$(commands "cmd=\(nvme_cmd_resv_")" 1 "commands about reservations"
}
ask() { # IOCTL...
	local -; set +x
	local said
	watch_commands
	said=$(guest/pr-ioctl "/dev/$HEAD" "$@")
	[[ $said != 0 && $said != ENOTTY ]] || fail "$*: $said"
}

step "what changes"
ask register 0 1
seen nvme_cmd_resv_register 'rrega=0, iekey=0, ptpl=3' '00 00 00 c0'
ask register 1 0
seen nvme_cmd_resv_register 'rrega=2, iekey=0, ptpl=3' '02 00 00 c0'
ask ignore 2
seen nvme_cmd_resv_register 'rrega=0, iekey=1, ptpl=3' '08 00 00 c0'
ask reserve 1 3
seen nvme_cmd_resv_acquire 'racqa=0, iekey=0, rtype=3' '00 03 00 00'
ask preempt 1 2 1
seen nvme_cmd_resv_acquire 'racqa=1, iekey=0, rtype=1' '01 01 00 00'
ask preempt-abort 1 2 6
seen nvme_cmd_resv_acquire 'racqa=2, iekey=0, rtype=6' '02 06 00 00'
ask release 1 3
seen nvme_cmd_resv_release 'rrela=0, iekey=0, rtype=3' '00 03 00 00'
ask clear 1
seen nvme_cmd_resv_release 'rrela=1, iekey=0, rtype=0' '01 00 00 00'
[[ $words == yes ]] || exit 0

step "what reads"
CORE=/sys/kernel/config/target/core/iblock_0
TPG=/sys/kernel/config/target/loopback/naa.5001405900000000/tpgt_1
disk=
lio_gone() {
	rm -f $TPG/lun/lun_0/store
	rmdir $TPG/lun/lun_0 $TPG ${TPG%/*} $CORE/head $CORE
	wait_for 20 not test -e "$disk"
} 2>/dev/null
at_exit lio_gone
modprobe -a target_core_mod target_core_iblock tcm_loop sg
mkdir -p $CORE/head
echo "udev_path=/dev/$HEAD" >$CORE/head/control
echo "/dev/$HEAD" >$CORE/head/udev_path
echo 1 >$CORE/head/enable
echo 0 >$CORE/head/attrib/pgr_support
mkdir -p $TPG
echo naa.6001405900000000 >$TPG/nexus
mkdir $TPG/lun/lun_0
ln -s $CORE/head $TPG/lun/lun_0/store
sg() { echo "/sys/bus/scsi/devices/$(<$TPG/address):0/scsi_generic/"sg*; }
is_there() { disk=$(sg) && [[ -e $disk ]]; }
must_wait 20 "LIO's disk" is_there
settle
inquire() { # QUESTION
	watch_commands
	if sg_persist --no-inquiry --in "$1" "/dev/${disk##*/}"; then fail "$1: the target has no reservations"; fi
}
# A head of 64 bytes, and 64 for each registrant, of which LIO has space for 16.
inquire --read-keys
seen nvme_cmd_resv_report 'numd=271, eds=1'
inquire --read-reservation
seen nvme_cmd_resv_report 'numd=15, eds=1'
