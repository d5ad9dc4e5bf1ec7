# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by run, demo and bench: our modules for a kernel.

# Builds them (unless told BUILD=no) and prints the folder a guest gets as
# /mpath/modules. It is a copy: a build that goes on meanwhile changes no running test. Below
# root is what `make install` puts elsewhere, below boot what has the modules loaded at boot.
build_modules() { # KIND KERNEL-FOLDER COPY
	local release stage copy=$3 ko
	release=$(<"$2/release")
	stage=$TOP/build/modules/$release
	[[ $1 != debug ]] || stage=$TOP/build/modules/debug
	mkdir -p "$copy"/{lib,scsi,nvme}
	INSTALL_MOD_PATH=$copy/root "$TOP/tools/udev/install"
	INSTALL_MOD_PATH=$copy/boot "$TOP/tools/boot/install"
	if [[ ${BUILD:-yes} == yes && -f $TOP/Makefile ]]; then
		case $1 in
		debug) make -C "$TOP" modules KDIR="$(<"$2/build")" STAGE=debug KVER= ;;
		newest) "$TOP/tools/build/in-suite" make modules KVER="$release" KDIR= STAGE= ;;
		*) make -C "$TOP" modules KVER="$release" KDIR= STAGE= ;;
		esac >"$copy/build.log" 2>&1 || {
			tail -20 "$copy/build.log" >&2
			die "the modules do not build for $1: $copy/build.log"
		}
	fi
	for ko in lib/libmultipath.ko scsi/scsi_multipath.ko nvme/nvme_multipath.ko; do
		rm -f "$copy/$ko"
		[[ ! -f $stage/$ko ]] || cp "$stage/$ko" "$copy/$ko"
	done
	echo "$copy"
}

# And the programs beside them. Kernels are built for side by side, and the programs are the same
# for all.
build_tools() { # COPY
	local tool
	mkdir -p "$TOP/build"
	for tool in ana mpathctl; do
		flock "$TOP/build/tools.lock" make -s -C "$TOP/tools/$tool" install INSTALL_MOD_PATH="$1/root" \
			>"$1/tools.log" 2>&1 || die "tools/$tool does not build: $1/tools.log"
	done
}
