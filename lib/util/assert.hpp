// SPDX-License-Identifier: GPL-2.0
// assert: an invariant that no input can break.
//
// mpk_assert_fail() is an ordinary function and the trap follows it: objtool knows
// its noreturn functions by name, and ours is not among them.
#pragma once

#include "port.h"

#define MPATH_ASSERT(expression)                                          \
	do {                                                              \
		if (!(expression)) [[unlikely]] {                         \
			mpk_assert_fail(#expression, __FILE__, __LINE__); \
			__builtin_trap();                                 \
		}                                                         \
	} while (false)
