# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: modules no
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 180
#: allow path-errors
# The bed itself, on the disks of the stock driver: one namespace under two names, paths fail
# and return, the target's word reaches the host.
#
#   nvme0n1 -- controller 0 -- port 1 --+
#                                       +-- namespace 1
#   nvme1n1 -- controller 1 -- port 2 --+
bed_up
equal "$(plain_disks | wc -l)" 2 "number of disks"
equal "$(<"/sys/module/nvme_core/parameters/multipath")" N "nvme_core.multipath"
for p in "${PATHS[@]}"; do
	equal "$(<"/sys/block/$p/uuid")" "$NVME_UUID" "uuid of $p"
	equal "$(<"/sys/block/$p/size")" 131072 "sectors of $p"
done

step "what is written through one path is read through another"
a=/dev/${PATHS[0]} b=/dev/${PATHS[1]}
dd if=/dev/urandom of="$a" bs=64k count=16 oflag=direct status=none
equal "$(dd if="$b" bs=64k count=16 iflag=direct status=none | sha256sum)" \
	"$(dd if="$a" bs=64k count=16 iflag=direct status=none | sha256sum)" "content"

read_path() { dd if="/dev/${PATHS[$1]}" bs=4k count=1 iflag=direct of=/dev/null status=none; }
for kind in "${BED_KINDS[@]}"; do
	step "$kind"
	bed_fail 1 "$kind"
	if bed_kind_removes "$kind"; then
		must_wait 20 "the disk is gone" not test -e "$b"
	else
		refuses '' read_path 1
	fi
	read_path 0
	bed_restore 1 "$kind"
	must_wait 30 "the disk is there" bed_complete
	must_wait 30 "the controller works" nvme_state_is 1 live
	settle
	b=/dev/${PATHS[1]}
	read_path 1
done

step "a reset"
nvme_reset 1
must_wait 30 "the controller works" nvme_state_is 1 live
read_path 1

step "the namespace goes and comes"
echo 0 >"$(nvme_ns)/enable"
must_wait 20 "both disks are gone" plain_disks_are 0
echo 1 >"$(nvme_ns)/enable"
must_wait 20 "both disks are back" bed_complete

bed_add
equal "$(plain_disks | wc -l)" 3 "number of disks"
fio_start "/dev/${PATHS[0]}"
fio_goes_on 300
fio_finish
