# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Who opens a disk of sd's: nobody, once it is a path. A program that asks the kernel by a file of
# its own has to call sd_open(), whatever name it has found.
OPENS=/sys/kernel/tracing

opens_begin() {
	echo 'p:mpath_sd_open sd_open' >>$OPENS/kprobe_events
	at_exit opens_end
	echo >$OPENS/trace
	echo 1 >$OPENS/events/kprobes/mpath_sd_open/enable
}
opens_end() { echo 0 >$OPENS/events/kprobes/mpath_sd_open/enable; echo '-:mpath_sd_open' >>$OPENS/kprobe_events; }
opens() { grep -c mpath_sd_open: $OPENS/trace || true; }

# With plain disks there: or what was counted before says nothing.
opens_would_be_seen() {
	head -c 512 "/dev/$(plain_disks | head -1)" >/dev/null
	(($(opens) > 0)) || fail "the trace has not seen an open"
}
