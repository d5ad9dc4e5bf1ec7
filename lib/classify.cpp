// SPDX-License-Identifier: GPL-2.0
#include "classify.hpp"

namespace mpath {

Classification classify(mpath_status status, bool nowait) noexcept
{
	switch (status) {
	// The LUN or the I/O itself: every path would answer the same.
	case MPATH_STS_OK:
	case MPATH_STS_NOTSUPP:
	case MPATH_STS_NOSPC:
	case MPATH_STS_TARGET:
	case MPATH_STS_RESV_CONFLICT:
	case MPATH_STS_MEDIUM:
	case MPATH_STS_PROTECTION:
	case MPATH_STS_INVAL:
	case MPATH_STS_ZONE_RESOURCE:
	case MPATH_STS_ZONE_OPEN_RESOURCE:
	case MPATH_STS_ZONE_ACTIVE_RESOURCE:
	case MPATH_STS_DURATION_LIMIT:
		return {Fate::complete, Blame::nobody};

	case MPATH_STS_AGAIN:
		return {nowait ? Fate::complete : Fate::pause, Blame::nobody};
	case MPATH_STS_RESOURCE:
	case MPATH_STS_DEV_RESOURCE:
		return {Fate::pause, Blame::nobody};

	case MPATH_STS_TRANSPORT:
	case MPATH_STS_OFFLINE:
		return {Fate::move, Blame::dead};

	case MPATH_STS_IOERR:
	case MPATH_STS_TIMEOUT:
	case MPATH_STS_MAX:
		break;
	}
	return {Fate::move, Blame::suspect};
}

const char *status_word(mpath_status status) noexcept
{
	switch (status) {
	case MPATH_STS_OK:
		return "no error";
	case MPATH_STS_NOTSUPP:
		return "operation not supported";
	case MPATH_STS_TIMEOUT:
		return "timeout";
	case MPATH_STS_NOSPC:
		return "no space";
	case MPATH_STS_TRANSPORT:
		return "transport error";
	case MPATH_STS_TARGET:
		return "target error";
	case MPATH_STS_RESV_CONFLICT:
		return "reservation conflict";
	case MPATH_STS_MEDIUM:
		return "medium error";
	case MPATH_STS_PROTECTION:
		return "protection error";
	case MPATH_STS_RESOURCE:
		return "out of resources";
	case MPATH_STS_IOERR:
		return "I/O error";
	case MPATH_STS_AGAIN:
		return "would block";
	case MPATH_STS_DEV_RESOURCE:
		return "device out of resources";
	case MPATH_STS_ZONE_RESOURCE:
	case MPATH_STS_ZONE_OPEN_RESOURCE:
	case MPATH_STS_ZONE_ACTIVE_RESOURCE:
		return "zone resources exceeded";
	case MPATH_STS_OFFLINE:
		return "device offline";
	case MPATH_STS_DURATION_LIMIT:
		return "duration limit exceeded";
	case MPATH_STS_INVAL:
		return "invalid request";
	case MPATH_STS_MAX:
		break;
	}
	return "unknown error";
}

} // namespace mpath
