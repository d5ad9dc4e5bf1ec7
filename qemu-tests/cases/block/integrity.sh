# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# Disks with protection information, down to the device (DIF type 1 with DIX): the head says so
# as its paths do, what is written is protected by the path, and I/O moves as ever.
mpath_load submit_mode="$MODE"
bed_up 2 dif=1 dix=1
head_wait 2
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$(disk_of "$p")/integrity/format")" T10-DIF-TYPE1-CRC "profile of $p"
done
equal "$(<"$HEAD_SYS/integrity/format")" T10-DIF-TYPE1-CRC "profile of the head"
equal "$(<"$HEAD_SYS/queue/stable_writes")" 1 "stable_writes of the head"
bed_crowd
fio_start "/dev/$HEAD"
fail_moving 0
fio_goes_on 100
bed_restore 0
must_wait 30 "path 0 is used again" is_back "${PATHS[0]}"
fio_finish
# The simulated device says so when it gets data without.
! klog_has 'Unprotected WR' || fail "not all was protected"
! klog_has '(guard|ref|app) tag error' || fail "a tag was wrong"
step "which it would say"
sg_raw --request=512 --outfile="$WORK/raw" --readonly "/dev/$HEAD" 28 00 00 00 00 00 00 00 01 00
must_wait 5 "a read without protection is told of" klog_has 'Unprotected RD'
