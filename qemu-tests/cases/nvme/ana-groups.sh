# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|no usable path
# Two namespaces in groups of their own: the same controller is optimized for one of them and is not
# for the other, and the helper tells each path what is true of its namespace.
#
#   nvmempath0n1 --+-- port 1: group 1 optimized, group 2 not --+-- namespace 1 in group 1
#   nvmempath1n1 --+-- port 2: group 2 optimized, group 1 not --+-- namespace 2 in group 2
[[ -x $MODULES/root/usr/sbin/mpath-ana ]] || skip "mpath-ana is not built: no libnvme on the host"
cp "$MODULES"/root/usr/sbin/mpath-ana /usr/sbin/
cp "$MODULES"/root/usr/lib/udev/rules.d/*-nvme-mpath-ana.rules /etc/udev/rules.d/
udevadm control --reload
at_exit "rm -f /etc/udev/rules.d/*-nvme-mpath-ana.rules"
group() { echo "$3" >"$(nvme_port "$1")/ana_groups/$2/ana_state"; } # I GROUP STATE
path() { local d; for d in "$(nvme_ctrl "$1")/"nvme*n"$2"; do echo "${d##*/}"; done; } # I NSID
ana_is() { is "/sys/block/$(path "$1" "$2")/ana_state" "$3"; } # I NSID WORD
head_of() { local h; for h in $(head_disks); do ! is "/sys/block/$h/nsid" "$1" || echo "$h"; done; } # NSID
sent() { sent_to "$(path "$1" "$2")"; } # I NSID
goes_by() { # NSID I: all of the namespace's I/O, and the other path has none
	local -; set +x
	local used idle
	used=$(sent "$2" "$1") idle=$(sent $((1 - $2)) "$1")
	dd if="/dev/$(head_of "$1")" of=/dev/null bs=4k count=50 iflag=direct status=none
	equal "$(($(sent "$2" "$1") - used)) $(($(sent $((1 - $2)) "$1") - idle))" "50 0" "I/Os of namespace $1 by port $(($2 + 1)) and the other"
}

mpath_load iopolicy=round-robin
bed_up
for i in 0 1; do mkdir "$(nvme_port $i)/ana_groups/2"; done
group 0 2 non-optimized
group 1 2 optimized
group 1 1 non-optimized
nvme_namespace "$NVME_SUBSYS" 2 "$(nvme_store nullb1)" ana_grpid=2
must_wait 20 "two heads" heads_are 2
two_each() { local d; for d in "$CLASS"/*; do [[ $(count "$d"/multipath/*) == 2 ]] || return 1; done; }
must_wait 20 "each has two paths" two_each
settle

step "what controllers announce"
mpath-ana --follow &
follow=$!
at_exit "kill $follow"
must_wait 20 "namespace 1 by port 1" ana_is 0 1 optimized
must_wait 20 "namespace 1 by port 2" ana_is 1 1 non-optimized
must_wait 20 "namespace 2 by port 1" ana_is 0 2 non-optimized
must_wait 20 "namespace 2 by port 2" ana_is 1 2 optimized
goes_by 1 0
goes_by 2 1

step "the groups change places"
group 0 1 non-optimized
group 0 2 optimized
group 1 1 optimized
group 1 2 non-optimized
must_wait 20 "namespace 1 by port 1" ana_is 0 1 non-optimized
must_wait 20 "namespace 1 by port 2" ana_is 1 1 optimized
must_wait 20 "namespace 2 by port 1" ana_is 0 2 optimized
must_wait 20 "namespace 2 by port 2" ana_is 1 2 non-optimized
goes_by 1 1
goes_by 2 0

step "a port serves one of them no more"
group 1 1 inaccessible
must_wait 20 "namespace 1 by port 2" ana_is 1 1 inaccessible
must_wait 20 "it is not used" not in_use "$(path 1 1)"
ana_is 1 2 non-optimized || fail "namespace 2 by port 2 is $(<"/sys/block/$(path 1 2)/ana_state")"
equal "$(path_state "$(path 1 2)")" usable-nonoptimized "state of namespace 2 by port 2"
goes_by 1 0
goes_by 2 0
kill $follow
wait $follow || true
