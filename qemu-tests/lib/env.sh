# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this
# Sourced by every host script: folders, messages, one lock around the cache.

QT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(dirname "$QT")
CACHE=${MPATH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/multipath-native}
mkdir -p "$CACHE"

say() { echo "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# Everything in the cache is built once, under this lock, in a temporary place,
# and then renamed: an interrupted build leaves nothing half done behind.
# The lock file is inherited (and so stays locked) only by what we wait for.
cache_lock() {
	exec {CACHE_FD}>"$CACHE/.lock-$1"
	flock "$CACHE_FD"
}

need() {
	local tool missing=()
	for tool; do command -v "$tool" >/dev/null || missing+=("$tool"); done
	((${#missing[@]} == 0)) || die "missing on this host: ${missing[*]}"
}
