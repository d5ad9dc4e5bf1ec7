# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by what counts instructions per I/O: the rows of its table. Lines go out with tell SAY; a
# file SCRIPT.tsv has the same for programs: row, read or write, instructions, those added.
COUNT=3000 RUNS=3
WANTED=$(</mpath/out/wanted)
TSV=/mpath/out/$CASE_ID.tsv
: >"$TSV"
declare -A RAW=()

median() { # KIND DEVICE
	local -; set +x
	local i n=()
	for ((i = 0; i < RUNS; i++)); do n+=("$(/mpath/out/io-loop "$1" "$2" $COUNT)"); done
	printf '%s\n' "${n[@]}" | sort -n | sed -n "$((RUNS / 2 + 1))p"
}
row() { # NAME DEVICE
	local kind n line
	[[ $1 == raw* || $1 == *"$WANTED"* ]] || return 0
	line=$(printf '%-44s' "$1")
	for kind in read write; do
		n=$(median $kind "$2")
		[[ -n ${RAW[$kind]-} ]] || RAW[$kind]=$n
		line+=$(printf ' %8d %+8d' "$n" $((n - RAW[$kind])))
		printf '%s\t%s\t%d\t%d\n' "$1" $kind "$n" $((n - RAW[$kind])) >>"$TSV"
	done
	tell "SAY $line"
}

table() { # WHAT
	step "instructions per I/O"
	tell "SAY Instructions per random I/O of 4 KiB, one at a time, $1, $(uname -r)"
	tell "SAY $(printf '%-44s %8s %8s %8s %8s' '' read added write added)"
}
