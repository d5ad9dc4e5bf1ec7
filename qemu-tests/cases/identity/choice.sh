# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow invalid for parameter
# Which LUNs are taken can be said by rules, at load and after, and every disk says in its
# mpath_verdict why it was taken or left.
#
#   two paths -- LUN X of LIO, two hosts of tcm_loop
#   two paths -- LUN Y of scsi_debug, without ALUA
P=/sys/module/scsi_multipath/parameters
modprobe scsi_debug add_host=2 per_host_store=0 vpd_use_hostno=1 uuid_ctl=2
must_wait 10 "two disks" plain_disks_are 2
bed_up 2
without_alua=()
for d in $(plain_disks); do
	read -r vendor <"/sys/block/$d/device/vendor"
	[[ $vendor != Linux ]] || without_alua+=("$(basename "$(readlink -f "/sys/block/$d/device")")")
done
equal "${#without_alua[@]}" 2 "disks of scsi_debug"

no_alua="no asymmetric logical unit access (TPGS is 0)"

# At load. Each line: heads, what the LUN with ALUA says, what the other says, parameters.
while IFS='|' read -r heads with without parameters; do
	step "$parameters"
	eval "mpath_load $parameters"
	must_wait 10 "$heads heads" heads_are "$heads"
	says "$with" "${PATHS[@]}"
	says "$without" "${without_alua[@]}"
	mpath_unload
	must_wait 10 "plain disks again" plain_disks_are 4
	for p in "${PATHS[@]}" "${without_alua[@]}"; do
		[[ ! -e /sys/block/$(disk_of "$p")/mpath_verdict ]] || fail "$p has a verdict without a judge"
	done
done <<END
1|taken|$no_alua|
0|denied by a rule|$no_alua|deny=vendor=LIO*
0|denied by a rule|denied by a rule|deny=transport!=fc scsi_multipath_always=Y
1|denied by a rule|taken|deny=driver=tcm_loopback scsi_multipath_always=Y
2|taken|taken|allow=driver=scsi_debug
1|multipath is off|taken|scsi_multipath=N 'allow=vendor=Linux&product=scsi*'
1|denied by a rule|taken|'deny="transport=iscsi, wwid=naa.6001405*"' allow=vendor=*
0|denied by a rule|$no_alua|deny=wwid=36001405*
END

step "nonsense is refused at load"
modprobe -a scsi_mod sd_mod
insmod "$MODULES/lib/libmultipath.ko"
for bad in deny=x deny=vendor= allow=transport=carrier-pigeon "deny=vendor=a," allow=serial=1; do
	refuses "Invalid parameters" insmod "$MODULES/scsi/scsi_multipath.ko" "$bad"
done

step "and afterwards"
mpath_load deny=product=nothing
head_wait 2
equal "$(<$P/deny)" "product=nothing" "deny"
rejects $P/deny x vendor= 'vendor=a,' transport=fcoe "vendor=$(printf '*%.0s' {1..1024})"

step "rules are for disks that appear from now on"
printf 'transport=fc, vendor=LIO*\n' >$P/deny
equal "$(<$P/deny)" "transport=fc, vendor=LIO*" "deny"
read_one
says taken "${PATHS[@]}"
bed_fail 0 delete
bed_restore 0 delete
must_wait 10 "path 0 has a disk again" disk_of "${PATHS[0]}"
says "denied by a rule" "${PATHS[0]}"
must_wait 10 "one path is left" paths_are 1
must_wait 10 "the other is a plain disk" test -b "/dev/$(disk_of "${PATHS[0]}")"
printf '\n' >$P/deny
bed_fail 0 delete
bed_restore 0 delete
must_wait 10 "two paths again" paths_are 2
says taken "${PATHS[@]}"
mpath_unload
must_wait 10 "scsi_debug goes" modprobe -r scsi_debug
