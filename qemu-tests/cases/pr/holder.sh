# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors
#: timeout 180
# The path that holds the reservation dies: a type for the holder only moves to another path
# under I/O; any other is released through another path.
#
#   sdmpatha --+-- holder --x--+
#              +-- path -------+-- LUN 0
. guest/pr.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2

holder_index() {
	local i
	for i in 0 1; do [[ $(<"$HEAD_SYS/reservation_holder") != "${PATHS[$i]} "* ]] || echo "$i"; done
}
held_by_other() { local now; now=$(holder_index); [[ -n $now && $now != "$1" ]]; }

pr_out --register --param-sark="$MINE"
pr_out --reserve --param-rk="$MINE" --prout-type=1
pr_says type write-exclusive
holder=$(holder_index)
equal "$(path_state "${PATHS[$((1 - holder))]}")" barred "the state of the path that does not hold it"

bed_crowd
fio_start "/dev/$HEAD"
fail_moving "$holder"
must_wait 30 "the other path holds the reservation" held_by_other "$holder"
pr_reserved_by "$MINE" || fail "the LUN says: $(pr_reservation)"
fio_goes_on
bed_restore "$holder"
must_wait 40 "the old holder is back, and barred" state_is "${PATHS[$holder]}" barred
must_wait 10 "both are registered again" all_registered
fio_goes_on

step "another type, by the head's own key"
pr_out --preempt --param-rk="$MINE" --param-sark="$MINE" --prout-type=5
pr_says type write-exclusive-registrants-only
must_wait 10 "both paths are used" in_use "${PATHS[$((1 - holder))]}"
must_wait 10 "both are registered" all_registered
fio_goes_on

step "released without its holder"
holder=$(holder_index)
fail_moving "$holder"
pr_out --release --param-rk="$MINE" --prout-type=5
pr_free || fail "the LUN says: $(pr_reservation)"
pr_says state registered
bed_restore "$holder"
must_wait 40 "the old holder is back" is_back "${PATHS[$holder]}"
must_wait 10 "both are registered again" all_registered
fio_finish
pr_out --clear --param-rk="$MINE"
pr_says state none
