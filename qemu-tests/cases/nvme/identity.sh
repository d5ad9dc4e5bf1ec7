# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# What makes namespaces one, and names them: a UUID, else an NGUID (an EUI-64 is for eui64.sh), or
# where there is none the subsystem and the number in it. Namespaces of one subsystem, or with the
# same number in two, are several.
# Files, for nvmet may keep a namespace that was disabled (guest/klog.sh), and with it a null_blk.
# shellcheck disable=SC2034,SC2209  # beds/nvme has it
NVME_STORE=file
OTHER=nqn.2026-01.org.example:other
ZERO=00000000-0000-0000-0000-000000000000
# A namespace is disabled while its identity changes.
identify() { # UUID NGUID
	echo 0 >"$(nvme_ns)/enable"
	must_wait 20 "no head is left" no_heads
	echo "$1" >"$(nvme_ns)/device_uuid"
	echo "$2" >"$(nvme_ns)/device_nguid"
	echo 1 >"$(nvme_ns)/enable"
	head_wait 2
}
mpath_load
bed_up
head_wait 2
named() { # WWID
	equal "$(<"$MPATH/wwid")" "$1" "wwid"
	bed_paths
	equal "$(<"$HEAD_SYS/wwid")" "$(<"/sys/block/${PATHS[0]}/wwid")" "wwid of the disk, which is the driver's"
	fio_pass "/dev/$HEAD"
}

step "a UUID and an NGUID"
named "uuid.$NVME_UUID"
step "a UUID"
identify "$NVME_UUID" $ZERO
named "uuid.$NVME_UUID"
step "an NGUID"
identify $ZERO "$NVME_NGUID"
named "eui.${NVME_NGUID//-/}"
step "neither"
identify $ZERO $ZERO
named "$NVME_NQN:1"

step "two subsystems, neither namespace has an identity"
nvme_subsystem "$OTHER"
nvme_namespace "$NVME_CFG/subsystems/$OTHER" 1 "$(nvme_store nullb1)" device_uuid=$ZERO device_nguid=$ZERO
for i in 0 1; do ln -s "$NVME_CFG/subsystems/$OTHER" "$(nvme_port $i)/subsystems/"; done
for i in 0 1; do NVME_NQN=$OTHER nvme_connect $i; done
must_wait 20 "a second head" heads_are 2
two_each() { local d; for d in "$CLASS"/*; do [[ $(count "$d"/multipath/*) == 2 ]] || return 1; done; }
must_wait 20 "each has two paths" two_each

step "two namespaces of one subsystem"
nvme_namespace "$NVME_SUBSYS" 2 "$(nvme_store nullb2)"
must_wait 20 "a third head" heads_are 3
must_wait 20 "each has two paths" two_each
equal "$(cat "$CLASS"/*/wwid | sort -u | wc -l)" 3 "different wwids"

step "what is written to one is not in another"
i=0
for d in $(head_disks); do
	i=$((i + 1))
	echo "content of $i" | dd of="/dev/$d" bs=4k conv=sync oflag=direct status=none
done
i=0
for d in $(head_disks); do
	i=$((i + 1))
	equal "$(head -c 12 "/dev/$d")" "content of $i" "what $d has"
done
