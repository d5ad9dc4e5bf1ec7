# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For cases about programs: their exit status, and what they say, which is in SAID.
has() { grep -qE -- "$1" <<<"$SAID" || fail "no '$1' in: $(head -c 200 <<<"$SAID")"; } # REGEX
has_not() { ! grep -qE -- "$1" <<<"$SAID" || fail "there is '$1' in: $(grep -m1 -E -- "$1" <<<"$SAID")"; }
exits() { # STATUS COMMAND...
	local want=$1 rc=0
	shift
	SAID=$("$@" 2>&1) || rc=$?
	equal $rc "$want" "exit status of $*"
}
