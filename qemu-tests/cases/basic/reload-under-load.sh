# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: kernels 6.1 6.12 debug
#: beds scsi_debug iscsi nvme
#: timeout 240
# The module comes and goes while another path to the LUN is busy: that one is never
# touched, the others join and are given back each time.
#
#   fio -- sda (in use: left alone) --+
#                                     +-- LUN 0
#   sdmpatha -- sdb, ...            --+
bed_up
a=$(disk_of "${PATHS[0]}")
# fio closes its file after each pass, and the module would take the disk then.
exec {busy}<"/dev/$a"
fio_start "/dev/$a"
for round in 1 2; do
	step "round $round"
	mpath_load
	head_wait $((${#PATHS[@]} - 1))
	equal "$(<"/sys/block/$a/hidden")" 0 "$a is hidden"
	fio_goes_on 50
	head -c 1M "/dev/$HEAD" >/dev/null
	must_wait 20 "the module goes" mpath_unload
	bed_complete
done
fio_goes_on 50
fio_finish
exec {busy}<&-
