# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 120
# Another initiator switches the LUN's write cache on, of which a unit attention tells (2A/01). Until the
# paths' disks know of it they end flushes by themselves. The rule of udev has them scanned.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0, made by hand, without a cache, then with one
. guest/tcmu.sh
like_an_installed_host
mpath_load
tcmu_begin
page=$(page83 1 3 6001405abcdef0123456789abcdef012)
tcmu_path "$page"
tcmu_path "$page"
head_wait 2
cache_is() { is "/sys/block/$(disk_of "$1")/queue/write_cache" "$2"; } # H:C:I:L WORDS
for p in "${PATHS[@]}"; do cache_is "$p" "write through" || fail "$p knows of a cache already"; done
touch "$TCMU/0/cached" "$TCMU/1/cached"
sense_is "0 6 2a 1 1"
sg_turs "$(sg_of "${PATHS[1]}")" || true
for p in "${PATHS[@]}"; do
	must_wait 20 "$p knows of the cache" cache_is "$p" "write back"
	must_wait 20 "$p is used" in_use "$p"
done
