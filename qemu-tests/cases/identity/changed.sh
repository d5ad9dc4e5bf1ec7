# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# While a path is away, another LUN is put in its place. When the path returns it
# answers under its old address, but it is asked who it is first: no I/O goes there.
#
#   sdmpatha --+-- path 0 -- portal 1 -- LUN X
#              +-- path 1 -- portal 2 -- LUN X, later LUN Y
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up
head_wait 2
iscsi_other_lun
fio_start "/dev/$HEAD"
before=$(moved)
bed_fail 1 tpg
must_wait "$BED_DETECT" "I/O moved" above "$HEAD_SYS/multipath_failover_count" "$before"
must_wait "$BED_DETECT" "the path is not used any more" not in_use "${PATHS[1]}"
iscsi_swap "$ISCSI_OTHER"
bed_restore 1 tpg
must_wait 60 "the session is back" iscsi_quiet
must_wait 60 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
fio_goes_on 300
fio_finish
other_lun_is_untouched || fail "the other LUN was written to"
