# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#: beds tcm_loop
#: kernels 6.1 6.12 debug
#: timeout 150
# The ioctls of linux/pr.h, by which file systems and targets reserve; and what is refused.
. guest/pr.sh
other_initiator
mpath_load
head_paths_up
ioctl() { guest/pr-ioctl "/dev/$HEAD" "$@"; }

equal "$(ioctl reserve 1 3)" 24 "reserve without a key: a conflict" # 0x18
equal "$(ioctl register 0 1)" 0 "register"
equal "$(pr_keys 0x1)" 2 "nexuses with the key"
equal "$(ioctl register 0 2)" 24 "register again: a conflict"
equal "$(ioctl register 1 2)" 0 "change the key"
equal "$(ioctl reserve 2 9)" EINVAL "no such type"
equal "$(ioctl reserve 2 3)" 0 "reserve"
pr_says type write-exclusive-registrants-only
equal "$(ioctl preempt 2 2 4)" 0 "change the type"
pr_says type exclusive-access-registrants-only
equal "$(ioctl release 2 4)" 0 "release"
pr_out_on "$OTHER_SG" --register --param-sark="$THEIRS"
pr_out_on "$OTHER_SG" --reserve --param-rk="$THEIRS" --prout-type=5
equal "$(ioctl reserve 2 3)" 24 "what another holds"
equal "$(ioctl preempt 2 "$THEIRS" 3)" 0 "take it from him"
pr_says state reserved
equal "$(pr_keys "$THEIRS")" 0 "nexuses with the other key"
equal "$(ioctl clear 2)" 0 "clear"
pr_says state none
equal "$(ioctl ignore 7)" 0 "register, whatever there was"
equal "$(ioctl register 7 0)" 0 "give it up"
equal "$(pr_keys 0x7)" 0 "nexuses with the key"

step "what is refused"
refuses "bad field in cdb or parameter list" sg_persist -n --out --register --param-sark=1 --param-alltgpt "/dev/$HEAD"
refuses "bad field in cdb or parameter list" sg_persist -n --out --register-move --param-rk=1 --param-sark=2 --relative-target-port=1 --transport-id=sas,5000c50005b32001 "/dev/$HEAD"
for cdb in '16 00 00 00 00 00' '17 00 00 00 00 00' '56 00 00 00 00 00 00 00 00 00' '57 00 00 00 00 00 00 00 00 00'; do
	# shellcheck disable=SC2086 # bytes
	refuses "not supported" sg_raw "/dev/$HEAD" $cdb
done
parted -s "/dev/$HEAD" mklabel gpt mkpart one 1MiB 100%
settle
# The kernel's own rule: 6.1 has none, and what is asked for is about the whole disk.
case $(uname -r) in 6.1.*) answer=0 keys=2 ;; *) answer=EPERM keys=0 ;; esac
equal "$(guest/pr-ioctl "/dev/${HEAD}1" register 0 1)" $answer "on a partition"
equal "$(pr_keys 0x1)" $keys "nexuses with its key"
other_done
