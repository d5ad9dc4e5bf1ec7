# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# User space hears of paths that fail and return, a path that flaps does not flood it, and
# nothing that it does then waits for a head without a path.
#
#   sdmpatha --+-- path 0 --x--
#              +-- path 1 --x-- LUN 0
udevadm monitor --kernel --property --subsystem-match=scsi_mpath_device >"$WORK/uevents" &
monitor=$!
at_exit "kill $monitor"
mpath_load no_path_timeout_ms=-1
bed_up 2
head_wait 2
name=scsi_mpath_device/${MPATH##*/}

# One line for each event of a path: state, usable paths, number.
news() { # H:C:I:L
	awk -v path="$1" 'function tell() { if (e["MPATH_PATH"] == path && e["ACTION"] == "change" &&
			e["MPATH_ACTION"] == "path_state" && e["MPATH_DISK"] == disk && e["MPATH_REASON"] != "")
			print e["MPATH_STATE"], e["MPATH_NR_PATHS"], e["MPATH_SEQNUM"]; delete e }
		/^KERNEL/ || /^$/ { tell(); next }
		{ i = index($0, "="); e[substr($0, 1, i - 1)] = substr($0, i + 1) }
		END { tell() }' disk="$HEAD" "$WORK/uevents"
}
last_news_is() { [[ $(news "$1" | tail -1) == "$2 "* ]]; }
nr_news() { news "$1" | wc -l; }

must_wait 10 "path 0 was told of" last_news_is "${PATHS[0]}" usable
must_wait 10 "path 1 was told of" last_news_is "${PATHS[1]}" "usable 2"
equal "$(grep -c "^DEVPATH=.*/$name\$" "$WORK/uevents" | xargs -I{} test {} -ge 3 && echo yes)" yes "the device is $name"

step "one path"
bed_fail 0 offline
read_one; read_one
must_wait 10 "its failure was told of" last_news_is "${PATHS[0]}" "offline 1"

step "no path: nobody opens the head because of it"
bed_fail 1 offline
read_one &
reader=$!
must_wait 10 "I/O waits" above "$HEAD_SYS/mpath_parked" 0
must_wait 10 "the last failure was told of" last_news_is "${PATHS[1]}" "offline 0"
settle
equal "$(<"$HEAD_SYS/mpath_parked")" 1 "bios that wait: the reader's own"

step "both are back"
bed_restore 0 offline
bed_restore 1 offline
must_wait 20 "it was told" last_news_is "${PATHS[0]}" usable
must_wait 20 "it was told" last_news_is "${PATHS[1]}" usable
wait $reader

step "a path that flaps"
before=$(nr_news "${PATHS[0]}") start=$SECONDS
for ((i = 0; i < 30; i++)); do
	bed_fail 0 offline >/dev/null
	cat "$HEAD_SYS/mpath_parked" >/dev/null
	read_one
	bed_restore 0 offline >/dev/null
	read_one
done
bed_fail 0 offline
read_one
must_wait 20 "its last state was told" last_news_is "${PATHS[0]}" "offline 1"
told=$(($(nr_news "${PATHS[0]}") - before))
((told <= 10 * (SECONDS - start + 2))) || fail "$told events in $((SECONDS - start)) s"
echo "ok: $told events in $((SECONDS - start)) s"
numbers=$({ news "${PATHS[0]}"; news "${PATHS[1]}"; } | awk '{ print $3 }' | sort -n | xargs)
equal "$numbers" "$(seq -s ' ' "$(wc -w <<<"$numbers")")" "the numbers"
