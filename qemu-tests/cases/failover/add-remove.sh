# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi tcm_loop nvme nvme_pcie
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# Under I/O a path is added and carries its share; then the first one is removed.
#
#   sdmpatha --+-- path 0 --x (removed later)
#              +-- path 1 ---- LUN 0
#              +-- path 2 ---- (added)
mpath_load submit_mode="$MODE" iopolicy=round-robin
n=$((BED_N - 1))
bed_up $n
head_wait $n

fio_start "/dev/$HEAD"
bed_add
must_wait 20 "the new path is taken" paths_are $((n + 1))
d=$(disk_of "${PATHS[n]}")
equal "$(<"/sys/block/$d/hidden")" 1 "$d is hidden"
must_wait 20 "the new path carries I/O" writes_above "$d" 20

bed_fail 0 "$BED_REMOVE"
must_wait 20 "the path is gone" paths_are $n
fio_goes_on 200
bed_restore 0 "$BED_REMOVE"
must_wait 20 "it is back" paths_are $((n + 1))
must_wait 30 "it is used" in_use "${PATHS[0]}"
d=$(disk_of "${PATHS[0]}")
must_wait 20 "it carries I/O" writes_above "$d" 20
fio_finish

settle
step "the last path takes the head with it"
for ((i = 0; i <= n; i++)); do bed_fail $i "$BED_REMOVE"; done
must_wait 20 "the head is gone" no_heads
must_wait 10 "its node is gone" not test -e "/dev/$HEAD"
