// SPDX-License-Identifier: GPL-2.0
// Atomic<T>: a word that threads share, with the memory order written at each use.
//
// The __atomic builtins are what TSan and KCSAN instrument. std::atomic is not used
// because libstdc++'s header is not freestanding in C++20.
#pragma once

#include "util/std.hpp"

namespace mpath {

template <typename T>
	requires(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(void *))
class Atomic {
public:
	constexpr Atomic() noexcept = default;
	constexpr explicit Atomic(T value) noexcept : value_(value) {}
	Atomic(const Atomic &) = delete;
	Atomic &operator=(const Atomic &) = delete;

	T load_relaxed() const noexcept { return load(__ATOMIC_RELAXED); }
	T load_acquire() const noexcept { return load(__ATOMIC_ACQUIRE); }
	void store_relaxed(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_RELAXED); }
	void store_release(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_RELEASE); }

	// Acquire and release; on failure @expected becomes what was found.
	bool compare_exchange(T &expected, T desired) noexcept
	{
		return __atomic_compare_exchange(&value_, &expected, &desired, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	}

	T fetch_add_relaxed(T amount) noexcept
		requires std::integral<T>
	{
		return __atomic_fetch_add(&value_, amount, __ATOMIC_RELAXED);
	}

	T fetch_add_release(T amount) noexcept
		requires std::integral<T>
	{
		return __atomic_fetch_add(&value_, amount, __ATOMIC_RELEASE);
	}

private:
	// The generic builtins: clang's _n forms refuse enums.
	T load(int order) const noexcept
	{
		T value;

		__atomic_load(&value_, &value, order);
		return value;
	}

	T value_{};
};

} // namespace mpath
