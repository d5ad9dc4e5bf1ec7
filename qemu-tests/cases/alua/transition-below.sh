# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors
# A port group is in transition, which the target says of each command (02/04/0A). The mid-layer does not
# give such a command back: it sends it down the same path again, every second, failfast or not
# (scsi_io_completion_action(), ACTION_DELAYED_REPREP), until
#
# - the target says something else,
# - the device is not running any more,
# - (max_retries + 1) * timeout is over, 180 s as a rule.
#
# So I/O that is under way when a transition begins is nobody's to move. Nothing is sent there after it,
# and in each of the three cases it goes on. With scsi_dh_alua, too, which lets I/O into a group in
# transition, and does not say so where sense data have told it.
#
#   sdmpatha --+-- path 0 -- group 1 --+
#              +-- path 1 -- group 2 --+-- LUN 0, made by hand
. guest/alua.sh
. guest/tcmu.sh
holds_io() { above "/sys/block/$second/mpath_oldest_ms" 1500; } # longer than from one try to the next
in_transition() {
	not_ready a
	groups_are 00 0f
	must_wait 30 "path 1 is transitioning" state_is "${PATHS[1]}" transitioning
	must_wait 10 "its state is transitioning" attribute_is "${PATHS[1]}" mpath_access_state transitioning
	must_wait 10 "it holds I/O" holds_io
	sent=$(sent_to "$second") moved=$(moved)
}
nothing_went_there() { equal "$(sent_to "$second")" "$sent" "what path 1 has got, from then on"; }
must_move() { # SECONDS
	must_wait "$1" "what path 1 has held moves" above "$HEAD_SYS/multipath_failover_count" "$moved"
	fio_goes_on 300
	nothing_went_there
}

begin() { # WHO: keeps the state
	tcmu_begin
	tcmu_two_groups "$1"
	second=$(disk_of "${PATHS[1]}")
	FIO_SIZE=1m FIO_RATE=100 fio_start "/dev/$HEAD"
	carries 1 || fail "path 1 carries nothing"
}
end() {
	fio_finish
	equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
}
ends_well() { # WHO
	step "$1: it ends, and the path is active"
	in_transition
	nothing_went_there
	path_1_is_used_again
	equal "$(moved)" "$moved" "I/Os that moved"
	must_wait 20 "who keeps the state" attribute_is "${PATHS[1]}" mpath_access_source "$1"

	step "$1: it ends, and the path is standby"
	in_transition
	not_ready b
	groups_are 00 02
	must_move 5
	path_1_is_used_again
}

begin report
ends_well report

step "the path is set offline meanwhile"
in_transition
bed_fail 1 offline
must_move 5
# Who sets it running again waits for it to be ready.
answers_well
bed_restore 1 offline
path_1_is_used_again

step "the path is removed meanwhile"
in_transition
SECONDS=0
bed_fail 1 delete
((SECONDS <= 5 * SLOW)) || fail "it took $SECONDS s to remove it"
must_wait 10 "it is gone" paths_are 1
fio_goes_on 300
above "$HEAD_SYS/multipath_failover_count" "$moved" || fail "no I/O moved"
answers_well
bed_restore 1 delete
must_wait 10 "it has a disk" disk_of "${PATHS[1]}"
second=$(disk_of "${PATHS[1]}")
must_wait 40 "it is back" in_use "${PATHS[1]}"
carries 1 || fail "path 1 carries nothing"

step "it does not end"
echo 0 >"/sys/class/scsi_disk/${PATHS[1]}/max_retries"
echo 10 >"$(sdev "${PATHS[1]}")/timeout"
in_transition
must_move 15
equal "$(path_state "${PATHS[1]}")" transitioning "the state of path 1"
path_1_is_used_again
end

tcmu_down
mpath_unload
alua_handler
begin handler
ends_well handler
end
