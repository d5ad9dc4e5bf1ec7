# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # results (HEAD, PATHS, FIO_*) are for the cases
# What cases are written with: asserting, polling, finding disks, fio.
. /mpath/tests/guest/tell.sh

WORK=${WORK:-/tmp/case}
# A debug kernel is that much slower: more time, less I/O.
SLOW=${MPATH_SLOW:-1}

# -- asserting ---------------------------------------------------------------

fail() { local -; set +x; echo "FAIL: $*" >&2; echo "$*" >"$WORK/reason"; exit 1; }
skip() { local -; set +x; echo "SKIP: $*" >&2; echo "$*" >"$WORK/reason"; exit 77; }

equal() { # HAVE WANT WHAT
	local -; set +x
	[[ $1 == "$2" ]] || fail "$3: have '$1', want '$2'"
	echo "ok: $3 is '$2'"
}

# The command must fail, and say PATTERN on its standard error.
refuses() { # PATTERN COMMAND...
	local -; set +x
	local pattern=$1 said
	shift
	if said=$("$@" 2>&1); then fail "accepted: $*"; fi
	[[ $said == *$pattern* ]] || fail "'$*' said '$said', not '$pattern'"
	echo "ok: refused with '$pattern': $*"
}

# One write of TEXT, in which \\n is a newline; none at all if it is empty.
put() { printf '%b' "$2" >"$1"; } # FILE TEXT
# Each value is none, and changes nothing.
rejects() { # FILE VALUE...
	local file=$1 v was
	shift
	was=$(<"$file")
	for v; do
		refuses "Invalid argument" put "$file" "$v"
		equal "$(<"$file")" "$was" "$file afterwards"
	done
}

# -- waiting: poll a state until a deadline, never sleep and hope --------------
# What is asked again and again starts no program: the emulator takes 40 ms for one.

exec {NEVER}<> <(:) # nothing ever comes
nap() { read -rt 0.05 -u "$NEVER" || true; }

wait_for() { # SECONDS COMMAND...
	local -; set +x
	local end=$((SECONDS + $1 * SLOW))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS <= end)) || return 1
		nap
	done
}
must_wait() { # SECONDS WHAT COMMAND...
	local -; set +x
	local limit=$1 what=$2
	shift 2
	wait_for "$limit" "$@" || fail "not within $limit s: $what"
	echo "ok: $what"
}
is() { [[ -e $1 && "$(<"$1")" == "$2" ]]; } 2>/dev/null        # FILE VALUE
above() { [[ -e $1 ]] && (("$(<"$1")" > $2)); } 2>/dev/null # FILE NUMBER
not() { ! "$@"; }

# -- disks: what is SCSI's here, a bed of another transport overrides -------------

