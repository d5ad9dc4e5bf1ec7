// SPDX-License-Identifier: GPL-2.0
// classify: what the status of a path's bio means for the bio and for the path.
//
// Not blk_path_error(): that calls AGAIN, INVAL, the zone and the duration limit
// statuses path errors, so that one bad bio fails every path in turn.
#pragma once

#include "libmultipath.h"

namespace mpath {

enum class Fate : u8 {
	complete, // the bio ends with this status
	move,     // send it again, by preference down another path
	pause,    // back-pressure: send it again in a moment
};

enum class Blame : u8 {
	nobody,
	suspect, // probe the path
	dead,    // the transport says so itself
};

struct Classification {
	Fate fate;
	Blame blame;
};

// @nowait: the bio carries REQ_NOWAIT, so AGAIN is an answer and not back-pressure.
Classification classify(mpath_status status, bool nowait) noexcept;

// The status in words, for messages.
const char *status_word(mpath_status status) noexcept;

} // namespace mpath
