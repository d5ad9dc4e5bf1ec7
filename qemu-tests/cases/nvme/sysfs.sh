# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 120
#: allow invalid for parameter
# The classes, the links and the files of an NVMe head: names, one line each, and what they refuse.
modprobe -a "${DRIVERS[@]}"
insmod "$MODULES/lib/libmultipath.ko"
for bad in iopolicy=fastest iopolicy= iopolicy=Numa no_path_timeout_ms=-2 no_path_timeout_ms=soon \
	no_path_timeout_ms=99999999999999999999 submit_mode=both; do
	refuses "Invalid parameters" insmod "$MODULES/nvme/nvme_multipath.ko" "$bad"
	not mpath_loaded || fail "loaded with $bad"
done
mpath_load
bed_up
head_wait 2
P=/sys/module/nvme_multipath/parameters
equal "$(cat $P/iopolicy $P/no_path_timeout_ms $P/submit_mode | xargs)" "numa 30000 interpose" "parameters if nothing is said"

equal "$HEAD" nvmempath0n1 "name of the head"
for p in "${PATHS[@]}"; do
	equal "$(readlink -f "$MPATH/multipath/$p")" "$(readlink -f "/sys/block/$p")" "where the device's link to $p leads"
done
links=()
for l in "$DISK_CLASS/${MPATH##*/}/$HEAD"/multipath/*; do links+=("${l##*/}=$(basename "$(readlink -f "$l")")"); done
equal "$(printf '%s\n' "${links[@]#*=}" | sort | xargs)" "$(printf '%s\n' "${PATHS[@]}" | sort | xargs)" "paths of the disk"
equal "$(printf '%s\n' "${links[@]%=*}" | sort | xargs)" "$HEAD:0 $HEAD:1" "names of its links"

step "every file answers, with one line"
for f in "$MPATH"/{iopolicy,wwid} "$HEAD_SYS"/{no_path_timeout_ms,delayed_removal_secs,submit_mode,multipath_failover_count,io_requeue_no_usable_path_count,io_fail_no_available_path_count,stall_timeout_ms,parked_limit_kib,mpath_parked,mpath_longest_no_path_ms}; do
	equal "$(wc -l <"$f")" 1 "lines in $f"
done
for p in "${PATHS[@]}"; do
	for f in mpath_verdict mpath_dev mpath_numa_nodes mpath_queue_depth mpath_state mpath_state_reason mpath_state_ms \
		mpath_state_changes mpath_state_times_ms mpath_inflight mpath_oldest_ms mpath_reads mpath_writes \
		mpath_errors_transport mpath_errors_timeout mpath_errors_io mpath_errors_busy mpath_probes ana_state; do
		equal "$(wc -l <"/sys/block/$p/$f")" 1 "lines in $f of $p"
	done
	equal "$(<"/sys/block/$p/mpath_dev")" "$(<"$HEAD_SYS/dev")" "mpath_dev of $p"
	equal "$(<"/sys/block/$p/mpath_verdict")" taken "mpath_verdict of $p"
	equal "$(<"/sys/block/$p/ana_state")" none "ana_state of $p"
done
[[ $(<"$MPATH/wwid") == *"$NVME_UUID"* || $(<"$MPATH/wwid") == *"${NVME_NGUID//-/}"* ]] || fail "wwid is $(<"$MPATH/wwid")"
equal "$(stat -c '%A %G' "/dev/$HEAD")" "brw-rw---- disk" "mode of /dev/$HEAD"

step "what is refused"
for f in $P/iopolicy "$MPATH/iopolicy"; do rejects "$f" '\n' fastest 'numa numa' Numa ' numa' 'numa\n\n'; done
for f in $P/no_path_timeout_ms "$HEAD_SYS/no_path_timeout_ms"; do rejects "$f" -2 ten 1s '\n' 99999999999999999999 '5 5'; done
rejects "$HEAD_SYS/submit_mode" both 'interpose interpose' '\n'
rejects "/sys/block/${PATHS[0]}/ana_state" '\n' good 'optimized inaccessible' 1
for word in optimized non-optimized inaccessible persistent-loss change optimized; do
	put "/sys/block/${PATHS[0]}/ana_state" "$word\n" || fail "ana_state does not take $word"
	equal "$(<"/sys/block/${PATHS[0]}/ana_state")" "$word" "ana_state"
done
