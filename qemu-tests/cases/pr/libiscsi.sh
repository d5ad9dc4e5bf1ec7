# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# libiscsi's tests of persistent reservations, by SG_IO: what a plain disk of the bed passes, the
# head passes, with both paths and with one.
#
# Those about two initiators (ProutReserve.Access*, .Ownership*, ProutPreempt, Reserve6.2Initiators)
# are made for libiscsi's own sessions and skip every block device: pr/fence and pr/ioctl have the
# second initiator. Reserve6 is about what the head refuses (pr/ioctl).
. guest/pr.sh
suites=(PrinReadKeys PrinServiceactionRange PrinReportCapabilities ProutRegister ProutReserve ProutClear)

# Lines "SUITE.TEST" that it has passed; what was skipped is not among them.
passes() { # DEVICE
	local suite
	for suite in "${suites[@]}"; do
		iscsi-test-cu --dataloss --test="SCSI.$suite.*" "$1" || true
	done >"$WORK/tests" 2>&1
	awk '/^Suite: / { suite = $2 }
		$1 == "Test:" { test = suite "." $2; skipped = 0 }
		/SKIPPED/ { skipped = 1 }
		/passed$/ && test { if (!skipped) print test; test = "" }
		/FAILED$/ { test = "" }' "$WORK/tests"
	cat "$WORK/tests" >&2
}
bed_up 2
plain=$(passes "/dev/$(disk_of "${PATHS[0]}")")
for suite in "${suites[@]}"; do
	[[ $plain == *"$suite."* ]] || fail "the plain disk passes nothing of $suite"
done

mpath_load iopolicy=round-robin
head_wait 2
step "two paths"
equal "$(passes "/dev/$HEAD")" "$plain" "what the head passes"
pr_says state none

step "one path"
bed_fail 1
# Who sends nothing down a path hears of nothing: half a minute may pass until it is asked.
is_met() { timeout 10 dd if="/dev/$HEAD" bs=4k count=8 iflag=direct of=/dev/null status=none; ! in_use "${PATHS[1]}"; }
must_wait "$BED_DETECT" "path 1 is not used" is_met
equal "$(passes "/dev/$HEAD")" "$plain" "what the head passes"
pr_says state none
bed_restore 1
must_wait 40 "path 1 is back" is_back "${PATHS[1]}"
pr_free || fail "the LUN says: $(pr_reservation)"
