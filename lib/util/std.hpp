// SPDX-License-Identifier: GPL-2.0
// std: the only standard headers of the core, all freestanding.
#pragma once

#include <cstddef>
#include <concepts>
#include <new>
#include <type_traits>
