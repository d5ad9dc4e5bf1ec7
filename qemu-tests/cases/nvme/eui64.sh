# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_pcie
#: kernels 6.1 6.12 debug
#: timeout 120
# A namespace that has an EUI-64 and no other id is one by that, and named by it; nvmet has none.
#
#   nvmempath0n1 --+-- controllers 0, 1 --+-- namespace 1: its UUID is not believed (beds/nvme_pcie)
#   nvmempath1n1 --+-- controllers 3, 4 --+-- namespace 1 of another subsystem: EUI-64
mpath_load
bed_up 2
head_wait 2
equal "$(<"$MPATH/wwid")" nqn.2019-08.org.qemu:mpath:1 "wwid"
nvme_bind_intel
other_head() { for MPATH in "$CLASS"/*; do [[ $(<"$MPATH/wwid") == nqn.* ]] || return 0; done; return 1; }
must_wait 20 "a second head" other_head
must_wait 20 "with two paths" paths_are 2
equal "$(<"$MPATH/wwid")" eui.0123456789abcdef "wwid"
HEAD=$(head_disks "${MPATH##*/}")
must_wait 10 "/dev/$HEAD is there" test -b "/dev/$HEAD"
equal "$(<"/sys/block/$HEAD/wwid")" eui.0123456789abcdef "wwid of the disk"
read_one
