# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds nvme
#: kernels 6.1 6.12 debug
#: timeout 240
#: allow path-errors
# One, two and four controllers: so many paths, all but one of which may go under I/O.
for n in 1 2 4; do
	step "$n"
	mpath_load iopolicy=round-robin
	bed_up $n
	head_wait $n
	fio_start "/dev/$HEAD"
	for ((i = 0; i < n; i++)); do
		must_wait 20 "path $i carries I/O" writes_above "${PATHS[i]}" 5
	done
	for ((i = 1; i < n; i++)); do bed_fail $i delete; done
	must_wait 20 "one is left" paths_are 1
	fio_goes_on 100
	fio_finish
	must_wait 20 "the module goes" mpath_unload
	bed_down
done
