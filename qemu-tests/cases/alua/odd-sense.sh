# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 300
#: allow path-errors
# What a target may say of its port groups by sense data of one path, and by reports that LIO never
# writes: no I/O fails, the path is left and used again, and nonsense is not believed.
#
#   sdmpatha --+-- path 0 -- group 1 --+
#              +-- path 1 -- group 2 --+-- LUN 0, made by hand
. guest/alua.sh
. guest/tcmu.sh
asked() { above "$HEAD_SYS/mpath_port_group_reports" "$1"; }

tcmu_begin
tcmu_two_groups report
FIO_SIZE=1m FIO_RATE=100 fio_start "/dev/$HEAD"
carries 1 || fail "path 1 carries nothing"

while read -r ascq state word; do
	step "04/$ascq: $word"
	groups_are 00 "$state"
	not_ready "$ascq"
	must_wait 30 "path 1 is standby" state_is "${PATHS[1]}" standby
	must_wait 30 "its state is $word" attribute_is "${PATHS[1]}" mpath_access_state "$word"
	fio_goes_on 100
	path_1_is_used_again
done <<-END
	b 02 standby
	c 03 unavailable
END

for ascq in 6 7; do
	step "unit attention 2A/0$ascq"
	before=$(counter mpath_port_group_reports)
	must_wait 30 "the LUN has just been asked, so that it is not for 20 s" asked "$before"
	groups_are 00 01
	sense_is "2a 6 2a $ascq 1"
	must_wait 10 "path 1 is known to be non-optimized" state_is "${PATHS[1]}" usable-nonoptimized
	idle 1 || fail "the non-optimized path carries I/O"
	groups_are 00 00
	must_wait 40 "path 1 is used again" in_use "${PATHS[1]}"
done

while read -r hex what; do
	step "$what"
	before=$(counter mpath_port_group_reports)
	report_is "$hex"
	must_wait 50 "it has been heard" asked "$before"
	fio_goes_on 50
	for p in "${PATHS[@]}"; do equal "$(path_state "$p")" usable "the state of $p"; done
done <<-END
	00000000 no groups
	7fffffff$(group 1 02 | head -c 12) a report that is cut off in its first group
	00000018$(group 1 05)$(group 2 06) states that do not exist
	00000018$(group 2 02)$(group 2 00) a group that is in two states
END
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
