# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds scsi_debug
#: kernels 6.1 6.12 debug
#: timeout 180
# I/O in sequence that is sent in one go reaches the paths as few large commands, whatever the policy;
# what is not in sequence is spread as ever.
#
#   sdmpatha --+-- path 0 --+
#              +-- path 1 --+-- LUN 0
mpath_load iopolicy=numa
bed_up 2
head_wait 2
disks=("$(disk_of "${PATHS[0]}")" "$(disk_of "${PATHS[1]}")")
BATCH=16
BATCHES=100
IOS=$((BATCH * BATCHES))

# Writes of 4 KiB, BATCH of them in one io_submit(): COMMANDS of each path.
write_some() { # RW
	local -; set +x
	local before=("$(writes_of "${disks[0]}")" "$(writes_of "${disks[1]}")")
	fio --name=run --filename="/dev/$HEAD" --direct=1 --ioengine=libaio --rw="$1" --bs=4k \
		--iodepth=$BATCH --iodepth_batch_submit=$BATCH --iodepth_batch_complete_min=$BATCH \
		--norandommap --size=8m --io_size=$((IOS * 4))k --output="$WORK/fio" || fail "$(cat "$WORK/fio")"
	COMMANDS=($(($(writes_of "${disks[0]}") - before[0])) $(($(writes_of "${disks[1]}") - before[1])))
	step "$(<"$MPATH/iopolicy"), $1: ${COMMANDS[*]}"
}
sum() { echo $((COMMANDS[0] + COMMANDS[1])); }

for policy in numa round-robin queue-depth service-time; do
	echo $policy >"$MPATH/iopolicy"
	write_some write
	# One of each batch, and some that a flush of the plug has cut.
	(($(sum) * 4 <= BATCHES * 5)) || fail "$policy: $(sum) commands for $IOS writes in sequence"
done

echo round-robin >"$MPATH/iopolicy"
write_some write
for c in "${COMMANDS[@]}"; do
	((c * 5 >= BATCHES * 2)) || fail "the batches do not take turns: ${COMMANDS[*]}"
done
write_some randwrite
(($(sum) >= IOS * 9 / 10)) || fail "$(sum) commands for $IOS writes here and there"
for c in "${COMMANDS[@]}"; do
	((c * 5 >= IOS * 2)) || fail "writes here and there do not take turns: ${COMMANDS[*]}"
done

# Who asks for no merging gets the policy's choice for each.
for d in "${disks[@]}"; do echo 2 >"/sys/block/$d/queue/nomerges"; done
write_some write
equal "$(sum)" $IOS "commands without merging"
for c in "${COMMANDS[@]}"; do
	((c * 5 >= IOS * 2)) || fail "without merging they do not take turns: ${COMMANDS[*]}"
done
