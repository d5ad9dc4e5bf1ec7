# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# Commands of the application's own through the head: identify, reads and writes, as to a plain
# disk; a path that is gone does not matter. Character devices stay with their controllers.
mpath_load
bed_up
head_wait 2
dev=/dev/$HEAD

block=$(<"$HEAD_SYS/queue/logical_block_size")
equal "$(($(nvme id-ns "$dev" -o json | jq .nsze) * block))" "$(blockdev --getsize64 "$dev")" "size that the namespace tells"
equal "$(nvme get-ns-id "$dev" | grep -o '[0-9]*$')" 1 "number of the namespace"
equal "$(nvme id-ctrl "$dev" -o json | jq -r .subnqn)" "$NVME_NQN" "subsystem that the controller tells"
head -c 4096 /dev/urandom >"$WORK/data"
second=(--start-block=$((4096 / block)) --block-count=$((4096 / block - 1)) --data-size=4096)
nvme write "$dev" "${second[@]}" --data="$WORK/data"
cmp -n 4096 "$WORK/data" <(dd if="$dev" bs=4k skip=1 count=1 iflag=direct status=none) || fail "content"
nvme read "$dev" "${second[@]}" --data="$WORK/read"
cmp "$WORK/data" "$WORK/read" || fail "content read by a command"
nvme flush "$dev" --namespace-id=1

step "one path"
bed_fail 0 delete
must_wait 20 "the path is gone" paths_are 1
nvme id-ns "$dev" >/dev/null || fail "no answer through the other path"
bed_restore 0 delete
must_wait 20 "the path is back" paths_are 2
for i in 0 1; do
	nvme id-ctrl "/dev/nvme${NVME_CTRL[i]}" >/dev/null || fail "the controller's own device does not answer"
done

step "reservations: neither target supports them; the way to it is seen in the trace"
TRACE=/sys/kernel/tracing
echo 1 >$TRACE/events/nvme/nvme_setup_cmd/enable
for what in "register 0 1" "reserve 1 1" "release 1 1" "clear 1"; do
	echo >$TRACE/trace
	# shellcheck disable=SC2086  # words
	said=$(guest/pr-ioctl "$dev" $what)
	[[ $said != 0 && $said != ENOTTY ]] || fail "$what: $said"
	case $what in
	register*) command=nvme_cmd_resv_register ;;
	reserve*) command=nvme_cmd_resv_acquire ;;
	*) command=nvme_cmd_resv_release ;;
	esac
	grep -q "cmd=($command" $TRACE/trace || fail "$what: no path has seen $command: $(grep -c . $TRACE/trace) lines"
	echo "ok: $what: $said"
done
