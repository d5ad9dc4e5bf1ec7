# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
# A command through the head changes the LUN: MODE SELECT switches its write cache off, and on.
# The devices of all paths are scanned for what has become of it.
mpath_load
bed_up 2
head_wait 2
cache_is() { is "/sys/block/$(disk_of "${PATHS[$1]}")/queue/write_cache" "$2"; }
# The caching mode page (SBC-4 6.5.6), with these flags in its first byte.
select_cache() {
	printf '%b' '\0\0\0\0\0\0\0\0' '\x08\x12' "\\x$1" '\0\xff\xff\0\0\xff\xff\xff\xff\x80\x14\0\0\0\0\0\0' >"$WORK/page"
	sg_raw --send=28 --infile="$WORK/page" "/dev/$HEAD" 55 10 00 00 00 00 00 00 1c 00
}

for i in 0 1; do cache_is $i "write back" || fail "path $i is not write back"; done
select_cache 10
for i in 0 1; do must_wait 20 "path $i is write through" cache_is $i "write through"; done
select_cache 14
for i in 0 1; do must_wait 20 "path $i is write back" cache_is $i "write back"; done
for i in 0 1; do must_wait 10 "path $i is used" in_use "${PATHS[i]}"; done
