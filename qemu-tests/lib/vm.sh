# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by run, demo, bench and boot: one guest, from its command line to its words.
#
#   vm_start KERNEL-FOLDER MODULES OUT SCRIPT [QEMU OPTION...]
#   vm_launch OUT QEMU-OPTION...   a guest of another kind, of which only the words are the same
#   vm_read SECONDS      next line of the guest in VM_LINE; 1: silent for so long, 2: gone
#   vm_stop
#   vm_nvme FILE         sets VM_NVME, options for vm_start
#
# OUT gets console.log, verdict.log and whatever the guest writes into /mpath/out.

VM_PID='' VM_FD='' VM_LINE='' VM_APPEND=''
VM_COMMAND_LINE='console=ttyS0 panic=-1 mitigations=off watchdog_thresh=60 \
rcupdate.rcu_cpu_stall_timeout=120 norandmaps init_on_alloc=0'

vm_start() {
	local kernel=$1 modules=$2 out=$3 script=$4 rootfs
	shift 4
	rootfs=$("$QT/lib/rootfs") || return
	mkdir -p "$out"
	# The guest works on a copy: what is edited meanwhile does not reach it.
	rm -rf "$out-tests"
	mkdir "$out-tests"
	cp -r "$QT"/{guest,beds,cases} "$TOP"/README.md "$TOP"/tools/admin-guide.md "$out-tests/"
	vm_launch "$out" \
		-kernel "$kernel/vmlinux" -initrd "$kernel/initrd" \
		-append "$VM_COMMAND_LINE loglevel=5 oops=panic log_buf_len=4M \
scsi_mod.scan=sync mpath.run=$script $VM_APPEND" \
		-drive "file=$rootfs,format=raw,if=virtio,readonly=on" \
		-drive "file=$kernel/modules.img,format=raw,if=virtio,readonly=on" \
		-virtfs "local,path=$out-tests,mount_tag=tests,security_model=none,readonly=on" \
		-virtfs "local,path=$modules,mount_tag=modules,security_model=none,readonly=on" \
		-virtfs "local,path=$out,mount_tag=out,security_model=none" "$@"
}

# What is the same for every guest: machine, console, verdict.
vm_launch() { # OUT OPTION...
	local out=$1 accel
	shift
	if [[ -n ${VM_ACCEL-} ]]; then
		accel=("${VM_ACCEL[@]}")
	elif "$QT/lib/kvm-works"; then
		accel=(-accel kvm -cpu host -smp "${VM_CPUS:-2}")
	else
		# No five-level page tables: a quarter less work for TLB misses of the emulator. No
		# AVX: what libraries do with it takes a fifth longer than what they do without. And
		# norandmaps, above: code that lies at the same addresses in every program is
		# translated once, which halves the time of most cases.
		accel=(-accel 'tcg,thread=multi' -cpu 'max,la57=off,avx=off,avx2=off' -smp "${VM_CPUS:-2}")
	fi
	mkdir -p "$out"
	: >"$out/verdict.log"
	qemu-system-x86_64 -M q35 "${accel[@]}" -m "${VM_MEM:-1536}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-chardev "${VM_CONSOLE:-file,path=$out/console.log},id=console" -serial chardev:console \
		-chardev "file,id=verdict,path=$out/verdict.log" -serial chardev:verdict \
		-device virtio-rng-pci "$@" <"${VM_STDIN:-/dev/null}" 2>"$out/qemu.log" &
	VM_PID=$!
	exec {VM_FD}< <(exec tail -n +1 -s 0.1 -f --pid="$VM_PID" "$out/verdict.log" 2>/dev/null)
}

# Options for vm_start: three NVMe controllers and the namespace they share, for beds/nvme_pcie; and two
# of another make and another subsystem, whose namespace has an EUI-64 and no content.
vm_nvme() { # FILE: keeps what is written
	local i
	truncate -s 0 "$1" && truncate -s 64M "$1" || return
	VM_NVME=(-drive "file=$1,format=raw,if=none,id=nvme-store,cache=unsafe"
		-device "nvme-subsys,id=nvme-subsys,nqn=mpath")
	for i in 0 1 2; do
		VM_NVME+=(-device "nvme,id=nvme$i,addr=1$i.0,serial=mpath,subsys=nvme-subsys")
	done
	VM_NVME+=(-device "nvme-ns,drive=nvme-store,nsid=1,uuid=00112233-4455-4677-8899-aabbccddee10"
		-drive "driver=null-co,size=64M,read-zeroes=on,if=none,id=nvme-eui64"
		-device "nvme-subsys,id=nvme-subsys-eui64,nqn=mpath-eui64")
	for i in 3 4; do
		VM_NVME+=(-device "nvme,id=nvme$i,addr=1$i.0,serial=mpath,subsys=nvme-subsys-eui64,use-intel-id=on")
	done
	VM_NVME+=(-device "nvme-ns,bus=nvme3,drive=nvme-eui64,nsid=1,eui64=0x0123456789abcdef,uuid=00000000-0000-0000-0000-000000000000")
}

# Options for vm_start: a disk of the machine's own AHCI, and one on USB. Nobody loads their drivers but
# identity/transports.
# shellcheck disable=SC2034  # for whoever starts a guest
VM_LOCAL_DISKS=(
	-blockdev "driver=null-co,node-name=ata-store,size=16777216,read-zeroes=on"
	-device "ide-hd,bus=ide.0,drive=ata-store,wwn=0x5001405000000001"
	-blockdev "driver=null-co,node-name=usb-store,size=16777216,read-zeroes=on"
	-device "qemu-xhci,id=xhci"
	-device "usb-storage,bus=xhci.0,drive=usb-store"
)

vm_read() {
	local rc=0
	IFS= read -r -t "$1" -u "$VM_FD" VM_LINE || rc=$?
	VM_LINE=${VM_LINE%$'\r'}
	((rc == 0)) && return 0
	((rc > 128)) && return 1
	return 2
}

vm_stop() {
	[[ -n $VM_PID ]] || return 0
	kill "$VM_PID" 2>/dev/null || true
	wait "$VM_PID" 2>/dev/null || true
	exec {VM_FD}<&-
	VM_PID=''
}

# A TCG guest on a busy host sometimes loses a CPU's timer while booting and never
# gets up. That is nobody's result: kill it and boot again. Arguments of vm_start.
vm_boot() {
	local try
	for try in 1 2 3; do
		vm_start "$@"
		while vm_read "${VM_BOOT_TIMEOUT:-60}"; do
			[[ $VM_LINE != UP* ]] || return 0
		done
		say "guest did not come up (try $try), console: $3/console.log"
		vm_stop
	done
	return 1
}
