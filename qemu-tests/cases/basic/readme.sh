# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 120
# Every command that README.md shows for a real host works as it stands there (those
# that start with make are run on the host, by tools/check/readme).
bed_up
updates=/usr/lib/modules/$(uname -r)/updates
mkdir -p /run/readme/{up,work}
mount -t overlay -o lowerdir=/usr/lib/modules,upperdir=/run/readme/up,workdir=/run/readme/work overlay /usr/lib/modules
mkdir -p "$updates"
cp "$MODULES"/lib/libmultipath.ko "$MODULES"/scsi/scsi_multipath.ko "$updates"
depmod -a

ran=0
while read -r command; do
	step "$command"
	bash -ec "$command" </dev/null || fail "README: $command"
	ran=$((ran + 1))
	case $command in
	"modprobe scsi_multipath") head_wait 2 ;;
	*iopolicy) equal "$(<"$CLASS"/0/iopolicy)" queue-depth "iopolicy" ;;
	*no_path_timeout_ms) equal "$(<"$HEAD_SYS"/no_path_timeout_ms)" 10000 "no_path_timeout_ms" ;;
	"modprobe -r"*) must_wait 30 "the paths are plain disks again" bed_complete ;;
	esac
done < <(awk '/^```/ { sh = /sh$/; next } sh && !/^make/ { sub(/ *#.*/, ""); print }' /mpath/tests/README.md)
umount -l /usr/lib/modules
((ran >= 8)) || fail "only $ran commands in README"
