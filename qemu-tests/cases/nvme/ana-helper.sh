# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors|no usable path
# The helper tells each path what its controller says of it: optimized paths come first, and a
# port that serves no I/O is not tried. First as udev calls it, for paths that join; then
# following what the controllers announce.
#
#   nvmempath0n1 --+-- port 1: optimized, non-optimized, ...
#                  +-- port 2: non-optimized, ...
[[ -x $MODULES/root/usr/sbin/mpath-ana ]] || skip "mpath-ana is not built: no libnvme on the host"
cp "$MODULES"/root/usr/sbin/mpath-ana /usr/sbin/
cp "$MODULES"/root/usr/lib/udev/rules.d/*-nvme-mpath-ana.rules /etc/udev/rules.d/
udevadm control --reload
at_exit "rm -f /etc/udev/rules.d/*-nvme-mpath-ana.rules"
ana_is() { is "/sys/block/${PATHS[$1]}/ana_state" "$2"; } # I WORD
sent() { sent_to "${PATHS[$1]}"; }

refuses 'mpath-ana: the module is not loaded: modprobe nvme_multipath' mpath-ana
refuses 'usage: mpath-ana' mpath-ana --what
mpath_load iopolicy=round-robin
bed_up
head_wait 2
step "paths that join"
must_wait 20 "port 1 is optimized" ana_is 0 optimized
must_wait 20 "port 2 is optimized" ana_is 1 optimized
bed_fail 1 delete
nvme_ana 1 non-optimized
bed_restore 1 delete
must_wait 20 "path 1 knows that it is not optimized" ana_is 1 non-optimized
fio_start "/dev/$HEAD"
fio_goes_on 50
before=$(sent 1)
fio_goes_on 100
equal "$(sent 1)" "$before" "I/Os on the path that is not optimized"

step "what controllers announce"
mpath-ana --follow &
follow=$!
at_exit "kill $follow"
must_wait 10 "it listens" test -d /sys/kernel/tracing/instances/mpath-ana
nvme_ana 1 optimized
must_wait 20 "port 2 is optimized" ana_is 1 optimized
fio_goes_on 50
must_wait 20 "path 1 carries I/O" sent_above "${PATHS[1]}" "$before"
nvme_ana 0 non-optimized
must_wait 20 "port 1 is not optimized" ana_is 0 non-optimized
fio_goes_on 50
before=$(sent 0)
fio_goes_on 100
equal "$(sent 0)" "$before" "I/Os on the path that is not optimized"
nvme_ana 1 non-optimized
must_wait 20 "nor is port 2" ana_is 1 non-optimized
fio_goes_on 50
must_wait 20 "both carry I/O" sent_above "${PATHS[0]}" "$before"

for state in inaccessible change persistent-loss; do
	step "$state"
	nvme_ana 0 $state
	must_wait 20 "the path knows" ana_is 0 $state
	must_wait 20 "it is not used" not in_use "${PATHS[0]}"
	fio_goes_on 50
	before=$(moved)
	fio_goes_on 100
	equal "$(moved)" "$before" "I/Os that had to move"
	nvme_ana 0 optimized
	must_wait 20 "the path knows" ana_is 0 optimized
	must_wait 40 "it is back" is_back "${PATHS[0]}"
done

step "words that are none"
rejects "/sys/block/${PATHS[0]}/ana_state" live 1 '\n' 'optimized optimized' Optimized optimize 'optimized\n\n'
nvme_ana 1 optimized
kill $follow
wait $follow || true
equal "$(count /sys/kernel/tracing/instances/mpath-ana)" 0 "what the helper leaves behind"
fio_finish
