# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# Identifiers that several LUNs may share never make paths of two disks, whatever is
# asked for: a T10 vendor identification and a locally assigned NAA are all there is.
#
#   sda, sdb -- the same ids, perhaps the same LUN, perhaps not
mpath_load scsi_multipath_always=Y
bed_up 2 uuid_ctl=0
sg_vpd -p di_lu "/dev/$(disk_of "${PATHS[0]}")" >"$WORK/id"
grep -q 'T10 vendor identification' "$WORK/id" || fail "the bed has no T10 id"
grep -q '0x3' "$WORK/id" || fail "the bed has no locally assigned NAA"
if grep -qE 'UUID|EUI' "$WORK/id"; then fail "the bed has a strong id"; fi
equal "$(plain_disks | wc -l)" 2 "plain disks"
equal "$(heads)" "" "heads"
equal "$(klog | grep -c 'left alone: VPD page 83')" 2 "lines in the log"
