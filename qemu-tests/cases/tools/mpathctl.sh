# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: timeout 300
#: allow path-errors
# mpathctl: sees what there is, sets it, keeps it, and says what is wrong; spares a path, takes a LUN
# out, and knows multipath.conf.
#
#   sdmpatha --+-- path 0 --x--+
#              +-- path 1 -----+-- LUN 0
. guest/said.sh
cp "$MODULES/root/usr/sbin/mpathctl" /usr/sbin/
cp "$MODULES/root/usr/lib/udev/rules.d/64-mpathctl.rules" /etc/udev/rules.d/
udevadm control --reload
softdep=/usr/lib/modprobe.d/multipath-native.conf
mkdir -p "${softdep%/*}"
cp "$MODULES/boot$softdep" "$softdep"
made=(/etc/modprobe.d/multipath-native-import.conf /etc/udev/rules.d/65-multipath-native.rules)
at_exit rm -f /etc/udev/rules.d/64-mpathctl.rules /etc/multipath-native.conf /usr/sbin/mpathctl /etc/multipath.conf "$softdep" "${made[@]}"

exits 3 mpathctl list
has '^mpathctl: the modules are not loaded: modprobe scsi_multipath$'
exits 2 mpathctl
exits 2 mpathctl lists
exits 1 mpathctl doctor
has '^! neither'
exits 0 mpathctl report
has '^! neither'
for verb in 'list --json' 'show x' explain watch events 'set x iopolicy=numa' apply 'fail x' 'reinstate x' \
	'disable x' 'enable x' 'evict x' metrics; do
	# shellcheck disable=SC2086  # words
	exits 3 mpathctl $verb
	equal "$SAID" 'mpathctl: the modules are not loaded: modprobe scsi_multipath' "what $verb says"
