# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme nvme_tcp
#: kernels 6.1 6.12 debug
#: timeout 150
#: allow path-errors
# Commands of the application's own through the head: identify, reads and writes, as to a plain
# disk, each down one path, once; a path that is gone does not matter. A partition is not the way to
# commands for the whole disk, unless one may do all. Character devices stay with their controllers.
. guest/nvme-trace.sh
mpath_load
bed_up
head_wait 2
dev=/dev/$HEAD

block=$(<"$HEAD_SYS/queue/logical_block_size")
equal "$(($(nvme id-ns "$dev" -o json | jq .nsze) * block))" "$(blockdev --getsize64 "$dev")" "size that the namespace tells"
equal "$(nvme get-ns-id "$dev" | grep -o '[0-9]*$')" 1 "number of the namespace"
equal "$(nvme id-ctrl "$dev" -o json | jq -r .subnqn)" "$NVME_NQN" "subsystem that the controller tells"
once() { # COMMAND-IN-THE-TRACE COMMAND...
	local -; set +x
	local what=$1
	shift
	watch_commands
	"$@" >"$WORK/once" || fail "$*: $(<"$WORK/once")"
	unwatch_commands
	equal "$(commands "cmd=\($what ")" 1 "times that a path has seen $what"
}
settle
udevadm control --stop-exec-queue
at_exit udevadm control --start-exec-queue
head -c 4096 /dev/urandom >"$WORK/data"
second=(--start-block=$((4096 / block)) --block-count=$((4096 / block - 1)) --data-size=4096)
once nvme_cmd_write nvme write "$dev" "${second[@]}" --data="$WORK/data"
cmp -n 4096 "$WORK/data" <(dd if="$dev" bs=4k skip=1 count=1 iflag=direct status=none) || fail "content"
once nvme_cmd_read nvme read "$dev" "${second[@]}" --data="$WORK/read"
cmp "$WORK/data" "$WORK/read" || fail "content read by a command"
once nvme_cmd_flush nvme flush "$dev" --namespace-id=1
once nvme_admin_identify nvme id-ns "$dev" --namespace-id=1
# While the controllers live that were there first: what commands do, the driver reads in memory of
# the one that found the namespace, whether that has gone or not.
step "character devices"
for i in 0 1; do
	once nvme_cmd_read nvme read "/dev/ng${PATHS[i]#nvme}" "${second[@]}" --data="$WORK/read"
	equal "$(commands " nvme${NVME_CTRL[i]}: disk=${PATHS[i]}, .*cmd=\(nvme_cmd_read ")" 1 "of which by controller $i"
	cmp "$WORK/data" "$WORK/read" || fail "content read by /dev/ng${PATHS[i]#nvme}"
done
udevadm control --start-exec-queue

step "a partition"
echo 'start=2048, size=2048' | sfdisk --quiet "$dev"
settle
part=${dev}p1
must_wait 10 "there is $part" test -b "$part"
nvme id-ns "$part" --namespace-id=1 >/dev/null || fail "who may do all may not"
lame() { setpriv --bounding-set=-sys_admin "$@"; }
equal "$(lame nvme get-ns-id "$part" | grep -o '[0-9]*$')" 1 "number of the namespace, which anybody may know"
refuses "Permission denied" lame nvme id-ns "$part" --namespace-id=1
# Since 6.2 the driver lets anybody identify, so that it is the partition which is refused.
case $(uname -r) in
6.1.*) ;;
*) lame nvme id-ns "$dev" --namespace-id=1 >/dev/null || fail "the whole disk is refused, too" ;;
esac

step "one path"
bed_fail 0 delete
must_wait 20 "the path is gone" paths_are 1
nvme id-ns "$dev" >/dev/null || fail "no answer through the other path"
bed_restore 0 delete
must_wait 20 "the path is back" paths_are 2
for i in 0 1; do
	nvme id-ctrl "/dev/nvme${NVME_CTRL[i]}" >/dev/null || fail "the controller's own device does not answer"
done
equal "$(count /dev/ng*)" 2 "character devices of namespaces, none of which is the head's"
