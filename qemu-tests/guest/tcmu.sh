# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # LOOP_HBA is the bed's
# For cases on the bed tcm_loop: LUNs whose every answer is made by hand (guest/tcmu). Each path
# has a LUN of its own, TCMU/N, with data that all share: what one path hears, another need not.
#
#   host A -- TCMU/0 --+
#   host B -- TCMU/1 --+-- one file
LOOP_HBA=user_8
TCMU=/run/tcmu TCMU_PIDS=()
at_exit tcmu_down

tcmu_begin() {
	local -; set +x
	loop_init
	modprobe target_core_user || fail "no TCMU in this kernel"
	mkdir -p $TCMU
	truncate -s 16M $TCMU/data
}
# One more path, with the page 83 in hex. What else it says is in its folder by then.
tcmu_path() { # HEX
	local -; set +x
	local n=$LOOP_N
	local dir=$LOOP_CORE/user_8/$n uio
	mkdir -p $TCMU/"$n" "$dir"
	rm -f $TCMU/"$n"/{said,serves}
	echo "$1" >$TCMU/"$n"/vpd83
	echo "dev_config=hand/$n,dev_size=$(stat -c %s $TCMU/data)" >"$dir/control"
	echo 1 >"$dir/enable"
	uio=$(grep -lx "tcm-user/8/$n/hand/$n" /sys/class/uio/*/name) || fail "no uio device"
	uio=${uio%/name}
	guest/tcmu "${uio##*/}" $TCMU/"$n" >>"$WORK/tcmu" 2>&1 &
	TCMU_PIDS+=($!)
	must_wait 20 "somebody answers for it" test -e $TCMU/"$n"/serves
	loop_path "$n"
}
tcmu_down() {
	local -; set +x
	bed_down
	# Who answers ends with its device, or at the latest now.
	kill "${TCMU_PIDS[@]}" || true
	wait "${TCMU_PIDS[@]}" || true
	TCMU_PIDS=()
	rm -rf $TCMU
} 2>/dev/null
# The page of these designators: CODE_SET TYPE HEX for each.
page83() {
	local -; set +x
	local all=''
	while (($# >= 3)); do
		all+=$(printf '%02x%02x00%02x%s' "$1" "$2" $((${#3} / 2)) "$3")
		shift 3
	done
	printf '0083%04x%s' $((${#all} / 2)) "$all"
}
hex_of() { printf %s "$1" | od -An -v -t x1 | tr -d ' \n'; }
# Two of them, each in a port group of its own: 1 and 2. Who is to keep the state: handler or report.
tcmu_two_groups() { # WHO
	local -; set +x
	local n
	mkdir -p $TCMU/{0,1}
	groups_are 00 00
	mpath_load iopolicy=round-robin
	for n in 0 1; do
		tcmu_path "$(page83 1 3 6001405abcdef0123456789abcdef012 \
			1 $((0x14)) "$(printf %08x $((n + 1)))" 1 $((0x15)) "$(printf %08x $((n + 1)))")"
	done
	head_wait 2
	for n in 0 1; do must_wait 10 "the group of path $n" attribute_is "${PATHS[n]}" mpath_target_port_group $((n + 1)); done
	must_wait 40 "who keeps the state" attribute_is "${PATHS[1]}" mpath_access_source "$1"
}
report_is() { # HEX: what both paths answer to REPORT TARGET PORT GROUPS
	local -; set +x
	local n
	for n in 0 1; do
		echo "$1" >"$TCMU/$n/rtpg.new"
		mv "$TCMU/$n/rtpg.new" "$TCMU/$n/rtpg"
	done
}
group() { printf '%s9f%04x00000001%08x' "$2" "$1" "$1"; } # ID STATE
groups_are() { report_is "00000018$(group 1 "$1")$(group 2 "$2")"; } # STATE STATE
sense_is() { # LINE...: of path 1
	local -; set +x
	printf '%s\n' "$@" >"$TCMU/1/sense.new"
	mv "$TCMU/1/sense.new" "$TCMU/1/sense"
}
# Whatever is sent to path 1 ends with NOT READY, 04/ASCQ, but what asks who it is and of groups.
not_ready() { sense_is "0 2 4 $1 0" "28 2 4 $1 0" "2a 2 4 $1 0"; } # ASCQ
# As if nothing had been.
answers_well() { sense_is; groups_are 00 00; }
path_1_is_used_again() {
	answers_well
	must_wait 40 "path 1 is used again" in_use "${PATHS[1]}"
	carries 1 || fail "path 1 carries nothing"
}
