# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 180
#: allow path-errors
# mpathctl: sees what there is, sets it, keeps it, and says what is wrong.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 -----+-- LUN 0
has() { grep -qE -- "$1" <<<"$said" || fail "no '$1' in: $(head -c 200 <<<"$said")"; } # REGEX
exits() { # STATUS COMMAND...
	local want=$1 rc=0
	shift
	said=$("$@" 2>&1) || rc=$?
	equal $rc "$want" "exit status of $*"
}
cp "$MODULES/root/usr/sbin/mpathctl" /usr/sbin/
cp "$MODULES/root/usr/lib/udev/rules.d/64-mpathctl.rules" /etc/udev/rules.d/
udevadm control --reload
at_exit rm -f /etc/udev/rules.d/64-mpathctl.rules /etc/multipath-native.conf /usr/sbin/mpathctl

exits 3 mpathctl list
has '^mpathctl: the modules are not loaded: modprobe scsi_multipath$'
exits 2 mpathctl
exits 2 mpathctl lists
exits 1 mpathctl doctor
has '^! neither'

mpath_load
bed_up 2
head_wait 2

exits 0 mpathctl list
has "^$HEAD \\(naa\\."
has "^\\|- ${PATHS[0]} .* usable .* iscsi [0-9.]+:3260 inflight=0 errors=0$"
has "^\`- ${PATHS[1]} "
exits 0 mpathctl list --json
equal "$(jq -r '.maps[0].name, .maps[0].paths, (.maps[0].path_groups[0].paths | length)' <<<"$said" | xargs)" \
	"$HEAD 2 2" "what the JSON says"
exits 0 mpathctl show "/dev/$HEAD"
has '^  no_path_timeout_ms +30000$'
exits 0 mpathctl explain "${PATHS[0]}"
has "^${PATHS[0]} .*: usable for .*; next: it carries I/O$"
exits 1 mpathctl show sdmpathzz
has "there is no multipath disk or path 'sdmpathzz'"
# Nothing here is for root only.
exits 0 setpriv --reuid=65534 --clear-groups mpathctl list
exits 1 setpriv --reuid=65534 --clear-groups mpathctl set "$HEAD" iopolicy=numa
has 'Permission denied'

exits 0 mpathctl set "$HEAD" iopolicy=round-robin no_path_timeout_ms=60000 --save
equal "$(<"$MPATH/iopolicy")" round-robin "the policy that was set"
grep -qx "wwid=$(<"$MPATH/wwid") iopolicy=round-robin no_path_timeout_ms=60000" /etc/multipath-native.conf
exits 1 mpathctl set "$HEAD" iopolicy=fastest
has "$HEAD: iopolicy 'fastest': Invalid argument"
exits 2 mpathctl set "$HEAD" fail_now=1
equal "$(<"$MPATH/iopolicy")" round-robin "the policy after what was refused"

mpathctl events -n 1 >"$WORK/events" &
events=$!
fio_start "/dev/$HEAD"
exits 0 mpathctl watch -n 1
has "^  ${PATHS[1]} .* [1-9][0-9]*% .* usable$"
mpathctl fail "${PATHS[0]}"
must_wait 30 "the path is not used" not in_use "${PATHS[0]}"
exits 0 mpathctl explain "${PATHS[0]}"
has "offline for .*: mpathctl reinstate ${PATHS[0]}$"
exits 1 mpathctl doctor
has "^! $HEAD: path ${PATHS[0]} is offline"
mpathctl reinstate "${PATHS[0]}"
must_wait 30 "the path is used again" is_back "${PATHS[0]}"
fio_finish
wait $events
grep -q "$HEAD: path ${PATHS[0]} is offline" "$WORK/events" || fail "told: $(<"$WORK/events")"

exits 0 mpathctl report
has '^== doctor$'
has "scsi_multipath: .*$HEAD|$HEAD: "

# The next head of the same LUN has what was saved.
bed_down
must_wait 30 "the head is gone" no_heads
bed_up 2
head_wait 2
must_wait 30 "its policy is set" is "$MPATH/iopolicy" round-robin
must_wait 30 "its time is set" is "$HEAD_SYS/no_path_timeout_ms" 60000
