# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 150
# queue-depth counts what is on its way to a controller, whichever of its namespaces it is for:
# that is what congests. A head goes around a controller that is busy for another head which has
# the policy, too.
#
#   nvmempath0n1 --+-- controller 0 --+-- namespace 1 (optimized through controller 0 only)
#   nvmempath1n1 --+-- controller 1 --+-- namespace 2
mpath_load
# What the first head is asked for stays on its way, however slow the machine.
NVME_DELAY_MS=50 bed_up
head_wait 2
nvme_namespace "$NVME_SUBSYS" 2 "$(nvme_store nullb1)"
must_wait 20 "a second head" heads_are 2
two_each() { local d; for d in "$CLASS"/*; do [[ $(count "$d"/multipath/*) == 2 ]] || return 1; done; }
must_wait 20 "with two paths" two_each
settle
other=$(head_disks | grep -vxF "$HEAD")
for d in "$CLASS"/*; do [[ $d == "$MPATH" ]] || other_class=$d; done
echo queue-depth >"$MPATH/iopolicy"
bed_paths
echo non-optimized >"/sys/block/$(basename "$(echo "$(nvme_ctrl 1)"/nvme*n1)")/ana_state"
fio --name=busy --filename="/dev/$HEAD" --rw=randread --bs=4k --size=8m --direct=1 --ioengine=libaio --iodepth=64 \
	--thread --time_based --runtime=600 >"$WORK/busy" 2>&1 &
busy=$!
at_exit "kill $busy"
must_wait 20 "the first head is busy" ios_above "$HEAD" 200
crowded=$(basename "$(echo "$(nvme_ctrl 0)"/nvme*n2)")
fio_start "/dev/$other" --rate_iops=0 --iodepth=4
share() { # percent of the other head's I/O that goes through the busy controller
	local -; set +x
	local a b
	a=$(ios_of "$crowded") b=$(ios_of "$other")
	fio_goes_on 600
	SHARE=$((($(ios_of "$crowded") - a) * 100 / ($(ios_of "$other") - b)))
	step "$(<"$other_class/iopolicy"): $SHARE % through the busy controller"
}
echo round-robin >"$other_class/iopolicy"
share
((SHARE >= 40 && SHARE <= 60)) || fail "round-robin gives the busy controller $SHARE %"
echo queue-depth >"$other_class/iopolicy"
share
((SHARE <= 15)) || fail "queue-depth gives the busy controller $SHARE %"
fio_finish
