# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels debug
#: timeout 150
#: allow path-errors
# Everything at the same time, at random, under full verified I/O: paths that fail, go and
# come, attributes that are written, heads that are opened and closed; between rounds the
# module goes and comes. `make soak` runs this for ten minutes.
#
#   fio, opens --- sdmpatha --+-- path 0 --?--+
#                             +-- path 1 --?--+-- LUN 0
#                             +-- ...    --?--+
SOAK_SECONDS=${SOAK_SECONDS:-40}
SOAK_SEED=${SOAK_SEED:-$SRANDOM}
SOAK_ROUND=$((40 * SLOW)) # seconds, about
step "seed $SOAK_SEED, $SOAK_SECONDS s"
RANDOM=$SOAK_SEED
end=$((SECONDS + SOAK_SECONDS))

one_of() { local n=$((RANDOM % $# + 1)); REPLY=${!n}; }
sometimes() { ((RANDOM % $1 == 0)); } # ONE-IN
rest() { read -rt "$((RANDOM % $1 / 10)).$((RANDOM % 10))" -u "$NEVER" || true; } # TENTHS at most
put() { echo "$2" >"$1" 2>/dev/null || true; } # FILE VALUE: the file may be gone
on() { [[ ! -e $WORK/stop ]]; }

# -- paths: at least one is left, or it is for a moment that I/O waits for -----------------

declare -A down=()
usable_left() { local i n=0; for i in "${!SD_HOSTS[@]}"; do [[ -n ${down[$i]-} ]] || n=$((n + 1)); done; echo $n; }
path_down() { # I KIND
	bed_fail "$1" "$2" || true
	down[$1]=$2
}
path_up() { # I
	[[ -n ${down[$1]-} ]] || return 0
	bed_restore "$1" "${down[$1]}" || true
	unset "down[$1]"
}
all_up() { local i; for i in "${!down[@]}"; do path_up "$i"; done; }
all_down() { local i; for i in "${!SD_HOSTS[@]}"; do [[ -n ${down[$i]-} ]] || path_down "$i" "$1"; done; }
host_goes() {
	local last=$((${#SD_HOSTS[@]} - 1))
	((last >= 3)) && [[ -z ${down[$last]-} && $(usable_left) -gt 1 ]] || return 0
	echo "bed: host ${SD_HOSTS[last]} goes"
	echo -1 >"$SD_BUS/drivers/scsi_debug/add_host"
	unset "SD_HOSTS[last]"
}
fail_without_effect() {
	local i n=0
	for i in "${!SD_HOSTS[@]}"; do
		if [[ -z ${down[$i]-} ]] && in_use "${SD_HOSTS[i]}:0:0:0" 2>/dev/null; then n=$((n + 1)); fi
	done
	((n < 2)) || echo "fail_now, although there are paths"
	((n < 2)) || put "$HEAD_SYS/fail_now" 1
}
soak_paths() {
	local kind acts=0
	while on; do
		rest 5
		local i=$((RANDOM % ${#SD_HOSTS[@]}))
		case $((RANDOM % 12)) in
		[0-3]) one_of "${BED_KINDS[@]}"; kind=$REPLY
			if [[ -z ${down[$i]-} && $(usable_left) -gt 1 ]]; then path_down "$i" "$kind"; fi ;;
		[4-6]) path_up "$i" ;;
		7) echo "rescan host ${SD_HOSTS[i]}"; echo '- - -' >"/sys/class/scsi_host/host${SD_HOSTS[i]}/scan" ;;
		8) one_of "${BED_KINDS[@]}"; echo "all paths: $REPLY"
			all_down "$REPLY"; rest 20; all_up ;;
		9) fail_without_effect ;;
		10) ((${#SD_HOSTS[@]} > 5)) || { all_up; bed_add; } ;;
		11) host_goes ;;
		esac
		acts=$((acts + 1))
	done
	echo "paths: $acts acts"
	all_up
}

# -- what people do to a head -----------------------------------------------------------------

soak_attributes() {
	local acts=0
	while on; do
		rest 5
		case $((RANDOM % 8)) in
		0 | 1) one_of numa round-robin queue-depth; put "$MPATH/iopolicy" "$REPLY" ;;
		2) one_of interpose clone; put "$HEAD_SYS/submit_mode" "$REPLY" ;;
		3) one_of 60000 3600000 -1; put "$HEAD_SYS/no_path_timeout_ms" "$REPLY" ;;
		4) one_of 120 300; put "$HEAD_SYS/delayed_removal_secs" "$REPLY" ;;
		5) one_of -2 soon 99999999999999999999; put "$HEAD_SYS/no_path_timeout_ms" "$REPLY" ;;
		6) one_of 0 1; put /sys/kernel/tracing/events/mpath/enable "$REPLY" ;;
		7) cat "$MPATH"/{iopolicy,wwid} "$HEAD_SYS"/{mpath,io,multipath}_* /sys/block/sd*/mpath_* || true ;;
		esac
		acts=$((acts + 1))
	done >/dev/null 2>&1
	echo "attributes: $acts acts"
	put /sys/kernel/tracing/events/mpath/enable 0
}

