# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors|reservation conflict error|critical nexus error|I/O error|Buffer I/O error
#: timeout 180
# Another initiator removes the head's key under I/O, while one of its paths is away. The writer
# gets an error, no path is blamed, and the path that comes back is not registered again.
#
#   fio --- sdmpatha --+-- path -----+
#                      +-- path --x--+-- LUN 0
#   the other initiator -------------+
. guest/pr.sh
other_initiator
mpath_load iopolicy=round-robin
head_paths_up

pr_out --register --param-sark="$MINE"
pr_out --reserve --param-rk="$MINE" --prout-type=5
refuses "Reservation Conflict" sg_raw --send=512 --infile=/dev/zero "$OTHER_SG" 2a 00 00 01 ff f0 00 00 01 00
pr_out_on "$OTHER_SG" --register --param-sark="$THEIRS"

bed_crowd
fio_start "/dev/$HEAD"
fail_moving "${OURS[1]}"
fio_goes_on
# LIO waits for itself when it preempts and aborts for tcm_loop.
preempt=--preempt
[[ $BED == tcm_loop ]] || preempt=--preempt-abort
pr_out_on "$OTHER_SG" $preempt --param-rk="$THEIRS" --param-sark="$MINE" --prout-type=5
fio_ended() { ! kill -0 "$FIO_PID" 2>/dev/null; }
must_wait 60 "the writer ends" fio_ended
rc=0
wait "$FIO_PID" || rc=$?
((rc)) || fail "the writer has seen no error"
FIO_PID=''
must_wait 10 "the head knows" pr_is state preempted
pr_says key none
equal "$(path_state "${PATHS[${OURS[0]}]}")" usable "the state of the path that was not blamed"

bed_restore "${OURS[1]}"
must_wait 40 "the path is back" is_back "${PATHS[${OURS[1]}]}"
# shellcheck disable=SC2034  # pr_keys looks at it
PR_DEV=$OTHER_SG
equal "$(pr_keys "$MINE")" 0 "nexuses with the head's key"
equal "$(pr_keys "$THEIRS")" 1 "nexuses with the other key"
refuses "nvalid exchange" dd if=/dev/zero of="/dev/$HEAD" bs=4k count=1 oflag=direct
pr_out_on "$OTHER_SG" --clear --param-rk="$THEIRS"
dd if=/dev/zero of="/dev/$HEAD" bs=4k count=1 oflag=direct status=none
other_done
