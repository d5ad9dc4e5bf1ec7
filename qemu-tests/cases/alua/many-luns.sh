# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels none
#: allow path-errors
# 500 LUNs of one array. A port dies, and then the other one of its controller, whose part the
# second controller takes over: every path of every LUN knows within five seconds, though only one
# LUN has I/O; and the LUNs are not asked for their port groups more than a few times each. It
# takes some minutes in an emulator: `qemu-tests/soak luns` runs it.
#
#   500 x sdmpath --+-- port 0 --x--+-- port group a, optimized
#                   +-- port 1 --x--+
#                   +-- port 2 -----+-- port group b, non-optimized, then optimized
#                   +-- port 3 -----+
luns=${LUNS:-500}
loop_init
# Some ten thousand events that nobody looks at here, grace periods one after the other, and
# eighty thousand unit attentions of LIO's that the mid-layer writes to a serial console.
udevadm control --exit
echo 1 >/sys/kernel/rcu_expedited
printk=$(</proc/sys/kernel/printk)
dmesg -n 1
luns_down() {
	guest/many-luns down "$luns"
	echo "$printk" >/proc/sys/kernel/printk
	echo 0 >/sys/kernel/rcu_expedited
	/lib/systemd/systemd-udevd --daemon 2>/dev/null
}
at_exit luns_down
mpath_load iopolicy=round-robin
step "$luns LUNs"
guest/many-luns up "$luns"
must_wait 60 "$luns heads" heads_are "$luns"
HEAD=sdmpatha
all_are() { # PATHS STATE
	local -; set +x
	local files=(/sys/block/sd*/mpath_state)
	[[ $(cat "${files[@]}" | grep -cx "$2") == "$1" ]]
}
must_wait 120 "half of the paths are optimized" all_are $((2 * luns)) usable
must_wait 60 "the others are not" all_are $((2 * luns)) usable-nonoptimized
reports() { cat /sys/block/sdmpath*/mpath_port_group_reports | awk '{ n += $1 } END { print n }'; }

# It would look for the disk's statistics in the folders of 2500 disks before it begins.
FIO_SIZE=64k fio_start "/dev/$HEAD" --disk_util=0
lose() { # PORT...
	local before ms asked
	before=$(reports)
	ms=$(guest/many-luns lose "$luns" "$@")
	asked=$(($(reports) - before))
	step "all know after $ms ms, $asked reports"
	((ms <= 5000)) || fail "without ports $*: all know after $ms ms"
	# Each when a path dies, at most once a second, and 2 s later; and the poll, every 20 s.
	((asked <= 4 * luns)) || fail "without ports $*: $asked reports"
	fio_goes_on 100
}
step "a port dies"
lose 0
step "the controller dies, the other one takes over"
lose 0 1
FIO_SIZE=64k fio_finish
equal "$(cat /sys/block/sdmpath*/io_fail_no_available_path_count | sort -u)" 0 "I/O that was failed for want of a path"
