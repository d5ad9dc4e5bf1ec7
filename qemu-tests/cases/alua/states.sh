# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors|sdmpatha: no usable path, holding I/O
# The target moves its port groups through the asymmetric access states, and tells by a
# unit attention only. Non-optimized paths carry nothing while an optimized one is left,
# standby paths nothing at all; I/O without another path waits for the change back.
#
#   sdmpatha --+-- path 0 -- port group a --+
#              +-- path 1 -- port group b --+-- LUN 0
rm -f /etc/modprobe.d/mpath-no-alua.conf
groups=$LOOP_CORE/fileio_7/lun/alua
restore() {
	echo 'install scsi_dh_alua /bin/false' >/etc/modprobe.d/mpath-no-alua.conf
	rmdir "$groups"/[ab] 2>/dev/null || true
}
leave() { local i; for i in 0 1; do echo default_tg_pt_gp >"$(loop_tpg $i)/lun/lun_0/alua_tg_pt_gp"; done; }
at_exit leave
at_exit restore

loop_init
loop_store lun 64 "$LOOP_SERIAL"
i=0
for g in a b; do
	mkdir "$groups/$g"
	echo $((++i)) >"$groups/$g/tg_pt_gp_id"
	echo 1 >"$groups/$g/alua_access_type" # implicit
	echo 0 >"$groups/$g/nonop_delay_msecs"
done
set_state() { # GROUP optimized|non-optimized|standby
	local states=(optimized non-optimized standby) n
	for n in "${!states[@]}"; do [[ ${states[n]} != "$2" ]] || echo "$n" >"$groups/$1/alua_access_state"; done
}
# The paths come while the module is not there: then the handler knows both groups.
modprobe scsi_dh_alua
for g in a b; do
	loop_path lun
	echo "$g" >"$(loop_tpg $((LOOP_N - 1)))/lun/lun_0/alua_tg_pt_gp"
done
bed_paths
settle
mpath_load iopolicy=round-robin
head_wait 2
for p in "${PATHS[@]}"; do must_wait 20 "$p is usable" state_is "$p" usable; done

carries() { # I: I/O goes on, and this path has its part in it
	local d before
	d=$(disk_of "${PATHS[$1]}")
	before=$(ios_of "$d")
	fio_goes_on 200
	ios_above "$d" "$before"
}
idle() { ! carries "$1"; }

fio_start "/dev/$HEAD"
step "both optimized"
carries 0 || fail "path 0 carries nothing"
carries 1 || fail "path 1 carries nothing"

step "a non-optimized"
set_state a non-optimized
must_wait 20 "path 0 is known to be non-optimized" state_is "${PATHS[0]}" usable-nonoptimized
idle 0 || fail "the non-optimized path carries I/O"

step "b standby: only the non-optimized path is left"
set_state b standby
must_wait 20 "path 1 is known to be standby" state_is "${PATHS[1]}" standby
carries 0 || fail "path 0 carries nothing"

step "a standby, too: I/O waits"
set_state a standby
must_wait 20 "path 0 is known to be standby" state_is "${PATHS[0]}" standby
must_wait 20 "I/O is held" above "$HEAD_SYS/mpath_parked" 0

step "b optimized again"
set_state b optimized
must_wait 30 "path 1 is usable" state_is "${PATHS[1]}" usable
fio_goes_on 100
set_state a optimized
must_wait 30 "path 0 is usable" state_is "${PATHS[0]}" usable
carries 0 || fail "path 0 carries nothing"
fio_finish
equal "$(counter io_fail_no_available_path_count)" 0 "I/O that was failed for want of a path"
