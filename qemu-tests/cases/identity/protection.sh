# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: allow left alone
# Two LUNs that claim one identity, have the same size, and are both formatted with protection
# information, but of another type: they are not merged.
#
#   sdmpatha -- path 0, 1 -- LUN X, type 1
#   sdP ------- path 2 ----- LUN Y, type 3, the same NAA id
mpath_load
loop_init
modprobe -a crc_t10dif crct10dif_common 2>/dev/null || true
protected() { # NAME TYPE
	loop_store "$1" 64 "$LOOP_SERIAL"
	echo "$2" >"$LOOP_CORE/fileio_7/$1/attrib/pi_prot_type"
	echo 1 >"$LOOP_CORE/fileio_7/$1/attrib/pi_prot_format"
}
type_of() { echo "$(<"$(echo "$(sdev "$1")"/scsi_disk/*/protection_type)")"; }
no_files() { rm -f /run/loop-*.protection; }
at_exit no_files
protected x 1
loop_path x
loop_path x
head_wait 2
for p in "${PATHS[@]}"; do equal "$(type_of "$p")" 1 "protection type of $p"; done
fio_pass "/dev/$HEAD"

protected y 3
loop_path y
settle
equal "$(type_of "${PATHS[2]}")" 3 "protection type of ${PATHS[2]}"
paths_are 2 || fail "merged in spite of another protection type"
d=$(disk_of "${PATHS[2]}")
equal "$(<"/sys/block/$d/hidden")" 0 "$d is hidden"
equal "$(<"/sys/block/$d/mpath_verdict")" "it contradicts the other paths of its id" "verdict of $d"
klog_has 'sdmpatha: path .* refused: its protection type is 3, that of the head 1' || fail "the log does not say so"
