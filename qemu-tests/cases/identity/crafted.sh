# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow left alone
# Pages 83 as no target of the beds writes them: which id is taken of several, and which pages
# give none. Two paths each, made by hand.
#
#   two paths -- one LUN with the page, or not one LUN
. guest/tcmu.sh
mpath_load scsi_multipath_always=Y
naa6=6001405abcdef0123456789abcdef012
naa5=5001405abcdef012
naa3=3001405abcdef012
eui8=0011223344556677
eui16=$eui8$eui8
uuid=100000112233445566778899aabbccddeeff
name=$(hex_of iqn.2026-01.org.example:hand)
t10=$(hex_of HANDMADEsomething)
filler=$(printf '42%.0s' {1..200})
fillers=(2 1 "$filler" 2 1 "$filler" 2 1 "$filler" 2 1 "$filler" 2 1 "$filler" 2 1 "$filler")

try() { # WHAT WWID|VERDICT HEX
	local p
	step "$1"
	tcmu_begin
	tcmu_path "$3"
	tcmu_path "$3"
	if [[ $2 == *' '* ]]; then
		settle
		equal "$(heads)" "" "heads"
		for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$(disk_of "$p")/mpath_verdict")" "$2" "verdict of $p"; done
	else
		head_wait 2
		equal "$(<"$MPATH/wwid")" "$2" "wwid"
		read_one
	fi
	tcmu_down
	must_wait 20 "no heads" no_heads
}
try "the longest NAA, wherever it is" "naa.$naa6" "$(page83 2 1 "$t10" 1 3 $naa5 1 2 $eui8 1 3 $naa6)"
try "NAA before EUI-64" "naa.$naa5" "$(page83 1 2 $eui16 1 3 $naa5)"
try "the longer EUI-64" "eui.$eui16" "$(page83 1 2 $eui8 1 2 $eui16)"
try "a UUID, not the locally assigned NAA" uuid.00112233445566778899aabbccddeeff "$(page83 1 3 $naa3 1 10 $uuid)"
try "a name" iqn.2026-01.org.example:hand "$(page83 2 1 "$t10" 3 8 "$name")"
try "the id of the logical unit, not that of the port" "naa.$naa5" "$(page83 1 $((0x13)) $naa6 1 3 $naa5)"
try "at the end of a long page" "naa.$naa6" "$(page83 "${fillers[@]}" 1 3 $naa6)"
weak="VPD page 83 has only designators that several LUNs may share"
try "ids that several may share" "$weak" "$(page83 2 1 "$t10" 1 3 $naa3)"
try "an id that was never written" "$weak" "$(page83 1 3 60000000000000000000000000000000)"
try "an id in the wrong code set" "$weak" "$(page83 2 3 $naa6)"
try "no designators" "no VPD page 83 designator of the logical unit" "$(page83)"
try "a designator that ends beyond the page" "VPD page 83 is malformed" "008300140103001f$naa6"

step "one that changes while the path is in use"
tcmu_begin
tcmu_path "$(page83 1 3 $naa6)"
tcmu_path "$(page83 1 3 $naa6)"
head_wait 2
page83 1 3 $naa5 >"$TCMU/1/vpd83"
echo "0 6 3f 3 1" >"$TCMU/1/sense" # INQUIRY data has changed
sg_turs "$(sg_of "${PATHS[1]}")" || true
must_wait 10 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
equal "$(path_state "${PATHS[0]}")" usable "the state of the other path"
read_one
tcmu_down
