# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 120
# What is not a read or a write: flush, FUA, discard and write zeroes go through the
# head to a path, and do what they say.
mpath_load submit_mode="$MODE" iopolicy=round-robin
bed_up
head_wait "${#PATHS[@]}"
dev=/dev/$HEAD
pattern() { head -c "$2" /dev/zero | tr '\0' "$1"; }
range() { dd if="$dev" bs=64k iflag=direct,skip_bytes,count_bytes skip="$1" count="$2" status=none | sha256sum; }
M=1048576

pattern A $((4 * M)) | dd of="$dev" bs=64k oflag=direct iflag=fullblock status=none
a1=$(pattern A $M | sha256sum)
zero=$(head -c $M /dev/zero | sha256sum)

step "flush"
before=$(stat_of_paths 16)
dd if=/dev/zero of="$dev" bs=4k count=1 seek=2000 conv=fsync status=none
(($(stat_of_paths 16) > before)) || fail "fsync did not reach a path as a flush"

step "FUA and flush in one: O_DIRECT with O_DSYNC"
dd if=/dev/urandom of="$WORK"/data bs=4k count=16 status=none
dd if="$WORK"/data of="$dev" bs=4k seek=1024 oflag=direct,dsync status=none
cmp -n 65536 "$WORK"/data <(dd if="$dev" bs=4k skip=1024 count=16 iflag=direct status=none) || fail "content after FUA writes"

step "discard"
above "$HEAD_SYS/queue/discard_max_bytes" 0 || fail "the head does not discard"
before=$(stat_of_paths 12)
blkdiscard -o $M -l $M "$dev"
(($(stat_of_paths 12) > before)) || fail "no discard reached a path"
equal "$(range 0 $M)" "$a1" "content before the range"
equal "$(range $M $M)" "$zero" "content of the range"
equal "$(range $((2 * M)) $M)" "$a1" "content after the range"

step "write zeroes"
blkdiscard -z -o $((2 * M)) -l $M "$dev"
equal "$(range $M $M)" "$zero" "content before the range"
equal "$(range $((2 * M)) $M)" "$zero" "content of the range"
equal "$(range $((3 * M)) $M)" "$a1" "content after the range"

step "large and odd sizes"
for bs in 512 1536 65536 1048576; do
	n=$((4 * M / bs < 200 ? 4 * M / bs : 200))
	head -c $((n * bs)) /dev/urandom >"$WORK"/data
	dd if="$WORK"/data of="$dev" bs=$bs count=$n oflag=direct status=none
	cmp -n $((n * bs)) "$WORK"/data "$dev" || fail "content written with bs=$bs"
	blockdev --flushbufs "$dev"
done
