# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # READS is for the cases
# I/O that its application polls for, and how many commands scsi_debug has given back to who asked.
# The others are given back by a timer.
POLLS=/sys/kernel/tracing
READS=512

polls_begin() {
	echo "r:mpath_polled sdebug_blk_mq_poll nr=\$retval:s32" >>$POLLS/kprobe_events
	at_exit polls_end
	echo 'nr > 0' >$POLLS/events/kprobes/mpath_polled/filter
	echo 1 >$POLLS/events/kprobes/mpath_polled/enable
}
polls_end() {
	[[ -d $POLLS/events/kprobes/mpath_polled ]] || return 0
	echo 0 >$POLLS/events/kprobes/mpath_polled/enable
	echo '-:mpath_polled' >>$POLLS/kprobe_events
}
polled() { awk -F ' nr=' '/mpath_polled:/ { n += $2 } END { print n + 0 }' $POLLS/trace; }

poll_for() { # DEVICE [FIO OPTION...]
	local device=$1
	shift
	echo >$POLLS/trace
	timeout 60 fio --name=polled --filename="$device" --rw=randread --bs=4k --size=1m --io_size=2m --direct=1 \
		--ioengine=io_uring --iodepth=4 --hipri=1 --thread --output="$WORK/polled" "$@"
}
# As by a disk that has nothing to poll: 6.1 reads all the same.
poll_refused() { # DEVICE
	case $(uname -r) in
	6.1.*) poll_for "$1" || fail "$(cat "$WORK/polled")" ;;
	*)
		if poll_for "$1"; then fail "what cannot be polled for was read"; fi
		grep -q 'error=Operation not supported' "$WORK/polled" || fail "$(cat "$WORK/polled")"
		;;
	esac
	equal "$(polled)" 0 "commands that were polled for"
}
