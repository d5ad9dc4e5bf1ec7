// SPDX-License-Identifier: GPL-2.0
// access: the asymmetric access state of a logical unit (SPC-5 table 35).
#pragma once

#include "mpath_abi.h"

namespace mpath {

enum class Access : u8 {
	optimized,
	nonoptimized,
	transitioning,
	other, // standby, unavailable, offline: accepts no I/O
};

// PREFERRED (bit 7) says nothing about whether the path can be used.
constexpr u8 without_preference(u8 access_state) noexcept
{
	return access_state & 0x0f;
}

// Optimized, non-optimized, and logical block dependent, which is optimized for some of
// its blocks.
constexpr bool takes_io(u8 access_state) noexcept
{
	constexpr u32 kTakesIo = 1 << 0x0 | 1 << 0x1 | 1 << 0x4;

	return kTakesIo >> without_preference(access_state) & 1;
}

constexpr Access access_of(u8 access_state) noexcept
{
	if (without_preference(access_state) == 0x0)
		return Access::optimized;
	if (takes_io(access_state))
		return Access::nonoptimized;
	return without_preference(access_state) == 0xf ? Access::transitioning : Access::other;
}

} // namespace mpath
