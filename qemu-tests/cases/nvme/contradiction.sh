# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# A path with the id of a head that shows another disk is refused, whatever else is different: the
# size, or the size of a block. It stays a plain disk that says so, and so does the log. Namespaces
# of two subsystems with an equal id the driver refuses itself. Here path 0 is not told that its
# namespace has become another one, and path 1 comes and sees it.
#
#   nvmempath0n1 --+-- controller 0: what it was --+
#   nvme1n1 ---------- controller 1: what it is ---+-- namespace 1
# shellcheck disable=SC2034,SC2209  # beds/nvme has it
NVME_STORE=file
mpath_load
bed_up
head_wait 2
other_one() {
	local -; set +x
	nvme_deafen 0
	bed_fail 1 delete
	must_wait 20 "one path is left" paths_are 1
	# Nobody is to ask for what is disabled (guest/klog.sh).
	settle
	at_rest "$HEAD" || fail "something is on its way"
	"$@"
	bed_restore 1 delete
	settle
}
refused() { # DIFFERENCE
	local -; set +x
	local p=${PATHS[1]}
	must_wait 10 "the log says what is different" klog_has "$HEAD: path $p .*refused: its $1"
	equal "$(<"/sys/block/$p/mpath_verdict")" "it contradicts the other paths of its id" "mpath_verdict of $p"
	equal "$(<"/sys/block/$p/hidden")" 0 "$p is hidden"
	equal "$(path_count)" 1 "paths of the head"
	equal "$(heads | wc -l)" 1 "heads"
}
back() {
	local -; set +x
	bed_fail 1 delete
	bed_restore 1 delete
	must_wait 20 "path 1 is taken" paths_are 2
	equal "$(<"/sys/block/${PATHS[1]}/mpath_verdict")" taken "mpath_verdict of ${PATHS[1]}"
	fio_pass "/dev/$HEAD"
}

step "another size"
grow() { truncate -s 96M /run/nvme-nullb0.img; }
other_one grow
refused "capacity in sectors is 196608, that of the head 131072"
nvme_rescan 0
must_wait 20 "the head has grown" is "$HEAD_SYS/size" 196608
back

step "blocks of another size"
# A file on a tmpfs has blocks of 4096.
content() { # DEVICE-PATH BUFFERED
	echo 0 >"$(nvme_ns)/enable"
	echo -n "$1" >"$(nvme_ns)/device_path"
	echo "$2" >"$(nvme_ns)/buffered_io"
	echo 1 >"$(nvme_ns)/enable"
}
truncate -s 96M /run/nvme-blocks.img
modprobe loop
blocks=$(losetup --find --show --sector-size 512 /run/nvme-blocks.img)
at_exit losetup -d "$blocks"
other_one content "$blocks" 0
refused "logical block size is 512, that of the head 4096"
content /run/nvme-nullb0.img 1
back
