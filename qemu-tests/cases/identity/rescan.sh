# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow path-errors
# Another LUN is put in the place of one behind a path that carries no I/O, so that no
# error tells. A rescan finds it, and the path is never used again.
#
#   sdmpatha --+-- path 0 -- portal 1 -- LUN X
#              +-- path 1 -- portal 2 -- LUN X, later LUN Y
mpath_load iopolicy=numa
bed_up
head_wait 2
iscsi_other_lun
fio_start "/dev/$HEAD"
state_is "${PATHS[1]}" usable || fail "path 1 is $(path_state "${PATHS[1]}")"

iscsi_swap "$ISCSI_OTHER"
echo 1 >"$(sdev "${PATHS[1]}")/rescan"
must_wait 10 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
fio_goes_on 100
fio_finish
other_lun_is_untouched || fail "the other LUN was written to"