soak_opens() {
	local acts=0
	while on; do
		rest 5
		case $((RANDOM % 5)) in
		0 | 1) read_one || { echo "a read failed" >"$WORK/reason"; return 1; } ;;
		2) blockdev --getsize64 --getro "/dev/$HEAD" ;;
		3) sg_inq "/dev/$HEAD" || true ;; # none when no path is usable
		4) if rmmod scsi_multipath; then echo "it went while open" >"$WORK/reason"; return 1; fi ;;
		esac >/dev/null 2>&1
		acts=$((acts + 1))
	done
	echo "opens: $acts acts"
}

# Usable, or spared for a time: most have failed more than once.
all_back() { local p; bed_complete && for p in "${PATHS[@]}"; do is_back "$p" || return; done; }

# -- one life of the module ---------------------------------------------------------------------

soak_round() { # SECONDS
	local actor actors=() stop=$((SECONDS + $1))
	one_of numa round-robin queue-depth
	local policy=$REPLY
	one_of interpose clone
	mpath_load iopolicy="$policy" submit_mode="$REPLY"
	[[ -d /sys/module/scsi_debug ]] || bed_up
	head_wait "${#SD_HOSTS[@]}"
	echo 3600000 >"$HEAD_SYS/no_path_timeout_ms"
	echo 120 >"$HEAD_SYS/delayed_removal_secs"
	if sometimes 2; then bed_crowd; fi

	fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=$((16 / SLOW)) --nice=19
	rm -f "$WORK/stop"
	for actor in paths attributes opens; do
		(set +x; trap - ERR; RANDOM=$((SOAK_SEED + SECONDS + ${#actors[@]})); "soak_$actor") &
		actors+=($!)
	done
	while ((SECONDS < stop)) && fio_runs && kill -0 "${actors[@]}"; do nap; done
	touch "$WORK/stop"
	fio_reached 0 # Had it ended, the actors would find the head closed, and say only that.
	for actor in "${actors[@]}"; do wait "$actor" || fail "$(cat "$WORK/reason" || echo "an actor ended with $?")"; done
	SD_HOSTS=()
	bed_hosts
	bed_open_all
	must_wait 60 "all paths are back" all_back
	fio_goes_on 50
	fio_finish
}

# Nobody will come back, says the administrator: what waits fails, and after that all is well.
soak_give_up() {
	local p reader readers=()
	for p in "${!SD_HOSTS[@]}"; do bed_fail "$p" offline; done
	for p in 1 2 3; do read_one 2>/dev/null & readers+=($!); done
	must_wait 20 "I/O waits" above "$HEAD_SYS/mpath_parked" 2
	echo 1 >"$HEAD_SYS/fail_now"
	for reader in "${readers[@]}"; do
		if wait "$reader"; then fail "a read succeeded without a path"; fi
	done
	bed_open_all
	must_wait 60 "all paths are back" all_back
	read_one
}

for ((round = 1; SECONDS < end; round++)); do
	left=$((end - SECONDS))
	step "round $round"
	soak_round $((left < SOAK_ROUND ? left : SOAK_ROUND))
	if sometimes 2; then soak_give_up; fi
	must_wait 60 "the module goes" mpath_unload
	bed_complete
	if sometimes 2; then bed_down; fi
done
