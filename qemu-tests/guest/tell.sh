# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The guest's word to the host: one line each on the second serial port.
[[ -n ${TELL_READY-} ]] || { stty -F /dev/ttyS1 raw -echo 2>/dev/null; export TELL_READY=1; }
tell() { local -; set +x; printf '%s\n' "$*" >/dev/ttyS1; }
# What is going on, for whoever is watching.
step() { local -; set +x; echo "== $*"; tell "STEP $*"; }
