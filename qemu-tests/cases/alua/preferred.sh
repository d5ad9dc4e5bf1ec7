# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 180
# The target prefers one of two groups that are both optimized: all I/O goes there, under
# every policy, and elsewhere as soon as it prefers the other.
#
#   sdmpatha --+-- path 0 -- port group a
#              +-- path 1 -- port group b, preferred
. /mpath/tests/guest/alua.sh
mpath_load iopolicy=round-robin
bed_up 2
head_wait 2
alua_up
fio_start "/dev/$HEAD"
carries 0 || fail "path 0 carries nothing"

prefer() { # GROUP, NOT GROUP, I of the first
	echo 1 >"$ALUA/$1/preferred"
	echo 0 >"$ALUA/$2/preferred"
	must_wait 40 "path $3 is known to be preferred" attribute_is "${PATHS[$3]}" mpath_preferred 1
	must_wait 40 "the other is not" attribute_is "${PATHS[1 - $3]}" mpath_preferred 0
	for policy in numa round-robin queue-depth service-time; do
		echo $policy >"$MPATH/iopolicy"
		carries "$3" || fail "$policy: the preferred path carries nothing"
		idle $((1 - $3)) || fail "$policy: the other path carries I/O"
	done
}
step "b"
prefer b a 1
step "a"
prefer a b 0
step "neither"
echo 0 >"$ALUA/a/preferred"
echo round-robin >"$MPATH/iopolicy"
must_wait 40 "path 0 is not preferred any more" attribute_is "${PATHS[0]}" mpath_preferred 0
carries 1 || fail "path 1 carries nothing"
for i in 0 1; do state_is "${PATHS[i]}" usable || fail "path $i is $(path_state "${PATHS[i]}")"; done
fio_finish
