# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 240
#: allow path-errors
# Every command that README.md and the administrator's guide show for a real host works as it
# stands there (those that start with make are run on the host, by tools/check/readme; the move from
# dm-multipath is tools/migration).
. guest/pr.sh
bed_up
modprobe_finds_ours
cp "$MODULES/root/usr/sbin/mpathctl" /usr/sbin/
at_exit rm -f /usr/sbin/mpathctl /etc/multipath-native.conf

unload() {
	must_wait 30 "the module goes" modprobe -r scsi_multipath
	must_wait 30 "the paths are plain disks again" bed_complete
}
load() {
	modprobe scsi_multipath
	head_wait 2
}
# As after a reboot: the LUN has the key, and the head does not.
key_without_head() {
	unload
	load
	pr_out --register --param-sark=0x123abc
	unload
	load
}
# What is true before the command, because of what stands around it.
before() {
	case $1 in
	rmmod*) settle ;;
	modprobe*) ;;
	*reservation_key) key_without_head ;;
	*) mpath_loaded || load ;;
	esac
}
# What the text promises of it.
after() {
	case $1 in
	"modprobe scsi_multipath"*) head_wait 2 ;;
	rmmod*) must_wait 30 "the paths are plain disks again" bed_complete ;;
	"echo queue-depth"*iopolicy) equal "$(<"$CLASS"/0/iopolicy)" queue-depth "iopolicy" ;;
	"echo 10000"*no_path_timeout_ms) equal "$(<"$HEAD_SYS"/no_path_timeout_ms)" 10000 "no_path_timeout_ms" ;;
	*"iopolicy=round-robin --save") equal "$(<"$CLASS"/0/iopolicy)" round-robin "iopolicy" ;;
	*reservation_key)
		pr_says key 0x0000000000123abc
		pr_out --clear --param-rk=0x123abc
		;;
	"mpathctl fail"*) must_wait 10 "the path is offline" state_is "${PATHS[0]}" offline ;;
	"mpathctl reinstate"*) must_wait 30 "the path is back" is_back "${PATHS[0]}" ;;
	*"> /tmp/report") grep -q '^== doctor$' /tmp/report ;;
	esac
}

# The first path of the text, by its name here.
commands() { # FILE
	awk '/^```/ { sh = /sh$/; next } sh && !/^make/ { sub(/ *#.*/, ""); print }' "$1" | sed "s/2:0:0:0/${PATHS[0]}/g"
}
runs() { # FILE NUMBER: all its commands, so many at least
	local command ran=0
	while read -r command; do
		before "$command"
		step "$command"
		bash -ec "$command" </dev/null || fail "${1##*/}: $command"
		after "$command"
		ran=$((ran + 1))
	done < <(commands "$1")
	((ran >= $2)) || fail "only $ran commands in ${1##*/}"
}
runs /mpath/tests/README.md 12
unload
runs /mpath/tests/admin-guide.md 30
# The LUN stays for the cases that follow.
dd if=/dev/zero of="/dev/$HEAD" bs=1M count=8 oflag=direct status=none
