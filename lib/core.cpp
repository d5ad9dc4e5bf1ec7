// SPDX-License-Identifier: GPL-2.0
// The core as one object. Separate objects would each bring a copy of the inline
// functions they share, and on x86 kernels with ftrace the linker cannot drop the
// second one: __mcount_loc refers to it. User space compiles the files one by one.
// clang-format off
#include "classify.cpp"
#include "health.cpp"
#include "conduct.cpp"
#include "geometry.cpp"
#include "path_stats.cpp"
#include "epochs.cpp"
#include "watch.cpp"
#include "wait_estimate.cpp"
#include "policy.cpp"
#include "target_port.cpp"
#include "path.cpp"
#include "path_access.cpp"
#include "alua.cpp"
#include "activation.cpp"
#include "announce.cpp"
#include "head.cpp"
#include "submit.cpp"
#include "scsi_identity.cpp"
#include "scsi_rules.cpp"
#include "scsi_membership.cpp"
#include "scsi_command.cpp"
#include "scsi_passthrough.cpp"
#include "scsi_port_groups.cpp"
#include "api.cpp"
