// SPDX-License-Identifier: GPL-2.0
// access: the asymmetric access state of a logical unit (SPC-5 table 35), as REPORT TARGET PORT
// GROUPS tells it: bits 0 to 3 the state, bit 7 PREFERRED.
#pragma once

#include "mpath_abi.h"

namespace mpath {

enum class Access : u8 {
	optimized,
	nonoptimized,
	transitioning,
	other, // standby, unavailable, offline: accepts no I/O
};

constexpr u8 kAccessMask = 0x0f;
constexpr u8 kPreferred = 0x80;

constexpr u8 kAccessOptimized = 0x0;
constexpr u8 kAccessNonoptimized = 0x1;
constexpr u8 kAccessStandby = 0x2;
constexpr u8 kAccessUnavailable = 0x3;
constexpr u8 kAccessOffline = 0xe;
constexpr u8 kAccessTransitioning = 0xf;

// PREFERRED (bit 7) says nothing about whether the path can be used.
constexpr u8 without_preference(u8 access_state) noexcept
{
	return access_state & kAccessMask;
}

// Optimized, non-optimized, and logical block dependent, which is optimized for some of
// its blocks.
constexpr bool takes_io(u8 access_state) noexcept
{
	constexpr u32 kTakesIo = 1 << 0x0 | 1 << 0x1 | 1 << 0x4;

	return kTakesIo >> without_preference(access_state) & 1;
}

// The others are reserved.
constexpr bool exists(u8 access_state) noexcept
{
	constexpr u32 kStates = 0x1f | 1 << kAccessOffline | 1 << kAccessTransitioning;

	return kStates >> without_preference(access_state) & 1;
}

constexpr Access access_of(u8 access_state) noexcept
{
	if (without_preference(access_state) == 0x0)
		return Access::optimized;
	if (takes_io(access_state))
		return Access::nonoptimized;
	return without_preference(access_state) == 0xf ? Access::transitioning : Access::other;
}

// Among paths that take I/O the least comes first: optimized before any other, and among
// equals the preferred ones.
using Rank = unsigned;
constexpr Rank kRankOptimizedPreferred = 0;
constexpr Rank kRankOptimized = 1;
constexpr Rank kNrRanks = 4;

constexpr Rank rank_of(u8 access_state) noexcept
{
	return (without_preference(access_state) != 0) * 2u + !(access_state & kPreferred);
}

// The words of the kernel's own attribute of a scsi_device.
constexpr const char *access_word(u8 access_state) noexcept
{
	switch (without_preference(access_state)) {
	case 0x0:
		return "active/optimized";
	case 0x1:
		return "active/non-optimized";
	case kAccessStandby:
		return "standby";
	case kAccessUnavailable:
		return "unavailable";
	case 0x4:
		return "lba-dependent";
	case kAccessOffline:
		return "offline";
	case kAccessTransitioning:
		return "transitioning";
	default:
		return "unknown";
	}
}

} // namespace mpath
