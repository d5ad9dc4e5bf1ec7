# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.12 debug
#: allow path-errors
#: timeout 150
# A target of the kernel exports the head and leaves reservations to it (LIO's iblock; on 6.1 none
# can): what an initiator of that target registers, reserves and reads is the head's. To read, any
# path will do, also when the first one dies of it.
#
#   upper --- sdmpatha --+-- path 0 --x--+
#                        +-- path 1 -----+-- LUN 0
. guest/pr.sh
modprobe -a target_core_iblock sg
mpath_load iopolicy=numa deny=wwid=naa.6001405deadbeef*
bed_up 2
head_wait 2

upper=$LOOP_CORE/iblock_8/upper
upper_down() {
	rm -f "$(loop_tpg 2)/lun/lun_0/store"
	rmdir "$(loop_tpg 2)/lun/lun_0" "$upper"
}
at_exit upper_down
mkdir -p "$upper"
echo "udev_path=/dev/$HEAD" >"$upper/control"
echo deadbeef000000000000000000 >"$upper/wwn/vpd_unit_serial"
echo 1 >"$upper/enable"
echo 0 >"$upper/attrib/pgr_support" # not LIO's own
LOOP_HBA=iblock_8 loop_path upper
settle
# shellcheck disable=SC2034  # all_registered leaves it out
OTHER=${PATHS[2]}
sg=$(sg_of "$OTHER")
carrier() { # the path that a command goes down
	local i before=()
	for i in 0 1; do before[i]=$(sent_to "$(disk_of "${PATHS[i]}")"); done
	read_one
	for i in 0 1; do ! sent_above "$(disk_of "${PATHS[i]}")" "${before[i]}" || echo $i; done
}
reads() { sg_persist --no-inquiry --in "$@" "$sg"; }

pr_out_on "$sg" --register --param-sark="$MINE"
pr_says key 0x0000000000000abc
pr_out_on "$sg" --reserve --param-rk="$MINE" --prout-type=5
pr_says type write-exclusive-registrants-only
equal "$(reads --read-keys | grep -c "^ *$MINE\$")" 2 "keys as the target reads them"
[[ $(reads --read-reservation) == *"Key=$MINE"*"Write Exclusive, registrants only"* ]] ||
	fail "the target reads $(reads --read-reservation)"

for question in read-keys read-reservation; do
	step "--$question meets a path that has died"
	dies=$(carrier)
	equal "$(path_state "${PATHS[dies]}")" usable "the state of path $dies"
	bed_fail "$dies"
	[[ $(reads --$question) == *"$MINE"* ]] || fail "no answer"
	not in_use "${PATHS[dies]}" || fail "nobody blames path $dies"
	bed_restore "$dies"
	must_wait 40 "path $dies is back" is_back "${PATHS[dies]}"
	must_wait 10 "all are registered" all_registered
done
pr_out_on "$sg" --release --param-rk="$MINE" --prout-type=5
pr_out_on "$sg" --clear --param-rk="$MINE"
pr_says state none
