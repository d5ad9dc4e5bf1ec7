# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds iscsi
#: kernels 6.1 6.12
#: timeout 240
# The way to a disk decides: rules name it, and a disk of the machine itself or on USB is never taken
# unless a rule allows it, whatever else is said.
#
#   two paths -- LUN of LIO, iSCSI
#   one path --- ATA disk, AHCI
#   one path --- USB disk
modprobe -a sd_mod ahci xhci_pci usb_storage
no_local_disks() { # a path's host cannot be unloaded
	! mpath_loaded || mpath_unload
	wait_for 20 modprobe -r uas usb_storage xhci_pci ahci
}
at_exit no_local_disks
bed_up 2
must_wait 30 "four disks" plain_disks_are 4
for d in $(plain_disks); do
	p=$(basename "$(readlink -f "/sys/block/$d/device")")
	case $(readlink -f "/sys/block/$d") in
	*/ata[0-9]*) ata=$p ;;
	*/usb[0-9]*) usb=$p ;;
	esac
done
local="an ATA, USB or UFS disk, and not allowed by a rule"
none="no VPD page 83 designator of the logical unit"

# Each line: heads, what the LUN, the ATA disk and the USB disk say, parameters.
while IFS='|' read -r heads iscsi_says ata_says usb_says parameters; do
	step "$parameters"
	eval "mpath_load $parameters"
	must_wait 10 "$heads heads" heads_are "$heads"
	says "$iscsi_says" "${PATHS[@]}"
	says "$ata_says" "$ata"
	says "$usb_says" "$usb"
	mpath_unload
	must_wait 10 "plain disks again" plain_disks_are 4
done <<END
1|taken|$local|$local|
1|taken|$local|$local|scsi_multipath_always=Y
0|denied by a rule|$local|$local|deny=transport=iscsi scsi_multipath_always=Y
1|taken|denied by a rule|denied by a rule|deny=transport!=iscsi
0|denied by a rule|$local|$local|deny=transport=iscsi allow=transport=iscsi
1|taken|multipath is off|multipath is off|scsi_multipath=N allow=transport=iscsi
0|multipath is off|multipath is off|multipath is off|scsi_multipath=N allow=transport=fc
2|taken|taken|$local|allow=transport=ata
1|taken|$local|$none|allow=transport=usb
END
