# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: kernels 6.1 6.12 debug
#: beds iscsi
#: timeout 120
# The files, links and contents that the proposal of native SCSI multipath shows, name
# by name. Host and session numbers vary; the order of paths too.
mpath_load
bed_up
head_wait 2

# "mode name [-> target]" of everything in a folder, numbers of hosts replaced.
listing() { # FOLDER
	local -; set +x
	find "$1" -mindepth 1 -maxdepth 1 -printf '%M %f %l\n' | sed -E '
		s/ $//; s/^(l\S+ \S+) /\1 -> /
		s/host[0-9]+/hostH/; s/session[0-9]+/sessionS/; s/target[0-9]+:/targetH:/
		s/\b[0-9]+:0:0:0/H:0:0:0/g; s,/block/sd[a-z]+$,/block/sdP,' | LC_ALL=C sort -k 2
}
same() { # WHAT FOLDER, expected on standard input
	local -; set +x
	listing "$2" >"$WORK/have"
	# A kernel without power management has no such folders.
	if [[ -d /sys/power ]]; then cat; else grep -v ' power$'; fi >"$WORK/want"
	diff -u "$WORK/want" "$WORK/have" || fail "$1 is not as documented"
	echo "ok: $1"
}

equal "${MPATH##*/}" 0 "number of the first mpath device"
same "scsi_mpath_device" "$CLASS"/0/ <<'END'
-rw-r--r-- iopolicy
drwxr-xr-x multipath
drwxr-xr-x power
lrwxrwxrwx subsystem -> ../../../../class/scsi_mpath_device
-rw-r--r-- uevent
-r--r--r-- wwid
-r--r--r-- wwid_multipath_tools
END
same "its links to the scsi_devices" "$CLASS"/0/multipath <<'END'
lrwxrwxrwx H:0:0:0 -> ../../../../platform/hostH/sessionS/targetH:0:0/H:0:0:0
lrwxrwxrwx H:0:0:0 -> ../../../../platform/hostH/sessionS/targetH:0:0/H:0:0:0
END
same "scsi_mpath_disk" /sys/class/scsi_mpath_disk/0/ <<'END'
drwxr-xr-x power
drwxr-xr-x sdmpatha
lrwxrwxrwx subsystem -> ../../../../class/scsi_mpath_disk
-rw-r--r-- uevent
END
same "its links to the path disks" /sys/class/scsi_mpath_disk/0/sdmpatha/multipath <<'END'
lrwxrwxrwx sdmpatha:0 -> ../../../../../platform/hostH/sessionS/targetH:0:0/H:0:0:0/block/sdP
lrwxrwxrwx sdmpatha:1 -> ../../../../../platform/hostH/sessionS/targetH:0:0/H:0:0:0/block/sdP
END

# Each name is that of the device it leads to, and all paths are there.
for p in "${PATHS[@]}"; do
	equal "$(readlink -f "$CLASS/0/multipath/$p")" "$(readlink -f "$(sdev "$p")")" "where $p leads"
	equal "$(readlink -f "$(sdev "$p")/scsi_mpath_device")" "$(readlink -f "$CLASS"/0)" "scsi_mpath_device of $p"
	equal "$(<"/sys/block/$(disk_of "$p")/mpath_dev")" "$(<"$HEAD_SYS/dev")" "mpath_dev of $p"
done

serial=$(sed 's/.*: //; s/-//g' /sys/kernel/config/target/core/fileio_*/lun/wwn/vpd_unit_serial)
equal "$(<"$CLASS"/0/wwid)" "naa.6001405${serial:0:25}" "wwid, after the target's serial number"
equal "$(<"$CLASS"/0/wwid_multipath_tools)" "36001405${serial:0:25}" "wwid, as multipath-tools spells it"
equal "$(<"$CLASS"/0/iopolicy)" numa "iopolicy"
equal "$(stat -c '%A %G' "/dev/$HEAD")" "brw-rw---- disk" "mode of /dev/$HEAD"

step "every file answers, with one line"
for f in $CLASS/0/{iopolicy,wwid,wwid_multipath_tools} "$HEAD_SYS"/{no_path_timeout_ms,delayed_removal_secs,submit_mode,multipath_failover_count,io_requeue_no_usable_path_count,io_fail_no_available_path_count,stall_timeout_ms,parked_limit_kib,mpath_longest_no_path_ms} "$HEAD_SYS"/reservation_{key,state,type,holder}; do
	equal "$(wc -l <"$f")" 1 "lines in $f"
done
for p in "${PATHS[@]}"; do
	for f in mpath_verdict mpath_dev mpath_numa_nodes mpath_queue_depth mpath_state \
		mpath_state_reason mpath_state_ms mpath_state_changes mpath_state_times_ms mpath_registered mpath_disabled; do
		equal "$(wc -l <"/sys/block/$(disk_of "$p")/$f")" 1 "lines in $f of $p"
	done
done
read_one
for p in "${PATHS[@]}"; do cat "/sys/block/$(disk_of "$p")/mpath_numa_nodes"; done | sort >"$WORK/nodes"
equal "$(xargs <"$WORK/nodes")" "0 none" "nodes served by each path"
