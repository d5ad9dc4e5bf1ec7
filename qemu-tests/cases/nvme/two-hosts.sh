# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# Another host (its NQN and id) uses the namespace, too. Its disk is none of the head's, whether it
# is in use or not: what is reserved is for one of them. What it writes is read through the head
# and the other way round; that it may not connect any more is nothing to the head.
#
#   nvmempath0n1 --+-- controllers 0, 1 of this host --+
#   nvme2n1 ---------- controller 2 of another host ---+-- namespace 1
NVME_HOSTNQN=nqn.2014-08.org.nvmexpress:uuid:$NVME_HOST
THEIRS=87654321-9abc-4def-8123-456789abcdef
bed_up 2
nvme_port_up 2
NVME_HOST=$THEIRS nvme_connect 2
other=nvme$NVME_INSTANCE
must_wait 20 "the other host has its disk" test -b "/dev/${other}n1"
settle
exec {held}<"/dev/${other}n1"

mpath_load
head_wait 2
must_wait 20 "the other's disk is left alone" is "/sys/block/${other}n1/mpath_verdict" "in use"
head -c 1M /dev/urandom >"$WORK/data"
dd if="$WORK/data" of="/dev/$HEAD" bs=64k oflag=direct status=none
cmp -n 1048576 "$WORK/data" <(dd if="/dev/${other}n1" bs=64k iflag=direct status=none) || fail "the other host reads something else"
dd if="$WORK/data" of="/dev/${other}n1" bs=64k seek=16 oflag=direct status=none
cmp -n 1048576 "$WORK/data" <(dd if="/dev/$HEAD" bs=64k skip=16 iflag=direct status=none) || fail "the head reads something else"

step "it comes again, and nobody uses it"
exec {held}<&-
echo 1 >"/sys/class/nvme/$other/delete_controller"
NVME_HOST=$THEIRS nvme_connect 2
other=nvme$NVME_INSTANCE
must_wait 20 "the other host has its disk" test -e "/sys/block/${other}n1/mpath_verdict"
settle
equal "$(path_count)" 2 "paths of the head"
equal "$(<"/sys/block/${other}n1/mpath_verdict")" "it contradicts the other paths of its id" "mpath_verdict"
klog_has "$HEAD: path ${other}n1 refused: it is connected in the name of another host" || fail "the log does not say why"

step "only this host may connect"
echo 1 >"/sys/class/nvme/$other/delete_controller"
echo 0 >"$NVME_SUBSYS/attr_allow_any_host"
mkdir "$NVME_CFG/hosts/$NVME_HOSTNQN"
ln -s "$NVME_CFG/hosts/$NVME_HOSTNQN" "$NVME_SUBSYS/allowed_hosts/"
refused() { (NVME_HOST=$THEIRS nvme_connect 2) >/dev/null 2>&1; }
not refused || fail "the other host has connected"
rm -f "$WORK/reason"
fio_start "/dev/$HEAD"
fio_goes_on 100
bed_fail 0 delete
fio_goes_on 100
bed_restore 0 delete
must_wait 30 "this host's path is back" paths_are 2
fio_finish
