# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors
#: timeout 150
# The key is with every nexus, also with one that was away or is new, before it carries data;
# under I/O that only registered nexuses may do.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 -----+-- LUN 0, exclusive access for registrants
. guest/pr.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2

pr_says state none
pr_out --register --param-sark="$MINE"
pr_says key 0x0000000000000abc
pr_says state registered
equal "$(pr_keys "$MINE")" 2 "nexuses with the key"
all_registered || fail "a path is not registered"

pr_out --reserve --param-rk="$MINE" --prout-type=6
pr_says state reserved
pr_says type exclusive-access-registrants-only
pr_reserved_by "$MINE" || fail "the LUN says: $(pr_reservation)"

bed_crowd
fio_start "/dev/$HEAD"
fail_moving 0
step "the key changes while a path is away"
pr_out --register --param-rk="$MINE" --param-sark=0x123
not registered "${PATHS[0]}" || fail "a path that is away cannot have the new key"
bed_restore 0
must_wait 40 "the path is back" is_back "${PATHS[0]}"
must_wait 10 "it has the new key" registered "${PATHS[0]}"
equal "$(pr_keys 0x123)" 2 "nexuses with the new key"
fio_goes_on
fio_finish
no_conflicts

step "everything is given up"
pr_out --release --param-rk=0x123 --prout-type=6
pr_free || fail "the LUN says: $(pr_reservation)"
pr_out --register --param-rk=0x123
pr_says state none
equal "$(pr_keys 0x123)" 0 "nexuses with the key"
