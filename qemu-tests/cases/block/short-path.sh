# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 200
#: allow path-errors
# One path, and no other, is write-protected, or ends sooner: the LUN is not for the head to judge, but I/O that
# fails there goes well elsewhere. So the path is used where nothing better is left, and says why.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0, made by hand: down path 1 with another face
. guest/tcmu.sh
mpath_load iopolicy=round-robin
tcmu_begin
page=$(page83 1 3 6001405abcdef0123456789abcdef012)
tcmu_path "$page"
tcmu_path "$page"
head_wait 2
rescan() { echo 1 >"$(sdev "${PATHS[$1]}")/rescan"; }
ro_is() { is "$HEAD_SYS/ro" "$1"; }
is_spared() {
	must_wait 20 "path 1 is spared" state_is "${PATHS[1]}" marginal
	equal "$(<"/sys/block/$(disk_of "${PATHS[1]}")/mpath_state_reason")" \
		"its disk is smaller than the head, or write-protected" "why"
	klog_has "sdmpatha: path ${PATHS[1]}.*until all paths agree" || fail "the log does not say so"
}
# Writes to all of the LUN.
all_can_be_written() { dd if=/dev/zero of="/dev/$HEAD" bs=64k count=256 oflag=direct conv=notrunc status=none; }

step "write-protected"
touch "$TCMU/1/readonly"
rescan 1
is_spared
ro_is 0 || fail "the head is read only"
all_can_be_written
step "and that is over"
rm "$TCMU/1/readonly"
rescan 1
must_wait 20 "path 1 is used again" in_use "${PATHS[1]}"

step "it ends sooner"
echo 1024 >"$TCMU/1/blocks"
rescan 1
is_spared
all_can_be_written
step "and that is over"
rm "$TCMU/1/blocks"
rescan 1
must_wait 20 "path 1 is used again" in_use "${PATHS[1]}"

step "both are write-protected"
touch "$TCMU/0/readonly" "$TCMU/1/readonly"
rescan 0
must_wait 20 "the head is read only" ro_is 1
for p in "${PATHS[@]}"; do must_wait 10 "$p is used" in_use "$p"; done
