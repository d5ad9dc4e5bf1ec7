# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by what `bench` runs: the bed that instructions are counted on. scsi_debug without data
# and without delay, two paths, no scheduler, iostats on everywhere.
export WORK=/tmp/case CASE_ID=${0##*/}
mkdir -p $WORK
exec >"/mpath/out/$CASE_ID.log" 2>&1
. /mpath/tests/guest/lib.sh
. /mpath/tests/beds/scsi_debug
trap 'tell "SAY failed: line $LINENO: $BASH_COMMAND"' ERR
echo "mpath-test: begin $CASE_ID" >/dev/kmsg
set -x

quiet() { # DISK...: everything compared is set alike
	local d
	for d; do
		[[ ! -w /sys/block/$d/queue/scheduler ]] || echo none >"/sys/block/$d/queue/scheduler"
		echo 1 >"/sys/block/$d/queue/iostats"
		echo 0 >"/sys/block/$d/queue/add_random" 2>/dev/null || true
	done
}
bed_up_bench() { modprobe scsi_debug uuid_ctl=2 vpd_use_hostno=0 per_host_store=0 fake_rw=1 delay=0 dev_size_mb=64 "$@"; }
disks_are() { [[ $(find /sys/block/ -name 'sd*' ! -name 'sdmpath*' | wc -l) == "$1" ]]; }
hidden_are() { [[ $(cat /sys/block/sd*/hidden | grep -c 1) == "$1" ]]; }
disks() { must_wait 120 "$1 disks" disks_are "$1"; }
# Two disks, sda and sdb; then one head over them.
pair_up() {
	bed_up_bench add_host=2
	disks 2
	quiet sda sdb
}
head_up() {
	mpath_load report_port_groups=N
	must_wait 120 "a head" one_head
	must_wait 60 "its node" test -b /dev/sdmpatha
	MPATH=$(heads)
	must_wait 60 "two paths" paths_are 2
	quiet sda sdb sdmpatha
}
way() { # MODE POLICY
	echo "$1" >/sys/block/sdmpatha/submit_mode
	echo "$2" >"$MPATH/iopolicy"
}
pair_down() {
	must_wait 60 "the module goes" rmmod scsi_multipath
	must_wait 60 "and the bed" modprobe -r scsi_debug
}

# Objects of slabs and per-CPU memory in use, caches dropped and grace periods over. Not
# the pages of slabs: what other objects have left of them is free. By cache it is in $WORK/slabs.
memory() {
	local -; set +x
	local last=0 now=1000000
	until ((now - last < 50000 && last - now < 50000)); do
		last=$now
		sleep 5 # virtual: idle time passes at once
		echo 3 >/proc/sys/vm/drop_caches
		awk 'FILENAME == "/proc/slabinfo" && FNR > 2 { print $1, $2 * $4 }
			$1 == "Percpu:" { print "per-CPU", $2 * 1024 }' /proc/slabinfo /proc/meminfo >"$WORK/slabs"
		now=$(awk '{ s += $2 } END { printf "%d", s }' "$WORK/slabs")
	done
	echo "$now"
}

# Nobody looks at the disks but us; so nobody loads their driver either.
pkill -x systemd-udevd || true
modprobe -a sd_mod
