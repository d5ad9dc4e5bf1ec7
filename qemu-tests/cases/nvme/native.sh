# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
# The driver does multipath itself (nvme_core.multipath=Y): its heads and paths stay what they
# are, whether they come before or after the module, and the log says why.
#
#   nvme0n1 --+-- nvme0c0n1 --+
#             +-- nvme0c1n1 --+-- namespace 1
nvme_native Y
at_exit "nvme_native N"
bed_up
head=/dev/nvme0n1
must_wait 10 "the driver's own head" test -b $head
mpath_load
must_wait 10 "the log says why nothing is taken" klog_has "nvme_core.multipath"
fio_pass $head

step "paths that come later"
bed_fail 1 delete
bed_restore 1 delete
settle
equal "$(heads)" "" "heads"
for p in "${PATHS[@]}"; do not is "/sys/block/$p/mpath_verdict" taken || fail "$p was taken"; done
fio_pass $head
must_wait 10 "the module goes" mpath_unload
