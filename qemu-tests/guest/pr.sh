# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # the keys are for the cases
# For cases about persistent reservations: the head's key is MINE, that of another initiator
# THEIRS.
MINE=0xabc THEIRS=0xdef

# Where LIO keeps what is to survive a loss of power; without it, it refuses to.
mkdir -p /etc/rtslib-fb-target/pr /etc/target/pr /var/target/pr

# PERSISTENT RESERVE OUT by SG_IO on the head, or on the device that comes first.
pr_out() { pr_out_on "/dev/$HEAD" "$@"; }
pr_out_on() { # DEVICE OPTION...
	local dev=$1
	shift
	sg_persist --no-inquiry --out "$@" "$dev"
}
# What the LUN says, whoever asks. KEY: how many nexuses have it?
pr_keys() { sg_persist --no-inquiry --in --read-keys "${PR_DEV:-/dev/$HEAD}" | grep -cE "^ *$1\$" || true; }
pr_keys_are() { [[ $(pr_keys "$1") == "$2" ]]; }
pr_reservation() { sg_persist --no-inquiry --in --read-reservation "${PR_DEV:-/dev/$HEAD}"; }
pr_reserved_by() { [[ $(pr_reservation) == *"Key=$1"[[:space:]]* ]]; }
pr_free() { [[ $(pr_reservation) == *"there is NO reservation"* ]]; }

# What the head says.
pr_is() { is "$HEAD_SYS/reservation_$1" "$2"; } # key|state|type|holder WORD
pr_says() { # FILE WORD
	equal "$(<"$HEAD_SYS/reservation_$1")" "$2" "reservation_$1"
}
registered() { is "/sys/block/$(disk_of "$1")/mpath_registered" 1; } # H:C:I:L
all_registered() { local p; for p in "${PATHS[@]}"; do [[ $p == "${OTHER-}" ]] || registered "$p" || return 1; done; }

# The sg node of a path, which is stock: one nexus, past the head.
sg_of() { local d; for d in "$(sdev "$1")"/scsi_generic/sg*; do echo "/dev/${d##*/}"; done; }

# Another initiator: one more host of the tcm_loop bed, whose disk is in use before the head
# is made, and is left alone. To be called before mpath_load, and before bed_up. OTHER is its
# H:C:I:L, OTHER_SG its node.
other_initiator() {
	local -; set +x
	modprobe -a scsi_mod sd_mod sg
	bed_up 1
	OTHER=${PATHS[0]}
	must_wait 10 "the other initiator's disk is there" test -b "/dev/$(disk_of "$OTHER")"
	settle
	exec {OTHER_FD}<"/dev/$(disk_of "$OTHER")"
	OTHER_SG=$(sg_of "$OTHER")
	echo "the other initiator is $OTHER_SG ($OTHER)"
}
# The paths of the head come after it.
head_paths_up() { # N
	local -; set +x
	local i
	for ((i = 0; i < $1; i++)); do bed_add; done
	bed_paths
	head_wait "$1"
}
other_done() { exec {OTHER_FD}<&-; }
