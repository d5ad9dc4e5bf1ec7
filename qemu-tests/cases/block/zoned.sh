# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# A zoned LUN takes no part: its paths stay the disks that they are, and keep their zones.
mpath_load scsi_multipath_always=Y
bed_up 2 zbc=managed zone_size_mb=4 zone_nr_conv=2 lbpu=0 lbpws=0
no_heads || fail "there is a head"
for p in "${PATHS[@]}"; do
	d=$(disk_of "$p")
	equal "$(<"/sys/block/$d/hidden")" 0 "$d is hidden"
	equal "$(<"/sys/block/$d/queue/zoned")" host-managed "what $d is"
	equal "$(<"/sys/block/$d/mpath_verdict")" zoned "verdict of $d"
	klog_has "$p: $d: left alone: zoned" || fail "the log does not say so of $d"
	blkzone report "/dev/$d" | grep -c SEQ_WRITE
done