DISKS='sd' # how the names of all disks of the transport begin, heads or not
sdev() { echo "/sys/bus/scsi/devices/$1"; }
disk_of() { # H:C:I:L: sdX, hidden or not
	local d
	for d in "/sys/bus/scsi/devices/$1/block/"*; do [[ -d $d ]] && echo "${d##*/}" && return; done
	return 1
}
# The sum of these fields of a disk's statistics, counted from 1.
stat_of() { # DISK FIELD...
	local disk=$1 s field sum=0
	shift
	read -ra s <"/sys/block/$disk/stat" || return
	for field; do sum=$((sum + s[field - 1])); done
	echo $sum
}
writes_of() { stat_of "$1" 5; }
writes_above() { (($(writes_of "$1") > $2)); } # DISK NUMBER
ios_above() { (($(ios_of "$1") > $2)); }
ios_of() { stat_of "$1" 1 5; }
# What its head has sent down a path; the disk's own statistics have the reads of probes, too.
sent_to() { echo $(($(<"/sys/block/$1/mpath_reads") + $(<"/sys/block/$1/mpath_writes"))); } # DISK
sent_above() { (($(sent_to "$1") > $2)); }
stat_of_paths() { local p sum=0; for p in "${PATHS[@]}"; do sum=$((sum + $(stat_of "$(disk_of "$p")" "$@"))); done; echo $sum; }
at_rest() { local s; read -ra s <"/sys/block/$1/inflight" && [[ ${s[*]} == "0 0" ]]; }
verdict_is() { is "/sys/block/$(disk_of "$1")/mpath_verdict" "$2"; } # H:C:I:L WORDS
says() { # WORDS H:C:I:L...: verdicts
	local words=$1 p
	shift
	for p; do must_wait 10 "$p says '$words'" verdict_is "$p" "$words"; done
}
plain_disks_are() { [[ $(plain_disks | wc -l) == "$1" ]]; } # NUMBER
heads_are() { [[ $(count "$CLASS"/*) == "$1" ]]; }
count() { local f n=0; for f; do [[ ! -e $f ]] || n=$((n + 1)); done; echo $n; } # FILE...
plain_disks() { lsblk -dnro NAME | grep -E '^sd[a-z]{1,3}$' || true; }
# Also the rules that ask each disk with a dozen programs (guest/init).
all_udev_rules() { rm -f /etc/udev/rules.d/*; udevadm control --reload; }
# What `make install` puts beside the modules, all rules, and multipath-tools with our word.
like_an_installed_host() {
	cp -r "$MODULES/root/." /
	all_udev_rules
}
# For a case that says modprobe, as people do.
modprobe_finds_ours() {
	local updates
	updates=/usr/lib/modules/$(uname -r)/updates
	rm -rf /run/ours
	mkdir -p /run/ours/{up,work}
	mount -t overlay -o lowerdir=/usr/lib/modules,upperdir=/run/ours/up,workdir=/run/ours/work overlay /usr/lib/modules
	at_exit umount -l /usr/lib/modules
	mkdir -p "$updates"
	cp "$MODULES"/lib/libmultipath.ko "$MODULES"/scsi/scsi_multipath.ko "$updates"
	depmod -a
}
# The LUN of some beds stays for the cases that follow: nothing is to be found on it.
wipe_lun() {
	local d
	for d in "$HEAD" $(plain_disks); do
		[[ ! -b /dev/$d ]] || dd if=/dev/zero of="/dev/$d" bs=1M oflag=direct status=none
		blockdev --rereadpt "/dev/$d"
	done
} 2>/dev/null
# The daemon sometimes hangs up on who asks; that is no answer.
settle() { must_wait 60 "udev settles" udevadm settle --timeout=30; }

# -- our modules -----------------------------------------------------------------

MODULES=/mpath/modules
# Those of SCSI, too: beds/nvme has the other ones.
GLUE=scsi_multipath             # the module
DRIVERS=(scsi_mod sd_mod)       # what it needs to be there
HEADS='sdmpath*'                # names of heads
FIRST_HEAD=sdmpatha
CLASS=/sys/class/scsi_mpath_device
DISK_CLASS=/sys/class/scsi_mpath_disk

BED_PARAMETERS=() # of the module, where a bed needs some

mpath_loaded() { [[ -d /sys/module/$GLUE ]]; }
mpath_load() { # [PARAMETER=VALUE...]
	modprobe -a "${DRIVERS[@]}"
	[[ -d /sys/module/libmultipath ]] || insmod "$MODULES/lib/libmultipath.ko"
	insmod "$MODULES/${GLUE%%_*}/$GLUE.ko" "${BED_PARAMETERS[@]}" "$@"
}
mpath_unload() {
	settle
	rmmod "$GLUE" && rmmod libmultipath
}

# The one head there is, with N paths: HEAD, HEAD_SYS (gendisk), MPATH (mpath device).
head_wait() { # [N]
	local -; set +x
	must_wait 30 "a head appears" one_head
	MPATH=$(echo "$CLASS"/*)
	must_wait 30 "it has ${1:-2} paths" paths_are "${1:-2}"
	HEAD=$(head_disks "${MPATH##*/}")
	HEAD_SYS=/sys/block/$HEAD
	must_wait 10 "/dev/$HEAD is there" test -b "/dev/$HEAD"
	settle
}
heads() { local d; for d in "$CLASS"/*; do [[ -d $d ]] && echo "$d"; done; }
no_heads() { [[ -z $(heads) && $(count "$DISK_CLASS"/*) == 0 ]]; }
one_head() { heads_are 1 && [[ -n $(head_disks) ]]; }
# Names of the heads' disks: all, or that of mpath device N.
# shellcheck disable=SC2231  # they are patterns
head_disks() { local d; for d in "$DISK_CLASS"/${1:-*}/$HEADS; do [[ ! -d $d ]] || echo "${d##*/}"; done; }
path_count() { count "$MPATH"/multipath/*; }
paths_are() { [[ $(path_count) == "$1" ]]; }
read_one() { dd if="/dev/$HEAD" bs=4k count=1 iflag=direct of=/dev/null status=none; }
counter() { echo "$(<"$HEAD_SYS/$1")"; }
moved() { counter multipath_failover_count; }
# A path's sg node. udev loads the driver some time after the first device.
sg_of() { # H:C:I:L
	local -; set +x
	modprobe sg
	echo "/dev/$(basename "$(sdev "$1")"/scsi_generic/sg*)"
}
path_state() { echo "$(<"/sys/block/$(disk_of "$1")/mpath_state")"; }
state_is() { [[ $(path_state "$1") == "$2" ]]; } # H:C:I:L STATE
in_use() { [[ $(path_state "$1") == usable ]]; }
is_back() { [[ $(path_state "$1") == @(usable|marginal) ]]; }

# Fails a path under I/O, so that I/O has to move. A device set offline has nothing to
# give back if it happened to be idle: then again.
fail_moving() { # I [KIND]
	local -; set +x
	local kind=${2:-${BED_KINDS[0]}} before limit=$BED_DETECT try
	before=$(moved)
	[[ $kind != offline ]] || limit=1
	for ((try = 0; try < 10; try++)); do
		bed_fail "$1" "$kind"
		if wait_for "$limit" above "$HEAD_SYS/multipath_failover_count" "$before"; then
			echo "ok: $kind: $(($(moved) - before)) I/Os moved"
			must_wait "$BED_DETECT" "$kind: path $1 is not used any more" not in_use "${PATHS[$1]}"
			return
		fi
		[[ $kind == offline ]] || break
		bed_restore "$1" "$kind"
		must_wait 10 "path $1 is used again" in_use "${PATHS[$1]}"
		fio_goes_on 50
	done
	fail "$kind: no I/O moved off path $1"
}

# -- the kernel's log since the case began -------------------------------------------

klog() { dmesg | sed -n "\\,mpath-test: begin $CASE_ID\$,,\$p"; }
klog_has() { klog | grep -qE -- "$1"; }

# -- I/O with content checked ------------------------------------------------------------

# Random writes of a small area over and over, every pass read back and compared.
# One error ends it: no error may reach the application.
fio_start() { # DEVICE [FIO OPTION...]
	local -; set +x
	local device=$1 before
	shift
	rm -f "$WORK"/fio.*
	before=$(writes_of "${device##*/}")
	fio --name=verify --filename="$device" --rw=randwrite --bs=4k --size="${FIO_SIZE:-$((8 / SLOW))m}" \
		--ioengine=libaio --iodepth=8 --direct=1 --thread --rate_iops="${FIO_RATE:-500}" \
		--verify=crc32c --verify_fatal=1 --verify_state_save=0 --time_based --runtime=7200 \
		--write_lat_log="$WORK/fio" --log_offset=0 \
		--output-format=json --output="$WORK/fio.json" "$@" >"$WORK/fio.out" 2>&1 &
	FIO_PID=$!
	FIO_DEVICE=$device
	# Others read what is new.
	must_wait 30 "fio writes" fio_reached $((before + 20 / SLOW)) writes_of
}
fio_runs() { kill -0 "$FIO_PID" 2>/dev/null; }
# What it has to say of an error is in front of its report.
fio_said() { grep -hE '^(fio|verify|crc|terminate|.*error)' "$WORK/fio.out" "$WORK/fio.json" | head -5; tail -2 "$WORK/fio.out"; }

# fio must do N more I/Os within the time: the way is open again.
fio_goes_on() { # [N [SECONDS]]
	local -; set +x
	local more=$((${1:-300} / SLOW))
	must_wait "${2:-60}" "fio does $more more I/Os" fio_reached $(($(ios_of "${FIO_DEVICE##*/}") + more))
}
fio_reached() { # NUMBER [COUNTER]
	local rc=0
	fio_runs || { wait "$FIO_PID" || rc=$?; fail "fio ended early with $rc: $(fio_said)"; }
	(($("${2:-ios_of}" "${FIO_DEVICE##*/}") >= $1))
}

# Ends it, requires that nothing went wrong, then writes and reads the area once more.
fio_finish() {
	local -; set +x
	local rc=0
	fio_runs || fail "fio ended early: $(fio_said)"
	kill -INT "$FIO_PID"
	wait "$FIO_PID" || rc=$?
	FIO_PID=''
	# 128: ended by our signal.
	((rc == 0 || rc == 128)) || fail "fio ended with $rc: $(fio_said)"
	# Words about the signal come before the report.
	sed -i -n '/^{/,$p' "$WORK/fio.json"
	local errors
	read -r errors FIO_DONE FIO_LONGEST_MS < <(jq -r '.jobs | [(map(.error, .total_err) | add),
		(map(.read.total_ios + .write.total_ios) | add),
		(map(.read.clat_ns.max, .write.clat_ns.max) | max / 1000000 | floor)] | @tsv' "$WORK/fio.json")
	equal "$errors" 0 "errors seen by fio"
	echo "fio: $FIO_DONE I/Os, the longest took $FIO_LONGEST_MS ms"
	fio_pass "$FIO_DEVICE"
}

# One pass: write the area, read it back, compare.
fio_pass() { # DEVICE [FIO OPTION...]
	local device=$1
	shift
	fio --name=pass --filename="$device" --rw=randwrite --bs=16k --size="${FIO_SIZE:-$((8 / SLOW))m}" \
		--ioengine=libaio --iodepth=8 --direct=1 --thread --verify=crc32c --verify_fatal=1 "$@" \
		>"$WORK/pass.out" 2>&1 || fail "fio pass on $device: $(grep -m3 -iE 'err|verify' "$WORK/pass.out")"
	echo "ok: a whole pass of writing and comparing on $device"
}
