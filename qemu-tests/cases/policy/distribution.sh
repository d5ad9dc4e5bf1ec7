# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug iscsi nvme
#: modes interpose clone
#: kernels 6.1 6.12 debug
#: timeout 180
# The policy is changed under I/O, and the paths' own counts follow: round-robin gives
# each the same within 5 %, numa uses one.
#
#   sdmpatha --+-- path 0 --+
#              +-- ...    --+-- LUN 0
mpath_load submit_mode="$MODE" iopolicy=numa
bed_up
head_wait "${#PATHS[@]}"
n=${#PATHS[@]}

# I/Os per path while the head does at least COUNT: SHARES.
measure() { # COUNT
	local -; set +x
	local p before=() after=() files=() i
	# What was decided under the policy before is through by now.
	fio_goes_on 50
	for p in "${PATHS[@]}"; do files+=("/sys/block/$(disk_of "$p")/stat"); done
	# All at once: I/O goes on while we read.
	readarray -t before < <(awk '{print $1 + $5}' "${files[@]}")
	fio_goes_on "$1"
	readarray -t after < <(awk '{print $1 + $5}' "${files[@]}")
	SHARES=() TOTAL=0
	for i in "${!after[@]}"; do
		SHARES+=($((after[i] - before[i])))
		TOTAL=$((TOTAL + SHARES[i]))
	done
	step "$(<"$MPATH/iopolicy"): ${SHARES[*]} of $TOTAL"
}
in_use_count() { local s c=0; for s in "${SHARES[@]}"; do ((s == 0)) || c=$((c + 1)); done; echo $c; }

fio_start "/dev/$HEAD" --rate_iops=0
measure 600
equal "$(in_use_count)" 1 "paths used by numa"

echo round-robin >"$MPATH/iopolicy"
measure 2000
for s in "${SHARES[@]}"; do
	((s * n * 100 >= TOTAL * 95 && s * n * 100 <= TOTAL * 105)) || fail "round-robin is not even: ${SHARES[*]}"
done

echo queue-depth >"$MPATH/iopolicy"
measure 1000
for s in "${SHARES[@]}"; do ((s > 0)) || fail "queue-depth leaves a path out: ${SHARES[*]}"; done

echo numa >"$MPATH/iopolicy"
measure 600
equal "$(in_use_count)" 1 "paths used by numa"
fio_finish
