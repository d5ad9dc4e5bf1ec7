# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# A path fails that carries nothing: the first command that meets it tells. One that only asks
# is answered down the other path, one that writes fails as its path did; DM_MPATH_PROBE_PATHS
# has the path out of service before it returns.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 -----+-- LUN 0
mpath_load
bed_up 2
head_wait 2
dev=/dev/$HEAD
send() { guest/sg-io-check --send "$dev" 10000 "$@"; }
# A command is to meet the failed path before a probe does, such as asks after the errors that attaching
# a disk, or its return, has made. They are seen within two seconds and asked after within one more; the
# next probe comes half a minute after the last one.
no_probe_is_due() {
	local now p
	now=$(for p in "${PATHS[@]}"; do cat "/sys/block/$(disk_of "$p")/mpath_probes"; done)
	[[ $now == "${probes-}" ]] || probes=$now since=$SECONDS
	((SECONDS - since > 4))
}

step "a command that asks"
must_wait 20 "no probe is due" no_probe_is_due
bed_fail 0 transport
equal "$(send 12 00 00 00 60 00 | cut -d' ' -f1-3)" "0 0 0" "errno, host and status of INQUIRY"
must_wait 10 "path 0 is not used any more" not in_use "${PATHS[0]}"
klog_has "path ${PATHS[0]}.*-> suspect .a command failed on the way" || fail "nobody blamed path 0"
sg_turs "$dev"
bed_restore 0 transport
must_wait 30 "path 0 is used again" in_use "${PATHS[0]}"

step "a command that writes"
head -c 4096 /dev/urandom | dd of="$dev" bs=4096 oflag=direct status=none
before=$(dd if="$dev" bs=4096 count=1 iflag=direct status=none | sha256sum)
settle # udev looks at what was open for writing
must_wait 20 "no probe is due" no_probe_is_due
bed_fail 0 transport
read -r error host status _ < <(send 2a 00 00 00 00 00 00 00 08 00)
equal "$error $status" "0 0" "errno and status of WRITE"
((host != 0)) || fail "WRITE (10) did not fail on path 0"
must_wait 10 "path 0 is not used any more" not in_use "${PATHS[0]}"
equal "$(dd if="$dev" bs=4096 count=1 iflag=direct status=none | sha256sum)" "$before" "what was there before"
bed_restore 0 transport
must_wait 30 "path 0 is back" is_back "${PATHS[0]}"

step "all paths are asked"
settle
bed_fail 0 transport
read -r error seconds < <(guest/sg-io-check --probe "$dev")
equal "$error" 0 "with one left"
not in_use "${PATHS[0]}" || fail "path 0 is in use"
in_use "${PATHS[1]}" || fail "path 1 is not"
bed_fail 1 transport
read -r error seconds < <(guest/sg-io-check --probe "$dev")
equal "$error" -107 "ENOTCONN with none"
echo "took $seconds s"
refuses "unavailable" sg_raw --readonly "$dev" 00 00 00 00 00 00
