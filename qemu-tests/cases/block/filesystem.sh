# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# A filesystem lives on through the loss of its paths, one after the other, and is
# clean afterwards.
#
#   /mnt -- sdmpatha --+-- path 0 --x--+
#                      +-- path 1 --x--+-- LUN 0   (never both)
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up 2
head_wait 2
mkfs.ext4 -q "/dev/$HEAD"
mount "/dev/$HEAD" /mnt
bed_crowd
(
	i=0
	while [[ ! -e $WORK/stop ]]; do
		i=$((i + 1))
		head -c 200000 /dev/urandom >/mnt/f$((i % 40)).new && sha256sum </mnt/f$((i % 40)).new >/mnt/f$((i % 40)).sum.new &&
			mv /mnt/f$((i % 40)).new /mnt/f$((i % 40)) && mv /mnt/f$((i % 40)).sum.new /mnt/f$((i % 40)).sum && sync -f /mnt || exit 1
		echo $i >"$WORK/round"
	done
) >"$WORK/writer" 2>&1 &
writer=$!
turns() { above "$WORK/round" "$1"; }
must_wait 30 "the writer writes" turns 3
for i in 0 1; do
	bed_fail $i
	must_wait "$BED_DETECT" "path $i is not used any more" not in_use "${PATHS[i]}"
	must_wait 60 "the writer goes on" turns $(($(<"$WORK/round") + 5))
	bed_restore $i
	must_wait 30 "path $i is used again" in_use "${PATHS[i]}"
done
touch "$WORK/stop"
wait $writer || fail "the writer failed: $(tail -1 "$WORK/writer")"
umount /mnt
fsck.ext4 -fn "/dev/$HEAD" || fail "the filesystem is damaged"
mount -o ro "/dev/$HEAD" /mnt
for f in /mnt/f*.sum; do
	equal "$(sha256sum <"${f%.sum}")" "$(<"$f")" "${f%.sum}" >/dev/null
done
umount /mnt
