# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
# SG_IO on the head goes down a path: data, sense and errors come back; what may not pass
# is refused, also when the command is changed while it is looked at.
mpath_load
bed_up 2
head_wait 2
dev=/dev/$HEAD

sg_inq "$dev" >"$WORK/inquiry"
grep -q 'Product identification: scsi_debug' "$WORK/inquiry" || fail "INQUIRY said $(cat "$WORK/inquiry")"
equal "$(sg_readcap --brief "$dev")" "0x20000 0x200" "blocks and their size"
sg_turs "$dev"
sg_raw --request=4096 --outfile="$WORK/data" "$dev" 28 00 00 00 00 00 00 00 08 00
cmp "$WORK/data" <(dd if="$dev" bs=4096 count=1 iflag=direct status=none) || fail "READ (10) read something else"

step "an error and its sense data"
refuses "nvalid field in cdb" sg_raw --request=96 "$dev" 12 01 55 00 60 00
step "what may not pass"
refuses "not supported" sg_raw "$dev" 5f 00 00 00 00 00 00 00 18 00
refuses "not supported" sg_raw "$dev" 04 00 00 00 00 00
refuses "nvalid argument" sg_raw --send=512 --infile=/dev/zero "$dev" 28 00 00 00 00 00 00 00 01 00

step "a command that changes meanwhile"
guest/sg-io-flip "$dev" $((3000 / SLOW))

step "no path"
for i in 0 1; do bed_fail $i offline; done
refuses "unavailable" sg_raw "$dev" 00 00 00 00 00 00
