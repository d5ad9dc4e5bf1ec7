# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 120
# Which LUNs are taken: with ALUA by default, all with an identity if asked for, none if
# switched off.
#
#   sda, sdb -- LUN X without ALUA (TPGS 0)
#   sdc, sdd -- LUN Y with ALUA
taken() { # EXPECTED-HEADS EXPECTED-PLAIN-DISKS [PARAMETER...]
	local want=$1 plain=$2
	shift 2
	mpath_load "$@"
	must_wait 10 "$want heads" heads_are "$want"
	must_wait 10 "$plain plain disks" plain_disks_are "$plain"
	mpath_unload
	settle
}
# With vpd_use_hostno=1 scsi_debug does not claim ALUA; the UUID stays one for all.
modprobe scsi_debug add_host=2 per_host_store=0 vpd_use_hostno=1 uuid_ctl=2
must_wait 10 "two disks" plain_disks_are 2
sg_inq /dev/sda | grep -q TPGS=0 || fail "the bed claims ALUA"
bed_up 2

taken 1 2
taken 2 0 scsi_multipath_always=Y
taken 0 4 scsi_multipath=N
taken 2 0 scsi_multipath=N scsi_multipath_always=Y
must_wait 10 "scsi_debug goes" modprobe -r scsi_debug
