# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors|(critical nexus|reservation conflict) error, dev sd[a-z]+,
#: timeout 240
# Paths fail at random while the reservation is made, changed, moved and given up, under I/O that
# must not notice: what is asked for succeeds, and in the end everything is as it was asked for.
. guest/pr.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
RANDOM=${SEED:-4711}

trouble_begin 0 1
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
trouble_end
fio_finish
must_wait 10 "all paths are registered" all_registered
equal "$(pr_keys "$MINE")" 2 "nexuses with the key"
pr_free || fail "the LUN says: $(pr_reservation)"
succeeds --clear --param-rk="$MINE"
pr_says state none
