# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12 debug
#: timeout 150
#: allow path-errors
# One kind of command gets no answer on path 0, or an error of the transport; everything else
# works. Its time-out is not the caller's minute while another path is left.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 -----+-- LUN 0
mpath_load
bed_up 2
head_wait 2
dev=/dev/$HEAD
MODE_SENSE=(1a 00 08 00 ff 00)
inject() { echo "$2" >"$SD_INJECT/${PATHS[$1]}/error"; }
changes() { cat "/sys/block/$(disk_of "${PATHS[$1]}")/mpath_state_changes"; }

step "an error of the transport"
inject 0 '2 -1000000 0x1a 0x1 0 0 0 0 0'
equal "$(guest/sg-io-check --send "$dev" 60000 "${MODE_SENSE[@]}" | cut -d' ' -f1-3)" "0 0 0" "errno, host and status"
equal "$(changes 1)" 0 "changes of path 1"
must_wait 10 "path 0 is found fine by its probe" in_use "${PATHS[0]}"
equal "$(changes 0)" 2 "changes of path 0"

step "on both: each once, and the last error is the caller's"
inject 1 '2 -1000000 0x1a 0x1 0 0 0 0 0'
equal "$(guest/sg-io-check --send "$dev" 60000 "${MODE_SENSE[@]}" | cut -d' ' -f1-3)" "0 1 0" "errno, host and status"
for i in 0 1; do must_wait 10 "path $i is found fine by its probe" in_use "${PATHS[i]}"; done
equal "$(changes 0) $(changes 1)" "4 2" "changes of both"
inject 0 '- 2 0x1a'
inject 1 '- 2 0x1a'

step "no answer"
inject 0 '0 -1000000 0x1a'
read -r error host status seconds < <(guest/sg-io-check --send "$dev" 60000 "${MODE_SENSE[@]}")
equal "$error $host $status" "0 0 0" "errno, host and status"
((seconds >= 6 && seconds < 30 * SLOW)) || fail "it took $seconds s"
inject 0 '- 0 0x1a'
