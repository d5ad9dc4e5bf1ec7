# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|left alone
# multipathd runs beside us, knows the LUN's WWID from before, and has been told to take as
# little or as much as it can. It does not take a head or a path of ours; and what it has
# taken when we come stays with it.
like_an_installed_host
rm -f /etc/modprobe.d/mpath-no-alua.conf
modprobe -a dm_multipath dm_service_time
bed_up
wwid=$(udevadm info -q property -n "/dev/$(disk_of "${PATHS[0]}")" | sed -n 's/^ID_SERIAL=//p')

daemon_runs() { [[ $(multipathd show daemon 2>&1) == *@(idle|running)* ]]; }
daemon_up() { # LINE OF THE CONFIGURATION'S DEFAULTS
	mkdir -p /etc/multipath /run/multipath
	echo "/$wwid/" >/etc/multipath/wwids
	printf 'defaults {\n\t%s\n}\n' "$1" >/etc/multipath.conf
	multipathd -d -s >>"$WORK/multipathd" 2>&1 &
	DAEMON=$!
	must_wait 20 "multipathd runs" daemon_runs
}
daemon_down() {
	[[ -n ${DAEMON-} ]] || return 0
	kill "$DAEMON" && wait "$DAEMON"
	DAEMON=''
	dmsetup remove_all
}
at_exit daemon_down
maps() { dmsetup ls --target multipath | grep -v '^No devices' || true; }
maps_are() { [[ $(maps | wc -l) == "$1" ]]; }
its_paths() { multipathd show paths raw format %d 2>&1 | grep -vx ok || true; }
keeps_off() { # WHEN
	settle
	multipathd reconfigure >/dev/null
	must_wait 20 "multipathd runs, $1" daemon_runs
	equal "$(maps)" "" "maps of multipathd, $1"
	equal "$(its_paths)" "" "paths of multipathd, $1"
	equal "$(path_count)" 2 "paths of the head, $1"
}

mpath_load
head_wait 2
equal "$(<"$MPATH/wwid_multipath_tools")" "$wwid" "wwid as multipath-tools spells it"
for line in '' 'find_multipaths yes' 'find_multipaths smart' 'find_multipaths greedy' 'find_multipaths no'; do
	step "it is there after us: '$line'"
	daemon_up "$line"
	keeps_off "as it starts"
	bed_fail 1 logout
	must_wait 20 "one path is left" paths_are 1
	bed_restore 1 logout
	must_wait 20 "two paths again" paths_are 2
	keeps_off "when a path has come"
	read_one
	[[ $line == 'find_multipaths no' ]] || daemon_down
done

step "what we give back is its own"
mpath_unload
must_wait 30 "multipathd has a map" maps_are 1
map=/dev/mapper/$wwid
must_wait 10 "$map is there" test -b "$map"

step "what it has is not taken away"
mpath_load
for p in "${PATHS[@]}"; do
	must_wait 20 "$p says that it is in use" is "/sys/block/$(disk_of "$p")/mpath_verdict" "in use"
done
equal "$(heads)" "" "heads"
dd if="$map" of=/dev/null bs=4k count=1 iflag=direct status=none
mpath_unload
multipath -f "$wwid"
daemon_down
