# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 120
# SG_IO on the head goes down a path: data both ways, sense and errors come back as of a plain
# disk; what would bind the LUN to one path is refused, also when the command is changed while
# it is looked at. Openers may send what they may send to a plain disk, and no more.
mpath_load
bed_up 2
head_wait 2
dev=/dev/$HEAD
unprivileged() { setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"; }

sg_inq "$dev" >"$WORK/inquiry"
grep -q 'Product identification: scsi_debug' "$WORK/inquiry" || fail "INQUIRY said $(cat "$WORK/inquiry")"
equal "$(sg_readcap --brief "$dev")" "0x20000 0x200" "blocks and their size"
sg_turs "$dev"
sg_raw --request=4096 --outfile="$WORK/data" "$dev" 28 00 00 00 00 00 00 00 08 00
cmp "$WORK/data" <(dd if="$dev" bs=4096 count=1 iflag=direct status=none) || fail "READ (10) read something else"

step "data to the device"
head -c 4096 /dev/urandom >"$WORK/out"
sg_raw --send=4096 --infile="$WORK/out" "$dev" 2a 00 00 00 00 00 00 00 08 00
cmp "$WORK/out" <(dd if="$dev" bs=4096 count=1 iflag=direct status=none) || fail "WRITE (10) wrote something else"
guest/sg-io-check "$dev" || fail "not as it should be"

step "an error and its sense data"
refuses "nvalid field in cdb" sg_raw --request=96 "$dev" 12 01 55 00 60 00
step "what is for one path only"
for cdb in "16 00 00 00 00 00" "17 00 00 00 00 00" "56 00 00 00 00 00 00 00 00 00" "57 00 00 00 00 00 00 00 00 00"; do
	# shellcheck disable=SC2086 # bytes
	refuses "not supported" sg_raw "$dev" $cdb
done
step "what concerns all paths"
refuses "arameter list length error" sg_raw "$dev" 5f 00 00 00 00 00 00 00 18 00

step "a command that changes meanwhile"
guest/sg-io-flip "$dev" $((3000 / SLOW))

step "who may send what"
parted -s "$dev" mklabel gpt mkpart one 1MiB 20MiB
settle
must_wait 10 "partition 1" test -b "${dev}1"
chmod 644 "$dev" "${dev}1"
sg_inq "${dev}1" >/dev/null || fail "root cannot ask through a partition"
unprivileged sg_inq -r "$dev" >/dev/null || fail "who may read the disk cannot ask who it is"
unprivileged guest/sg-io-check --refused "$dev" "${dev}1" || fail "refused too little or too much"

step "no path"
settle # udev looks at what was open for writing
for i in 0 1; do bed_fail $i offline; done
refuses "unavailable" sg_raw --readonly "$dev" 00 00 00 00 00 00
