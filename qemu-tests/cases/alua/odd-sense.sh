# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels none
#: timeout 300
#: allow path-errors
# What a target may say of its port groups by sense data of one path, and by reports that LIO never
# writes: no I/O fails, the path is left and used again, and nonsense is not believed.
#
#   sdmpatha --+-- path 0 -- group 1 --+
#              +-- path 1 -- group 2 --+-- LUN 0, made by hand
# Run by nobody but who asks for it by its name with another `kernels`: after 04/0A (transitioning) an
# I/O stays with the path for more than a minute, on 6.1 and 6.12, and it is not known yet whose that is.
. guest/alua.sh
. guest/tcmu.sh
says() { # HEX: what both paths answer to REPORT TARGET PORT GROUPS
	local n
	for n in 0 1; do
		echo "$1" >"$TCMU/$n/rtpg.new"
		mv "$TCMU/$n/rtpg.new" "$TCMU/$n/rtpg"
	done
}
group() { printf '%s9f%04x00000001%08x' "$2" "$1" "$1"; } # ID STATE
groups() { says "00000018$(group 1 "$1")$(group 2 "$2")"; }
path_says() { # LINE...: of the sense data of path 1
	printf '%s\n' "$@" >"$TCMU/1/sense.new"
	mv "$TCMU/1/sense.new" "$TCMU/1/sense"
}
asked() { above "$HEAD_SYS/mpath_port_group_reports" "$1"; }

tcmu_begin
mkdir -p "$TCMU"/{0,1}
groups 00 00
mpath_load iopolicy=round-robin
for n in 0 1; do tcmu_path "$(page83 1 3 6001405abcdef0123456789abcdef012 1 $((0x14)) "$(printf %08x $((n + 1)))" 1 $((0x15)) "$(printf %08x $((n + 1)))")"; done
head_wait 2
for n in 0 1; do must_wait 10 "the group of path $n" attribute_is "${PATHS[n]}" mpath_target_port_group $((n + 1)); done
must_wait 40 "who keeps the state" attribute_is "${PATHS[1]}" mpath_access_source report
FIO_SIZE=1m FIO_RATE=100 fio_start "/dev/$HEAD"
carries 1 || fail "path 1 carries nothing"

while read -r ascq state shown word; do
	step "04/$ascq: $word"
	groups 00 "$state"
	path_says "0 2 4 $ascq 0" "28 2 4 $ascq 0" "2a 2 4 $ascq 0"
	must_wait 30 "path 1 is $shown" state_is "${PATHS[1]}" "$shown"
	must_wait 30 "its state is $word" attribute_is "${PATHS[1]}" mpath_access_state "$word"
	fio_goes_on 100
	groups 00 00
	path_says
	must_wait 40 "path 1 is used again" in_use "${PATHS[1]}"
	carries 1 || fail "path 1 carries nothing"
done <<-END
	b 02 standby standby
	c 03 standby unavailable
	a 0f transitioning transitioning
END

for ascq in 6 7; do
	step "unit attention 2A/0$ascq"
	groups 00 01
	path_says "2a 6 2a $ascq 1"
	must_wait 40 "path 1 is known to be non-optimized" state_is "${PATHS[1]}" usable-nonoptimized
	idle 1 || fail "the non-optimized path carries I/O"
	groups 00 00
	must_wait 40 "path 1 is used again" in_use "${PATHS[1]}"
done

while read -r hex what; do
	step "$what"
	before=$(counter mpath_port_group_reports)
	says "$hex"
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
