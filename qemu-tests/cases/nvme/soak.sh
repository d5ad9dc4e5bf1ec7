# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 200
#: allow path-errors|HEAD: (the last path is gone|no usable path)
# Everything at the same time, at random, under verified I/O: paths fail every way, controllers are
# reset, deleted and added, access states are told right and wrong, attributes are written, the head
# is opened and closed. In between the module goes and comes. The namespace stays (namespace.sh has it
# go): nvmet may keep one that was disabled (guest/klog.sh).
SOAK_SECONDS=${SOAK_SECONDS:-40}
SOAK_SEED=${SOAK_SEED:-$SRANDOM}
step "seed $SOAK_SEED, $SOAK_SECONDS s"
RANDOM=$SOAK_SEED
one_of() { local n=$((RANDOM % $# + 1)); REPLY=${!n}; }
rest() { read -rt "$((RANDOM % $1 / 10)).$((RANDOM % 10))" -u "$NEVER" || true; } # TENTHS at most
put() { echo "$2" >"$1" 2>/dev/null || true; } # FILE VALUE: the file may be gone

declare -A down=()
paths_down() { # KIND I...
	local kind=$1 i
	shift
	for i; do [[ -n ${down[$i]-} ]] || { bed_fail "$i" "$kind"; down[$i]=$kind; }; done
}
paths_up() { # I...
	local i
	for i; do
		[[ -n ${down[$i]-} ]] || continue
		# A connection that was lost for too long has no controller any more.
		bed_restore "$i" "${down[$i]}"
		nvme_join "$i"
		unset "down[$i]"
	done
}
soak_act() {
	local i=$((RANDOM % BED_N)) p
	case $((RANDOM % 12)) in
	[0-3]) one_of "${BED_KINDS[@]}"; ((${#down[@]})) || paths_down "$REPLY" $i ;;
	[4-6]) paths_up $i ;;
	7) [[ -n ${down[$i]-} ]] || { echo "reset $i"; put "$(nvme_ctrl $i)/reset_controller" 1; } ;;
	8) one_of ana delete; echo "all paths: $REPLY"; paths_down "$REPLY" 0 1; rest 15; paths_up 0 1 ;;
	9 | 10)
		one_of optimized non-optimized inaccessible change persistent-loss
		for p in /sys/block/nvme[0-9]*; do [[ ! -e $p/ana_state ]] || put "$p/ana_state" "$REPLY"; done
		;;
	11) echo "rescan $i"; put "$(nvme_ctrl $i)/rescan_controller" 1 ;;
	esac
}
soak_attributes() {
	while [[ ! -e $WORK/stop ]]; do
		rest 5
		case $((RANDOM % 5)) in
		0) one_of numa round-robin queue-depth service-time; put "$MPATH/iopolicy" "$REPLY" ;;
		1) one_of -2 soon 3600000 -1; put "$HEAD_SYS/no_path_timeout_ms" "$REPLY" ;;
		2) cat "$MPATH"/{iopolicy,wwid} "$HEAD_SYS"/{mpath,io,multipath}_* /sys/block/nvme*/mpath_* || true ;;
		3) if rmmod "$GLUE"; then echo "it went while open" >"$WORK/reason"; return 1; fi ;;
		4) timeout 60 blockdev --getsize64 --getro "/dev/$HEAD" || true ;;
		esac >/dev/null 2>&1
	done
}
all_back() { local p; bed_complete && paths_are "$BED_N" && for p in "${PATHS[@]}"; do is_back "$p" || return; done; }

bed_up
end=$((SECONDS + SOAK_SECONDS * (SLOW == 1 ? 1 : 2)))
for ((round = 1; SECONDS < end; round++)); do
	one_of numa round-robin queue-depth
	step "round $round, $REPLY"
	mpath_load iopolicy="$REPLY"
	head_wait "$BED_N"
	echo 3600000 >"$HEAD_SYS/no_path_timeout_ms"
	echo 600 >"$HEAD_SYS/delayed_removal_secs"
	fio_start "/dev/$HEAD" --rate_iops=0 --iodepth=$((16 / SLOW)) --nice=19
	rm -f "$WORK/stop"
	(set +x; trap - ERR; RANDOM=$((SOAK_SEED + round)); soak_attributes) &
	attributes=$!
	for ((stop = SECONDS + 20 * SLOW; SECONDS < stop; )); do
		rest 10
		fio_runs || fail "fio ended early: $(tail -3 "$WORK/fio.out")"
		soak_act
	done
	touch "$WORK/stop"
	wait $attributes || fail "$(cat "$WORK/reason")"
	paths_up 0 1
	for i in 0 1; do nvme_join $i; done
	# What was told wrong is not believed for ever, but for longer than a case has.
	must_wait 30 "each controller has its disk" bed_complete
	for p in "${PATHS[@]}"; do put "/sys/block/$p/ana_state" optimized; done
	must_wait 60 "all paths are back" all_back
	fio_goes_on 50
	fio_finish
	must_wait 60 "the module goes" mpath_unload
	bed_complete
done
