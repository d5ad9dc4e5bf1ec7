# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # the keys are for the cases
# For cases about persistent reservations: the head's key is MINE, that of another initiator
# THEIRS.
MINE=0xabc THEIRS=0xdef

# Where LIO keeps what is to survive a loss of power; without it, it refuses to.
mkdir -p /etc/rtslib-fb-target/pr /etc/target/pr /var/target/pr

# Some targets outlive the case, and would tell the next one of it.
at_exit pr_forget
pr_forget() {
	local sg
	for sg in /dev/sg*; do
		pr_out_on "$sg" --register-ignore --param-sark=0x1 && pr_out_on "$sg" --clear --param-rk=0x1 && return
	done
} >/dev/null 2>&1

# PERSISTENT RESERVE OUT by SG_IO on the head, or on the device that comes first.
pr_out() { pr_out_on "/dev/$HEAD" "$@"; }
pr_out_on() { # DEVICE OPTION...
	local dev=$1
	shift
	sg_persist --no-inquiry --out "$@" "$dev"
}
# What the LUN says, whoever asks. What has been done through one path it tells the others by unit
# attentions, one for each question.
pr_in() { # QUESTION
	local _
	for _ in 1 2 3 4; do
		sg_persist --no-inquiry --in "$1" "${PR_DEV:-/dev/$HEAD}" 2>"$WORK/pr_in" && return
		grep -q 'Unit Attention' "$WORK/pr_in" || break
	done
	cat "$WORK/pr_in" >&2
	return 1
}
# KEY: how many nexuses have it?
pr_keys() { pr_in --read-keys | grep -cE "^ *$1\$" || true; }
pr_keys_are() { [[ $(pr_keys "$1") == "$2" ]]; }
pr_reservation() { pr_in --read-reservation; }
pr_reserved_by() { [[ $(pr_reservation) == *"Key=$1"[[:space:]]* ]]; }
pr_free() { [[ $(pr_reservation) == *"there is NO reservation"* ]]; }

# What the head says.
pr_is() { is "$HEAD_SYS/reservation_$1" "$2"; } # key|state|type|holder WORD
pr_says() { # FILE WORD
	equal "$(<"$HEAD_SYS/reservation_$1")" "$2" "reservation_$1"
}
registered() { is "/sys/block/$(disk_of "$1")/mpath_registered" 1; } # H:C:I:L
all_registered() { local p; for p in "${PATHS[@]}"; do [[ $p == "${OTHER-}" ]] || registered "$p" || return 1; done; }

# A path that had carried I/O before it was registered would be healed unseen, but for this.
no_conflicts() {
	local p
	for p in "${PATHS[@]}"; do equal "$(<"/sys/block/$(disk_of "$p")/mpath_errors_lun")" 0 "I/Os that the LUN has refused to $p"; done
}

# One path at a time fails and comes back, and which is chance.
trouble_begin() { # INDEX...
	local of=("$@") i
	at_exit trouble_is_over
	rm -f "$WORK/enough"
	while sleep 0.3; do
		i=${of[RANDOM % $#]}
		bed_fail "$i"
		sleep $((RANDOM % 2 + 1))
		bed_restore "$i"
		wait_for 40 is_back "${PATHS[$i]}" || exit 1
		[[ ! -e $WORK/enough ]] || exit 0
	done >"$WORK/paths.log" 2>&1 &
	TROUBLE=$!
}
trouble_is_over() { kill "$TROUBLE"; } 2>/dev/null
trouble_end() {
	touch "$WORK/enough"
	wait "$TROUBLE" || fail "a path did not come back: $(tail -3 "$WORK/paths.log")"
}
# A command may find that its only path has just died: then again.
succeeds() { must_wait 40 "$*" pr_out "$@"; }

# The sg node of a path, which is stock: one nexus, past the head.
sg_of() { local d; for d in "$(sdev "$1")"/scsi_generic/sg*; do echo "/dev/${d##*/}"; done; }

# Another initiator with a nexus to the same LUN, whose disk is in use before the head is made,
# and is left alone: to be called in place of bed_up, before mpath_load. OTHER is its H:C:I:L,
# OTHER_SG its node, OURS the indices of the head's paths, which head_paths_up waits for.
other_initiator() {
	local -; set +x
	modprobe -a scsi_mod sd_mod sg
	"other_by_$BED"
	must_wait 10 "the other initiator's disk is there" test -b "/dev/$(disk_of "$OTHER")"
	settle
	exec {OTHER_FD}<"/dev/$(disk_of "$OTHER")"
	OTHER_SG=$(sg_of "$OTHER")
	echo "the other initiator is $OTHER_SG ($OTHER)"
}
other_done() { exec {OTHER_FD}<&-; }

# The first host of the bed; those of the head come after it.
other_by_tcm_loop() { bed_up 1; OTHER=${PATHS[0]} OURS=(1 2); }

# A session of an initiator with another name, through a portal of its own.
other_by_iscsi() {
	local portal=127.0.0.4:3260
	bed_up 2
	OURS=(0 1)
	[[ -d $ISCSI_CFG/tpgt_3 ]] || targetcli >>"$WORK/targetcli" 2>&1 <<-END || true
		/iscsi/$ISCSI_IQN create 3
		/iscsi/$ISCSI_IQN/tpg3/luns create /backstores/fileio/lun
		/iscsi/$ISCSI_IQN/tpg3/portals create ${portal%:*} ${portal#*:}
		/iscsi/$ISCSI_IQN/tpg3 set attribute authentication=0 generate_node_acls=1 demo_mode_write_protect=0 cache_dynamic_acls=1
		/iscsi/$ISCSI_IQN/tpg3 enable
	END
	iscsiadm -m iface -I other -o new >/dev/null 2>&1 || true
	iscsiadm -m iface -I other -o update -n iface.initiatorname -v iqn.2026-01.org.example:other >/dev/null
	iscsiadm -m node -T "$ISCSI_IQN" -p "$portal,3" -I other -o new >/dev/null
	iscsiadm -m node -T "$ISCSI_IQN" -p "$portal" -I other --login >>"$WORK/iscsiadm" 2>&1
	must_wait 20 "the other initiator's session has its disk" other_of_iscsi
}
other_of_iscsi() {
	local c d
	for c in /sys/class/iscsi_connection/connection*; do
		is "$c/persistent_address" 127.0.0.4 || continue
		c=${c##*/connection}
		for d in /sys/class/iscsi_session/"session${c%:*}"/device/target*/*:*:*:0; do
			[[ -d $d ]] && OTHER=${d##*/} && disk_of "$OTHER" && return
		done
	done
	return 1
}

head_paths_up() {
	local -; set +x
	local i
	[[ $BED != tcm_loop ]] || for i in "${OURS[@]}"; do bed_add; done
	bed_paths
	head_wait ${#OURS[@]}
}
