// SPDX-License-Identifier: GPL-2.0
// What an NVMe path is said to be, and what its answers say.
#include "mpath_nvme.h"

#include "access.hpp"
#include "util/errno.hpp"
#include "util/text.hpp"

namespace {

constexpr mpath_nvme_ana kAnaStates[] = {
	MPATH_NVME_ANA_OPTIMIZED,       MPATH_NVME_ANA_NONOPTIMIZED, MPATH_NVME_ANA_INACCESSIBLE,
	MPATH_NVME_ANA_PERSISTENT_LOSS, MPATH_NVME_ANA_CHANGE,
};

} // namespace

int mpath_nvme_ana_parse(const char *word) noexcept
{
	for (const auto ana : kAnaStates)
		if (mpath::is_word(word, mpath_nvme_ana_name(ana)))
			return ana;
	return -EINVAL;
}

const char *mpath_nvme_ana_name(mpath_nvme_ana ana) noexcept
{
	switch (ana) {
	case MPATH_NVME_ANA_NONE:
		break;
	case MPATH_NVME_ANA_OPTIMIZED:
		return "optimized";
	case MPATH_NVME_ANA_NONOPTIMIZED:
		return "non-optimized";
	case MPATH_NVME_ANA_INACCESSIBLE:
		return "inaccessible";
	case MPATH_NVME_ANA_PERSISTENT_LOSS:
		return "persistent-loss";
	case MPATH_NVME_ANA_CHANGE:
		return "change";
	}
	return "none";
}

u8 mpath_nvme_ana_access(mpath_nvme_ana ana) noexcept
{
	switch (ana) {
	case MPATH_NVME_ANA_NONE:
	case MPATH_NVME_ANA_OPTIMIZED:
		break;
	case MPATH_NVME_ANA_NONOPTIMIZED:
		return mpath::kAccessNonoptimized;
	case MPATH_NVME_ANA_INACCESSIBLE:
		return mpath::kAccessUnavailable;
	case MPATH_NVME_ANA_PERSISTENT_LOSS:
		return mpath::kAccessOffline;
	case MPATH_NVME_ANA_CHANGE:
		return mpath::kAccessTransitioning;
	}
	return mpath::kAccessOptimized;
}

mpath_nvme_ana mpath_nvme_ana_after_read(mpath_nvme_ana ana) noexcept
{
	return mpath::takes_io(mpath_nvme_ana_access(ana)) ? ana : MPATH_NVME_ANA_NONOPTIMIZED;
}

mpath_verdict mpath_nvme_controller_verdict(const char *state) noexcept
{
	if (mpath::is_word(state, "live"))
		return MPATH_VERDICT_FINE;
	// Its queues keep what they are given, until it is through.
	if (mpath::is_word(state, "new") || mpath::is_word(state, "resetting"))
		return MPATH_VERDICT_LATER;
	// connecting may take as long as ctrl_loss_tmo; deleting, dead.
	return MPATH_VERDICT_DEAD;
}

mpath_verdict mpath_nvme_read_verdict(mpath_status status, mpath_nvme_ana ana) noexcept
{
	switch (status) {
	case MPATH_STS_OK:
	// The namespace has answered: every path would say the same.
	case MPATH_STS_MEDIUM:
	case MPATH_STS_PROTECTION:
	case MPATH_STS_RESV_CONFLICT:
		return MPATH_VERDICT_FINE;
	// Not ready, or interrupted.
	case MPATH_STS_TARGET:
	case MPATH_STS_AGAIN:
	case MPATH_STS_RESOURCE:
	case MPATH_STS_DEV_RESOURCE:
		return MPATH_VERDICT_LATER;
	// Invalid namespace: it is not there (any more), or not for this controller.
	case MPATH_STS_NOTSUPP:
		return MPATH_VERDICT_GONE;
	case MPATH_STS_IOERR:
		break;
	default:
		return MPATH_VERDICT_DEAD;
	}
	// The driver has one status for all that concerns access, and for others.
	switch (ana) {
	case MPATH_NVME_ANA_INACCESSIBLE:
	case MPATH_NVME_ANA_PERSISTENT_LOSS:
		return MPATH_VERDICT_UNAVAILABLE;
	case MPATH_NVME_ANA_CHANGE:
		return MPATH_VERDICT_TRANSITIONING;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

bool mpath_nvme_way_failed(int result) noexcept
{
	constexpr int kStatusCodeType = 0x700, kPathRelated = 0x300; // 3.3.3.2.1.1

	return result > 0 && (result & kStatusCodeType) == kPathRelated;
}