done
exits 0 mpathctl --version
version=${SAID#mpathctl }

mpath_load
bed_up 2
head_wait 2

exits 0 mpathctl list
has "^$HEAD \\(naa\\."
has "^\\|- ${PATHS[0]} .* usable .* iscsi [0-9.]+:3260 inflight=0 errors=0$"
has "^\`- ${PATHS[1]} "
exits 0 mpathctl list --json
equal "$(jq -r '.maps[0].name, .maps[0].paths, (.maps[0].path_groups[0].paths | length)' <<<"$SAID" | xargs)" \
	"$HEAD 2 2" "what the JSON says"
exits 0 mpathctl show "/dev/$HEAD"
has '^  no_path_timeout_ms +30000$'
exits 0 mpathctl explain "${PATHS[0]}"
has "^${PATHS[0]} .*: usable for .*; next: it carries I/O$"
exits 1 mpathctl show sdmpathzz
has "there is no multipath disk or path 'sdmpathzz'"
equal "$(<"/sys/module/$GLUE/version")" "$version" "version of the module"

step "an ordinary user"
nobody=(setpriv --reuid=65534 --clear-groups mpathctl)
"${nobody[@]}" events -n 1 >"$WORK/user-events" &
listener=$!
for verb in list 'list --json' "show $HEAD" explain "explain ${PATHS[0]}" 'watch -i 0.1 -n 1' metrics report 'import /dev/null'; do
	# shellcheck disable=SC2086  # words
	exits 0 "${nobody[@]}" $verb
done
rc=0
"${nobody[@]}" doctor >"$WORK/doctor" || rc=$?
((rc <= 1)) || fail "doctor ends with $rc"
for verb in "set $HEAD iopolicy=numa" "fail ${PATHS[0]}" "disable ${PATHS[0]}" "evict $HEAD"; do
	# shellcheck disable=SC2086  # words
	exits 1 "${nobody[@]}" $verb
	has 'Permission denied'
done
mpathctl disable "${PATHS[0]}"
mpathctl enable "${PATHS[0]}"
wait $listener
grep -q "^.* $HEAD: path ${PATHS[0]} is " "$WORK/user-events" || fail "a user heard: $(<"$WORK/user-events")"

step "a terminal, and what is none"
colour=$'\033\\['
on_terminal() { script -qec "$*" /dev/null </dev/null; }
exits 0 on_terminal mpathctl list
has "${colour}[0-9;]+musable"
exits 0 on_terminal mpathctl watch -i 0.1 -n 1
has "${colour}H${colour}J"
exits 0 on_terminal env NO_COLOR=1 mpathctl list
has_not "$colour"
for verb in list 'watch -i 0.1 -n 1'; do
	# shellcheck disable=SC2086  # words
	exits 0 mpathctl $verb
	has_not "$colour"
done

step "what the shell completes"
completes() { # WORD...: the last one is being typed
	bash -c 'compopt() { :; }; . "$0"; COMP_WORDS=(mpathctl "$@"); COMP_CWORD=$#; _mpathctl; echo "${COMPREPLY[*]}"' \
		"$MODULES/root/usr/share/bash-completion/completions/mpathctl" "$@"
}
equal "$(completes li)" list "completion of li"
equal "$(completes show '')" "$HEAD" "completion of show"
equal "$(completes fail "${PATHS[0]}")" "${PATHS[0]}" "completion of fail"
equal "$(completes set "$HEAD" iop)" iopolicy= "completion of set"
equal "$(completes list -)" --json "completion of list"

exits 0 mpathctl set "$HEAD" iopolicy=round-robin no_path_timeout_ms=60000 --save
equal "$(<"$MPATH/iopolicy")" round-robin "the policy that was set"
grep -qx "wwid=$(<"$MPATH/wwid") iopolicy=round-robin no_path_timeout_ms=60000" /etc/multipath-native.conf
echo 'wwid=* iopolicy=numa' >>/etc/multipath-native.conf
exits 0 mpathctl set "$HEAD" iopolicy=round-robin --save
exits 0 mpathctl apply
equal "$(<"$MPATH/iopolicy")" round-robin "the policy that was saved below what is for all"
sed -i '/^wwid=\*/d' /etc/multipath-native.conf
exits 1 mpathctl set "$HEAD" no_path_timeout_ms=1000 iopolicy=fastest
equal "$(<"$HEAD_SYS/no_path_timeout_ms")" 60000 "what stands beside what is refused"
has "$HEAD: iopolicy 'fastest': Invalid argument"
exits 2 mpathctl set "$HEAD" fail_now=1
equal "$(<"$MPATH/iopolicy")" round-robin "the policy after what was refused"

step "settings that are not those of the file"
cp /etc/multipath-native.conf "$WORK/settings"
echo "vendor=* submit_mode=neither stall_timeout_ms=1000" >>/etc/multipath-native.conf
exits 1 mpathctl apply
has "^mpathctl: /etc/multipath-native.conf: $HEAD: submit_mode 'neither': Invalid argument$"
equal "$(<"$HEAD_SYS/stall_timeout_ms")" 1000 "what stands beside what is refused"
exits 1 mpathctl doctor
has "^! $HEAD: submit_mode is [a-z]*, and neither in /etc/multipath-native.conf$"
echo 'wwid=* policy=numa' >>/etc/multipath-native.conf
exits 1 mpathctl doctor
has "^! /etc/multipath-native.conf: line 4: 'policy' is none of"
exits 2 mpathctl apply
exits 2 mpathctl set "$HEAD" stall_timeout_ms=3000 --save
equal "$(<"$HEAD_SYS/stall_timeout_ms")" 1000 "what cannot be saved"
cp "$WORK/settings" /etc/multipath-native.conf
mpathctl set "$HEAD" stall_timeout_ms=2000

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
must_wait 30 "the path is used again" in_use "${PATHS[0]}"

step "a path is spared"
disabled=/sys/block/$(disk_of "${PATHS[0]}")/mpath_disabled
rejects "$disabled" 2 -1 yes 01 '\n' '1 1'
exits 0 mpathctl disable "${PATHS[0]}"
equal "$(<"$disabled")" 1 "mpath_disabled"
exits 0 mpathctl explain "${PATHS[0]}"
has "marginal for .*: disabled by hand; next: .*: mpathctl enable ${PATHS[0]}$"
sent() { sent_to "$(disk_of "$1")"; }
nothing_out() { is "/sys/block/$(disk_of "$1")/mpath_inflight" 0; }
must_wait 10 "what was under way is back" nothing_out "${PATHS[0]}"
before=$(sent "${PATHS[0]}")
fio_goes_on
equal "$(sent "${PATHS[0]}")" "$before" "I/Os down the path that is spared"
exits 0 mpathctl fail "${PATHS[1]}"
fio_goes_on
(($(sent "${PATHS[0]}") > before)) || fail "nothing went down the only path"
exits 0 mpathctl reinstate "${PATHS[1]}"
must_wait 30 "the other path is used again" in_use "${PATHS[1]}"
equal "$(path_state "${PATHS[0]}")" marginal "the path that is spared"
exits 0 mpathctl enable "${PATHS[0]}"
equal "$(path_state "${PATHS[0]}")" usable "the path afterwards"
exits 1 mpathctl disable "$HEAD"
has "is no path: $HEAD is a disk"
fio_finish
wait $events
grep -q "$HEAD: path ${PATHS[0]} is offline" "$WORK/events" || fail "told: $(<"$WORK/events")"

exits 0 mpathctl report
has '^== doctor$'
has "^mpathctl $version on Linux $(uname -r | tr + .)$"
has "^/sys/block/$HEAD/queue/max_sectors_kb: "
has "scsi_multipath: .*$HEAD|$HEAD: "

step "multipath.conf"
wwid=$(<"$MPATH/wwid_multipath_tools")
cat >/etc/multipath.conf <<END
defaults {
	path_selector "queue-length 0"
	failback manual
}
blacklist {
	wwid "^3600a0b80"
}
multipaths {
	multipath {
		wwid $wwid
		alias data
		no_path_retry 24
	}
}
END
exits 0 mpathctl import
has "^options scsi_multipath iopolicy=queue-depth deny=wwid=3600a0b80\\* allow=wwid=$wwid$"
has "^wwid=$wwid no_path_timeout_ms=120000$"
has '^multipath.conf:3: failback manual: '
equal "$(count "${made[@]}")" 0 "files written"
exits 0 mpathctl import --write
has '^the initramfs has a copy .*: update-initramfs -u, or dracut -f$'
exits 0 mpathctl import --write
has_not '^the initramfs'
sed 's/no_path_retry 24/no_path_retry 36/' /etc/multipath.conf >"$WORK/longer"
exits 0 mpathctl import --write "$WORK/longer"
has "^wwid=$wwid no_path_timeout_ms=180000$"
exits 0 mpathctl import --write
equal "$(grep -c "^wwid=$wwid " /etc/multipath-native.conf)" 1 "lines for the LUN"
exits 0 modprobe -c
has "^options scsi_multipath iopolicy=queue-depth deny=wwid=3600a0b80\\* allow=wwid=$wwid$"
has '^softdep sd_mod pre: scsi_multipath$'
echo 'options scsi_multipath iopolicy=numa' >"${made[0]}"
exits 1 mpathctl import --write
has "${made[0]} is somebody's own"
printf 'defaults {\n' >"$WORK/bad"
exits 1 mpathctl import "$WORK/bad"
has "^mpathctl: $WORK/bad:1: '{' is never closed$"
exits 1 mpathctl import "$WORK/nowhere"
has 'nowhere cannot be read'
udevadm control --reload

# The next head of the same LUN has what was saved, and its name. The rule of udev runs as soon as the
# disk is there.
echo 'vendor=LIO-ORG parked_limit_kib=4096' >>/etc/multipath-native.conf
bed_down
must_wait 30 "the head is gone" no_heads
bed_up 2
head_wait 2
must_wait 30 "its policy is set" is "$MPATH/iopolicy" round-robin
must_wait 30 "its time is set" is "$HEAD_SYS/no_path_timeout_ms" 120000
must_wait 30 "its vendor's limit is set" is "$HEAD_SYS/parked_limit_kib" 4096
equal "$(readlink -f /dev/mapper/data)" "/dev/$HEAD" "what the alias leads to"

step "a LUN is taken out"
deny=/sys/module/scsi_multipath/parameters/deny
echo 'vendor=NOBODY' >$deny
exec {held}<"/dev/$HEAD"
exits 1 mpathctl evict "$HEAD"
has "$HEAD is in use"
equal "$(<$deny)" vendor=NOBODY "rules when nothing was done"
equal "$(path_count)" 2 "paths of the head"
exec {held}<&-
refuses "Invalid argument" put "$HEAD_SYS/evict" 2
rule=wwid=$(<"$MPATH/wwid")
echo 3600 >"$HEAD_SYS/delayed_removal_secs"
exits 0 mpathctl evict "$HEAD"
equal "$(<$deny)" "vendor=NOBODY,$rule" "rules"
must_wait 10 "the head is gone" no_heads
must_wait 30 "the paths are plain disks" bed_complete
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$(disk_of "$p")/mpath_verdict")" "given back" "verdict on $p"
	dd if="/dev/$(disk_of "$p")" of=/dev/null bs=4k count=1 iflag=direct status=none
done
bed_down
bed_up 2
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$(disk_of "$p")/mpath_verdict")" "denied by a rule" "verdict on $p, found anew"
done
exits 0 mpathctl list
has_not .
