# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# Programs of 32 bits: their SG_IO has other sizes and pointers.
mpath_load
bed_up 2
head_wait 2
guest/sg-io-compat "/dev/$HEAD" || fail "not as it should be"
