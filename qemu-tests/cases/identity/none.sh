# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
# A LUN without VPD page 83 stays a plain disk, whatever is asked for, and the log says
# why: one that answers without identifiers, and one too old for such questions.
#
#   sda, sdb -- the same LUN without a serial number
#   sdc      -- a SCSI-2 disk
mpath_load scsi_multipath_always=Y
loop_init
loop_store x 32
loop_path x
loop_path x
must_wait 10 "two disks" plain_disks_are 2
modprobe scsi_debug scsi_level=3 uuid_ctl=2
must_wait 10 "three disks" plain_disks_are 3
settle
equal "$(heads)" "" "heads"
equal "$(klog | grep -c 'left alone: no VPD page 83')" 3 "lines in the log"
must_wait 10 "scsi_debug goes" modprobe -r scsi_debug
