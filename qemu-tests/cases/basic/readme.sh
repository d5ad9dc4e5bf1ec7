# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 120
# Every command that README.md shows for a real host works as it stands there (those
# that start with make are run on the host, by tools/check/readme).
. guest/pr.sh
bed_up
updates=/usr/lib/modules/$(uname -r)/updates
mkdir -p /run/readme/{up,work}
mount -t overlay -o lowerdir=/usr/lib/modules,upperdir=/run/readme/up,workdir=/run/readme/work overlay /usr/lib/modules
mkdir -p "$updates"
cp "$MODULES"/lib/libmultipath.ko "$MODULES"/scsi/scsi_multipath.ko "$updates"
depmod -a
cp "$MODULES/root/usr/sbin/mpathctl" /usr/sbin/
at_exit rm -f /usr/sbin/mpathctl /etc/multipath-native.conf

# Without what the commands before have set, rules above all.
afresh() {
	must_wait 30 "the module goes" modprobe -r scsi_multipath
	modprobe scsi_multipath
	head_wait 2
}

# As after a reboot: the LUN has the key, and the head does not.
key_without_head() {
	afresh
	pr_out --register --param-sark=0x123abc
	must_wait 30 "the module goes" modprobe -r scsi_multipath
	must_wait 30 "the paths are plain disks again" bed_complete
	modprobe scsi_multipath
	head_wait 2
}

ran=0
while read -r command; do
	step "$command"
	[[ $command != *reservation_key ]] || key_without_head
	[[ $command != "mpathctl explain" ]] || afresh
	bash -ec "$command" </dev/null || fail "README: $command"
	ran=$((ran + 1))
	case $command in
	"modprobe scsi_multipath") head_wait 2 ;;
	*iopolicy) equal "$(<"$CLASS"/0/iopolicy)" queue-depth "iopolicy" ;;
	*no_path_timeout_ms) equal "$(<"$HEAD_SYS"/no_path_timeout_ms)" 10000 "no_path_timeout_ms" ;;
	*reservation_key)
		pr_says key 0x0000000000123abc
		pr_out --clear --param-rk=0x123abc
		;;
	*--save) equal "$(<"$CLASS"/0/iopolicy)" round-robin "iopolicy" ;;
	"modprobe -r"*) must_wait 30 "the paths are plain disks again" bed_complete ;;
	esac
done < <(awk '/^```/ { sh = /sh$/; next } sh && !/^make/ { sub(/ *#.*/, ""); print }' /mpath/tests/README.md)
umount -l /usr/lib/modules
((ran >= 8)) || fail "only $ran commands in README"
