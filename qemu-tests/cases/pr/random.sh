# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors|critical nexus error, dev sd[a-z]+,
#: timeout 240
# Paths fail at random while the reservation is made, changed, moved and given up, under I/O that
# must not notice: what is asked for succeeds, and in the end everything is as it was asked for.
. guest/pr.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
RANDOM=${SEED:-4711}

# One path at a time, and which is chance.
while sleep 0.3; do
	i=$((RANDOM % 2)) kind=${BED_KINDS[0]}
	bed_fail "$i" "$kind"
	sleep $((RANDOM % 2 + 1))
	bed_restore "$i" "$kind"
	wait_for 40 is_back "${PATHS[$i]}" || exit 1
	[[ ! -e $WORK/enough ]] || exit 0
done >"$WORK/paths.log" 2>&1 &
trouble=$!

# A command may find that its only path has just died: then again.
succeeds() { must_wait 40 "$*" pr_out "$@"; }
pr_out --register --param-sark="$MINE"
bed_crowd
fio_start "/dev/$HEAD"
for type in 5 1 6 3 7 8; do
	succeeds --reserve --param-rk="$MINE" --prout-type=$type
	fio_goes_on 50
	succeeds --release --param-rk="$MINE" --prout-type=$type
	pr_free || fail "the LUN says: $(pr_reservation)"
	succeeds --reserve --param-rk="$MINE" --prout-type=5
	succeeds --preempt --param-rk="$MINE" --param-sark="$MINE" --prout-type=6
	pr_says type exclusive-access-registrants-only
	succeeds --register-ignore --param-sark=0x77
	succeeds --register-ignore --param-sark="$MINE"
	succeeds --release --param-rk="$MINE" --prout-type=6
done
touch "$WORK/enough"
wait $trouble || fail "a path did not come back: $(tail -3 "$WORK/paths.log")"
fio_finish
must_wait 10 "all paths are registered" all_registered
equal "$(pr_keys "$MINE")" 2 "nexuses with the key"
pr_free || fail "the LUN says: $(pr_reservation)"
succeeds --clear --param-rk="$MINE"
pr_says state none
