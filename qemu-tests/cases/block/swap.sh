# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.12
#: timeout 360
#: allow path-errors
# Swap on a head, more memory in use than there is, and paths that fail, lose commands, go and
# come, or refuse all together. Pages go on being read and written, within a bound, and are what
# they were. On the debug kernel no record comes from the slab: all I/O lives on the reserve
# of the head's pool. Odd rounds interpose, even ones clone.
#
#   swap-load x 3 --- memory --- swap --- sdmpatha --+-- path 0 --?--+
#                                                    +-- path 1 --?--+-- LUN 0, in memory of its own
SWAP_ROUNDS=${SWAP_ROUNDS:-1}
LEFT_MB=$((SLOW == 1 ? 96 : 128)) # for all, when the rest is held
LOADS=3
LOAD_MB=$((LEFT_MB * 2 / LOADS)) # of each process: twice as much in all

load_pids=()
held_pid=''
memory_is_back() {
	bed_open_all
	kill -KILL "${load_pids[@]}" $held_pid
	swapoff -a
}
at_exit memory_is_back

# -- memory ----------------------------------------------------------------------------------

vmstat() { sed -n "s/^$1 //p" /proc/vmstat; }
available_mb() { echo $(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024)); }
hold_memory() {
	local -; set +x
	local mb=$(($(available_mb) - LEFT_MB))
	guest/swap-load hold "$mb" >"$WORK/held" &
	held_pid=$!
	must_wait 150 "$mb MB are held" is "$WORK/held" held
}
compared() { local f n sum=0; for f in "$WORK"/compared.*; do n=$(<"$f") && sum=$((sum + n)); done; echo $sum; }
loads_live() {
	kill -0 "${load_pids[@]}" 2>/dev/null || fail "a process has ended: $(cat "$WORK"/load.*)"
}
compared_above() { loads_live; (($(compared) > $1)); }
# The bound: nothing that a case does to paths may hold memory up for longer.
memory_goes_on() {
	local -; set +x
	must_wait 30 "memory goes on" compared_above $(($(compared) + 600 / SLOW))
}
start_loads() {
	local -; set +x
	local i
	load_pids=()
	rm -f "$WORK"/compared.*
	for ((i = 0; i < LOADS; i++)); do
		guest/swap-load use $LOAD_MB "$WORK/compared.$i" 2>"$WORK/load.$i" &
		load_pids+=($!)
	done
	must_wait 60 "all have memory, and use it" loads_run
}
loads_run() { loads_live; (($(count "$WORK"/compared.*) == LOADS)); }
# One after the other, or they would take each other's memory away all the time.
end_loads() {
	local -; set +x
	local pid
	kill -STOP "${load_pids[@]}"
	for pid in "${load_pids[@]}"; do
		kill -TERM "$pid"
		kill -CONT "$pid"
		wait "$pid" || fail "a process ended with $?: $(cat "$WORK"/load.*)"
	done
	load_pids=()
	echo "ok: each page is what was written to it"
}

# -- the slab is empty ---------------------------------------------------------------------------

FAILSLAB=/sys/kernel/debug/failslab
NR_FAILURES=1000000000
slab_fails() {
	local set
	[[ -d $FAILSLAB ]] || return 0
	at_exit slab_works
	for set in probability=100 interval=1 verbose=0 times=$NR_FAILURES ignore-gfp-wait=N cache-filter=Y; do
		echo "${set#*=}" >"$FAILSLAB/${set%%=*}"
	done
	echo 1 >/sys/kernel/slab/mpk_record/failslab
}
slab_works() { echo 0 >$FAILSLAB/probability; }
slab_has_failed() { [[ ! -d $FAILSLAB ]] || echo "records that the slab did not have: $((NR_FAILURES - $(<$FAILSLAB/times)))"; }

# -- paths -------------------------------------------------------------------------------------------

in_use_again() { bed_complete && is_back "${PATHS[$1]}"; }
path_is_back() { must_wait 30 "path $1 is used again" in_use_again "$1"; } # I
i_o_moves() { must_wait 30 "I/O moves" above "$HEAD_SYS/multipath_failover_count" "$1"; } # MOVED-BEFORE

# Under I/O, until it is restored.
fail_under_memory() { # I KIND
	local -; set +x
	bed_fail "$1" "$2"
	must_wait 20 "$2: path $1 is not used any more" not in_use "${PATHS[$1]}"
	memory_goes_on
	bed_restore "$1" "$2"
	path_is_back "$1"
	memory_goes_on
}
# The next commands find no way; after that all is well, and nobody in user space has to see to it.
all_refuse() {
	local -; set +x
	local before i
	before=$(moved)
	for i in 0 1; do echo '2 -4 0xff 0x1 0 0 0 0 0' >"$SD_INJECT/${PATHS[i]}/error"; done
	i_o_moves "$before"
	path_is_back 0
	path_is_back 1
	memory_goes_on
}
# The next commands are not answered.
lose_some() { # I
	local -; set +x
	local before
	before=$(moved)
	echo 2 >"$(sdev "${PATHS[$1]}")/timeout"
	echo '0 -4 0xff' >"$SD_INJECT/${PATHS[$1]}/error"
	memory_goes_on
	i_o_moves "$before"
	path_is_back "$1"
	memory_goes_on
}
# A path that dies twice within a minute is spared: no more than that before it goes and comes anew.
fail_paths() { # ROUND
	local a=$(($1 % 2)) b=$((1 - $1 % 2))
	if [[ ! -d $SD_INJECT ]]; then
		fail_under_memory $a offline
		fail_under_memory $b delete
		return
	fi
	lose_some $a
	fail_under_memory $a delete
	all_refuse
	fail_under_memory $b delete
	if ((($1 & 2) == 0)); then fail_under_memory $b inject; else fail_under_memory $b offline; fi
}

mpath_load iopolicy=round-robin
bed_up 2 dev_size_mb=256
head_wait 2
mkswap "/dev/$HEAD"
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
slab_fails
hold_memory

for ((round = 1; round <= SWAP_ROUNDS; round++)); do
	step "round $round of $SWAP_ROUNDS, $(available_mb) MB"
	began=$SECONDS
	if ((round % 2)); then echo interpose; else echo clone; fi >"$HEAD_SYS/submit_mode"
	out=$(vmstat pswpout) in=$(vmstat pswpin) failovers=$(moved)
	swapon "/dev/$HEAD"
	echo 0 >/proc/sys/vm/page-cluster # read a page at a time
	start_loads
	memory_goes_on
	fail_paths "$round"
	out=$(($(vmstat pswpout) - out)) in=$(($(vmstat pswpin) - in))
	((out > 1000 && in > 1000)) || fail "swapped out $out pages, in $in: too few to mean anything"
	echo 3 >/proc/sys/vm/page-cluster
	end_loads
	swapoff "/dev/$HEAD"
	step "round $round: $((SECONDS - began)) s, $out pages out, $in in, $(($(moved) - failovers)) I/Os moved; $(slab_has_failed)"
	if klog_has 'invoked oom-killer'; then fail "memory did not go on: $(klog | grep -m1 'Out of memory')"; fi
done
equal "$(counter io_fail_no_available_path_count)" 0 "I/Os that failed for want of a path"
[[ ! -d $FAILSLAB ]] || (($(<$FAILSLAB/times) < NR_FAILURES)) || fail "the slab had a record for all"
