# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How a case says what it needs: lines "#: KEY VALUE..." in its head. Read by the
# host (which case for which kernel) and by the guest. Keys and their defaults:
#
#   beds     (none)      one run of the case per bed named, BED is set
#   modes    interpose   one run per submit_mode named, MODE is set
#   kernels  6.1 6.12    kernels it can run on; `debug` for the debug kernel's set; what
#                        runs on 6.12 runs on the newest
#   timeout  90          seconds
#   modules  yes         `no`: does not need our modules
#   allow    (none)      extended regex of kernel log lines that are expected;
#                        `path-errors`: what the kernel prints about a dying path; HEAD:
#                        a head's name
case_key() { # FILE KEY DEFAULT
	local v
	v=$(sed -n "s/^#: $2  *//p" "$1" | head -1)
	echo "${v:-$3}"
}

# Runs of a case: GROUP/NAME, @BED and +MODE only where there is something to say.
case_runs() { # FILE NAME: lines "ID BED MODE"
	local bed mode beds modes id
	beds=$(case_key "$1" beds -) modes=$(case_key "$1" modes -)
	for bed in $beds; do
		for mode in $modes; do
			# NVMe completes a command whole: nothing to clone for.
			[[ $bed != nvme* || $mode != clone ]] || continue
			id=$2
			[[ $bed == - ]] || id+=@$bed
			[[ $mode == - ]] || id+=+$mode
			echo "$id $bed $mode"
		done
	done
}
