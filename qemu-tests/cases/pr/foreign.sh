# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors|(critical nexus|reservation conflict) error, dev sd|(I/O|Buffer I/O) error.* sdmpatha
#: timeout 300
# Another initiator preempts the head, or clears the LUN, in the middle of I/O and while paths fail at
# random. A head that is preempted lets nothing through and registers no path again, until it is told
# to; one whose reservation is cleared goes on as if it had never had one.
#
#   fio --- sdmpatha --+-- path --x--+
#                      +-- path --x--+-- LUN 0
#   the other initiator -------------+
. guest/pr.sh
other_initiator
mpath_load iopolicy=round-robin
head_paths_up
RANDOM=${SEED:-815}
# shellcheck disable=SC2034  # pr_in looks at it
PR_DEV=$OTHER_SG

# What has been done to its nexus it is told first, one unit attention for each command.
other_does() { must_wait 10 "the other one: $*" pr_out_on "$OTHER_SG" "$@"; }
fio_ended() { ! kill -0 "$FIO_PID" 2>/dev/null; }
begins() { # TYPE
	succeeds --register-ignore --param-sark="$MINE"
	succeeds --reserve --param-rk="$MINE" --prout-type="$1"
	fio_start "/dev/$HEAD"
	other_does --register-ignore --param-sark="$THEIRS"
	fio_goes_on $((RANDOM % 300 + 1))
}
# LIO waits for itself when it preempts and aborts for tcm_loop.
preempt=--preempt
[[ $BED == tcm_loop ]] || preempt=--preempt-abort

bed_crowd
trouble_begin "${OURS[@]}"
for type in 5 7 6; do
	step "preempted, type $type"
	begins $type
	other_does $preempt --param-rk="$THEIRS" --param-sark="$MINE" --prout-type=5
	must_wait 60 "the writer ends" fio_ended
	rc=0
	wait "$FIO_PID" || rc=$?
	((rc)) || fail "the writer has seen no error"
	FIO_PID=''
	must_wait 10 "the head knows" pr_is state preempted
	pr_says key none
	must_wait 20 "no nexus has the head's key" pr_keys_are "$MINE" 0
	refuses "nvalid exchange" dd if=/dev/zero of="/dev/$HEAD" bs=4k count=1 oflag=direct
	pr_reserved_by "$THEIRS" || fail "the LUN says: $(pr_reservation)"

	step "and back"
	succeeds --register-ignore --param-sark="$MINE"
	succeeds --preempt --param-rk="$MINE" --param-sark="$THEIRS" --prout-type=$type
	pr_says state reserved
	pr_keys_are "$THEIRS" 0 || fail "the other key is still there"
	fio_pass "/dev/$HEAD"
	succeeds --clear --param-rk="$MINE"

	step "cleared, type $type"
	begins $type
	other_does --clear --param-rk="$THEIRS"
	fio_goes_on 100
	must_wait 40 "the head knows" pr_is state preempted
	pr_says key none
	pr_keys_are "$MINE" 0 || fail "a nexus has the head's key"
	pr_free || fail "the LUN says: $(pr_reservation)"
	fio_finish
done
trouble_end
for i in "${OURS[@]}"; do must_wait 40 "path $i is used" is_back "${PATHS[$i]}"; done
equal "$(pr_keys "$MINE")" 0 "nexuses with the head's key"
other_done
