# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi tcm_loop nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 120
# Disks that were there before the module are taken when nobody uses them, and are
# plain disks again, under their old names, after it.
#
#   sda sdb ...   -- load -->   sdmpatha   -- unload -->   sda sdb ...
bed_up
before=$(plain_disks | sort)
fio_pass "/dev/$(disk_of "${PATHS[0]}")"
content=$(head -c 1M "/dev/$(disk_of "${PATHS[0]}")" | sha256sum)

mpath_load
head_wait "${#PATHS[@]}"
equal "$(plain_disks)" "" "plain disks that can be seen"
equal "$(head -c 1M "/dev/$HEAD" | sha256sum)" "$content" "content"
fio_pass "/dev/$HEAD"
content=$(head -c 1M "/dev/$HEAD" | sha256sum)

settle
rmmod "$GLUE"
settle
equal "$(plain_disks | sort)" "$before" "disks after unloading"
bed_complete
for p in "${PATHS[@]}"; do
	d=$(disk_of "$p")
	equal "$(<"/sys/block/$d/hidden")" 0 "$d is hidden"
	equal "$(dd if="/dev/$d" bs=64k count=16 iflag=direct status=none | sha256sum)" "$content" "content of $d"
done
equal "$(heads)" "" "heads left"
