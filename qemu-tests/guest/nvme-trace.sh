# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by cases about the commands that reach controllers: they are in the driver's trace, with the
# path's disk and the queue.
TRACE=/sys/kernel/tracing
NVME_SETUP=$TRACE/events/nvme/nvme_setup_cmd/enable
watch_commands() { echo >$TRACE/trace; echo 1 >$NVME_SETUP; }
unwatch_commands() { echo 0 >$NVME_SETUP; }
at_exit unwatch_commands
# How many lines have it.
commands() { grep -cE -- "$1" $TRACE/trace || true; } # REGEX
