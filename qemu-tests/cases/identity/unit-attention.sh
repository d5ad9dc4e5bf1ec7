# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# Another LUN is put in the place of one behind a path that carries no I/O, and nobody
# rescans. The target has a unit attention ready for whoever asks: the first command that
# gets it is a stranger's, through the path's sg node, and from that alone the path is found
# out. Without any command it is found out as well, later.
#
#   sdmpatha --+-- path 0 -- portal 1 -- LUN X
#              +-- path 1 -- portal 2 -- LUN X, later LUN Y
mpath_load iopolicy=numa
bed_up
head_wait 2
iscsi_other_lun
fio_start "/dev/$HEAD"
state_is "${PATHS[1]}" usable || fail "path 1 is $(path_state "${PATHS[1]}")"
sg=$(sg_of "${PATHS[1]}")
test -c "$sg" || fail "no sg node of path 1"
[[ $(sg_vpd -p di_lu "$sg") == *"0x$(sed 's/^naa\.//' "$MPATH/wwid")"* ]] || fail "$sg is not the path's"
probes() { echo "$(<"/sys/block/$(disk_of "${PATHS[1]}")/mpath_probes")"; }

step "by a unit attention"
before=$(probes)
iscsi_swap "$ISCSI_OTHER"
# A second LUN: the inventory has changed, says the first one.
mkdir "$ISCSI_CFG/tpgt_2/lun/lun_1"
no_second_lun() { rm -f "$ISCSI_CFG"/tpgt_2/lun/lun_1/store; [[ ! -d $ISCSI_CFG/tpgt_2/lun/lun_1 ]] || rmdir "$ISCSI_CFG/tpgt_2/lun/lun_1"; }
at_exit no_second_lun
ln -s "$ISCSI_STORE" "$ISCSI_CFG/tpgt_2/lun/lun_1/store"
sg_turs -v "$sg" >"$WORK/turs" 2>&1 || true
grep -qi 'reported luns data has changed' "$WORK/turs" || fail "no unit attention: $(tail -3 "$WORK/turs")"
must_wait 6 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
(($(probes) > before)) || fail "nobody asked"
fio_goes_on 100

step "by itself"
bed_fail 1 logout
must_wait 10 "the path is gone" paths_are 1
no_second_lun
iscsi_swap "$ISCSI_STORE"
bed_restore 1 logout
must_wait 30 "the path is back" paths_are 2
must_wait 10 "it is usable" in_use "${PATHS[1]}"
iscsi_swap "$ISCSI_OTHER"
must_wait 45 "the path is known to be another LUN" state_is "${PATHS[1]}" foreign
fio_finish
other_lun_is_untouched || fail "the other LUN was written to"
