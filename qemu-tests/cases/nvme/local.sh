# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme_pcie
#: kernels 6.1 6.12 debug
#: timeout 120
# What is local has one way to it nearly always, and boots the machine often: it is left alone,
# and says so, until it is asked for.
# shellcheck disable=SC2034  # mpath_load has it
BED_PARAMETERS=()
mpath_load
bed_up 2
no_heads || fail "a local namespace was taken: $(heads | xargs)"
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$p/mpath_verdict")" "a local (PCIe) namespace" "mpath_verdict of $p"
	equal "$(<"/sys/block/$p/hidden")" 0 "$p is hidden"
done
equal "$(plain_disks | wc -l)" 2 "plain disks"
mpath_unload

step "asked for, disks that are there are claimed"
mpath_load nvme_multipath_always=Y
head_wait 2
equal "$(plain_disks)" "" "plain disks"
fio_pass "/dev/$HEAD"
step "and one that comes later is hidden"
bed_add
must_wait 20 "a third path" paths_are 3
equal "$(<"/sys/block/${PATHS[2]}/hidden")" 1 "${PATHS[2]} is hidden"
fio_pass "/dev/$HEAD"
