# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: allow invalid for parameter
# Whatever is not a valid value is refused with EINVAL, and nothing changes: by module
# parameter, at load and after, and by attribute.
modprobe -a scsi_mod sd_mod
insmod "$MODULES/lib/libmultipath.ko"
for bad in iopolicy=fastest iopolicy= iopolicy=numa2 iopolicy=Numa iopolicy=round_robin \
	no_path_timeout_ms=-2 no_path_timeout_ms=soon no_path_timeout_ms=99999999999999999999 \
	submit_mode=both submit_mode=inter scsi_multipath=maybe scsi_multipath=once scsi_multipath=on scsi_multipath_always=office \
	scsi_multipath_always= scsi_multipath_always=2x report_port_groups=maybe; do
	refuses "Invalid parameters" insmod "$MODULES/scsi/scsi_multipath.ko" "$bad"
	not mpath_loaded || fail "loaded with $bad"
done

mpath_load
bed_up 2
head_wait 2
P=/sys/module/scsi_multipath/parameters
equal "$(cat $P/scsi_multipath $P/scsi_multipath_always $P/iopolicy $P/no_path_timeout_ms $P/submit_mode | xargs)" \
	"Y N numa 30000 interpose" "parameters if nothing is said"

takes() { # FILE VALUE...
	local file=$1 v
	shift
	for v; do
		put "$file" "$v" || fail "$file does not take '$v'"
		equal "$(<"$file")" "${v%\\n}" "$file"
	done
}
words=('\n' fastest 'numa numa' numaa num Numa ' numa' 'numa\n\n' 'round robin' 'queue-depth,')
for f in $P/iopolicy "$MPATH/iopolicy"; do
	takes "$f" round-robin 'queue-depth\n' 'service-time\n' numa
	rejects "$f" "${words[@]}"
done
for f in $P/submit_mode "$HEAD_SYS/submit_mode"; do
	takes "$f" clone 'interpose\n'
	rejects "$f" both 'clone clone' Clone interp
done
for f in $P/no_path_timeout_ms "$HEAD_SYS/no_path_timeout_ms"; do
	takes "$f" 0 -1 '1000\n' 30000
	rejects "$f" -2 -30000 ten 1s '\n' 99999999999999999999 '5 5'
done
takes "$HEAD_SYS/stall_timeout_ms" 0 1 '86400000\n' 2000
rejects "$HEAD_SYS/stall_timeout_ms" -1 86400001 4294967296 99999999999999999999 soon 1s '\n' '5 5'
takes "$HEAD_SYS/parked_limit_kib" 1 '4294967295\n' 0
rejects "$HEAD_SYS/parked_limit_kib" -1 4294967296 99999999999999999999 all 1M '\n' '5 5'
takes "$HEAD_SYS/delayed_removal_secs" 1 '3600\n' 0
rejects "$HEAD_SYS/delayed_removal_secs" -1 4294967296 4294967295 ten 1s '\n' '5 5'
takes "$HEAD_SYS/reservation_key" none 'none\n'
rejects "$HEAD_SYS/reservation_key" 0 0x0 -1 0x10000000000000000 key 0xabcg '\n' '1 1' None
refuses "not supported" put "$HEAD_SYS/reservation_key" 0x1 # by scsi_debug
rejects "/sys/block/$(disk_of "${PATHS[0]}")/mpath_disabled" 2 -1 yes '\n' '1 1'
refuses "Invalid argument" put "$HEAD_SYS/evict" 0
for v in 0 2 -1 yes '\n' '1 1'; do refuses "Invalid argument" put "$HEAD_SYS/fail_now" "$v"; done
for f in multipath_failover_count io_requeue_no_usable_path_count io_fail_no_available_path_count; do
	equal "$(stat -c %A "$HEAD_SYS/$f")" "-r--r--r--" "mode of $f"
done
fio_pass "/dev/$HEAD"
