# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: timeout 120
#: allow path-errors
# mpathctl knows NVMe's heads and paths by the names that they have, and says what it cannot do with
# them.
#
#   nvmempath0n1 --+-- nvme0n1 --+
#                  +-- nvme1n1 --+-- namespace 1
. guest/said.sh
cp "$MODULES/root/usr/sbin/mpathctl" /usr/sbin/
at_exit rm -f /usr/sbin/mpathctl /etc/multipath-native.conf
mpath_load
bed_up fast=-1 # as it is if nobody has said otherwise
head_wait 2

exits 0 mpathctl list
has "^$HEAD \\("
for p in "${PATHS[@]}"; do has "[|\`]- $p +$p +[0-9]+:[0-9]+ +usable \\(.*\\) .*$NVME_TRANSPORT traddr="; done
exits 0 mpathctl list --json
equal "$(jq -r '.maps[0] | .name, .paths, ([.path_groups[].paths[].dev] | sort[])' <<<"$SAID" | xargs)" \
	"$HEAD 2 $(printf '%s\n' "${PATHS[@]}" | sort | xargs)" "what the JSON says"
exits 0 mpathctl show "${PATHS[0]}"
has '^  ana_state +(none|optimized)$' # mpath-ana may be installed
exits 0 mpathctl metrics
has "^mpath_path_carries_io{head=\"$HEAD\",path=\"${PATHS[1]}\"} 1$"
exits 0 mpathctl set "$HEAD" iopolicy=round-robin --save
equal "$(<"$MPATH/iopolicy")" round-robin "the policy that was set"
grep -qx "wwid=$(<"$MPATH/wwid") iopolicy=round-robin" /etc/multipath-native.conf

step "a path is spared, and comes to an end"
exits 0 mpathctl disable "${PATHS[0]}"
exits 0 mpathctl explain "${PATHS[0]}"
has "^${PATHS[0]} .*: marginal for .*: disabled by hand; next: .*: mpathctl enable ${PATHS[0]}$"
exits 0 mpathctl enable "${PATHS[0]}"
exits 1 mpathctl fail "${PATHS[0]}"
has "^mpathctl: ${PATHS[0]} is no SCSI device: nvme disconnect, nvme connect$"
exits 1 mpathctl evict "$HEAD"
has "^mpathctl: $HEAD: no rules keep NVMe's from being taken again$"
mpathctl events -n 1 >"$WORK/events" &
events=$!
fio_start "/dev/$HEAD"
fail_moving 0
exits 1 mpathctl doctor
has "^! $HEAD.* (1 path|${PATHS[0]} is )"
has_not fast_io_fail_tmo
wait $events
grep -q "$HEAD: path ${PATHS[0]} is " "$WORK/events" || fail "told: $(<"$WORK/events")"
bed_restore 0
must_wait 60 "the path is back" is_back "${PATHS[0]}"
fio_finish
exits 0 mpathctl report
has "^mpathctl .* on Linux $(uname -r | tr + .)$"
has "^$HEAD: "
