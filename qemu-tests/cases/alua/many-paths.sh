# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12
#: timeout 180
#: allow path-errors
# A LUN with 48 paths, and nobody who keeps their access states: it is asked once for all paths, not
# once for each. (scsi_debug tells of the groups of one host only.)
#
#   sdmpatha --+-- 24 paths -- host A, port group A --+
#              +-- 24 paths -- host B, port group B --+-- LUN
mpath_load report_port_groups=Y
modprobe scsi_debug uuid_ctl=2 vpd_use_hostno=0 per_host_store=0 add_host=2 max_luns=24 dev_size_mb=8
head_wait 48
told() { local d; for d in /sys/block/sd*/mpath_access_source; do is "$d" report || return 1; done; }
must_wait 30 "the LUN has told" told
before=$(counter mpath_port_group_reports)
echo "asked $before times while 48 paths joined"
# Three intervals.
end=$((SECONDS + 60 * SLOW))
while ((SECONDS < end)); do nap; done
more=$(($(counter mpath_port_group_reports) - before))
((more >= 2 && more <= 4 * SLOW)) || fail "asked $more times in a minute"
((before <= 10)) || fail "asked $before times by 48 paths that joined"
