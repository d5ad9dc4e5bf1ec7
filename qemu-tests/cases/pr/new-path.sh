# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: allow path-errors
#: timeout 180
# Paths come, go and come back under I/O that only registered nexuses may do: no error.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 --x--+-- LUN 0, reserved for registrants
#              +-- path 2, new -+
. guest/pr.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
pr_out --register --param-sark="$MINE"
# LIO of 6.1 refuses a new nexus its READ CAPACITY under exclusive access, and there is no disk.
case $(uname -r) in 6.1.*) type=5 ;; *) type=6 ;; esac
pr_out --reserve --param-rk="$MINE" --prout-type=$type
bed_crowd
fio_start "/dev/$HEAD"

bed_add
head_wait 3
must_wait 20 "the new path is used" in_use "${PATHS[2]}"
all_registered || fail "a path is not registered"
equal "$(pr_keys "$MINE")" 3 "nexuses with the key"
fio_goes_on

for i in 0 1 2; do
	fail_moving $i
	bed_restore $i
	must_wait 40 "path $i is back" is_back "${PATHS[$i]}"
done
must_wait 10 "all are registered" all_registered
fio_finish
no_conflicts

step "removed and found again"
bed_fail 1 delete
must_wait 10 "the path is gone" paths_are 2
bed_restore 1 delete
head_wait 3
must_wait 20 "all are registered" all_registered
fio_pass "/dev/$HEAD"
no_conflicts
pr_out --clear --param-rk="$MINE"
equal "$(pr_keys "$MINE")" 0 "nexuses with the key"
