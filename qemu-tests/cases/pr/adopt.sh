# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
# A head that is made anew, as after a reboot, adopts the registration and the reservation that
# the LUN has kept, and disturbs neither.
. guest/pr.sh
mpath_load
bed_up 2
head_wait 2
pr_out --register --param-sark="$MINE" --param-aptpl
pr_out --reserve --param-rk="$MINE" --prout-type=5
refuses "busy" bash -c "echo 0x5 >$HEAD_SYS/reservation_key"
for nonsense in 0 x none1 0xabcg 0x12345678901234567 '0xabc 1'; do
	refuses "nvalid argument" bash -c "echo '$nonsense' >$HEAD_SYS/reservation_key"
done
pr_says key 0x0000000000000abc
holder=$(<"$HEAD_SYS/reservation_holder")

mpath_unload
mpath_load
bed_paths
head_wait 2
pr_says state none
refuses "No such file" bash -c "echo 0x5 >$HEAD_SYS/reservation_key"
echo "$MINE" >"$HEAD_SYS/reservation_key"
pr_says state reserved
pr_says type write-exclusive-registrants-only
equal "$(cut -d' ' -f1 "$HEAD_SYS/reservation_holder")" "${holder%% *}" "the holder"
all_registered || fail "a path is not registered"
equal "$(pr_keys "$MINE")" 2 "nexuses with the key"
[[ $(sg_persist --no-inquiry --in --report-capabilities "/dev/$HEAD") == *'PTPL_A): 1'* ]] ||
	fail "it does not survive a loss of power any more"

echo none >"$HEAD_SYS/reservation_key"
pr_says state none
equal "$(pr_keys "$MINE")" 2 "nexuses with the key, forgotten or not"
echo "$MINE" >"$HEAD_SYS/reservation_key"
pr_out --clear --param-rk="$MINE"
pr_free || fail "the LUN says: $(pr_reservation)"
