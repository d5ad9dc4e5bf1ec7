// SPDX-License-Identifier: GPL-2.0
// Owned<T, destroy>: sole owner of an object that the port creates and destroys.
#pragma once

#include "util/std.hpp"

namespace mpath {

template <typename T, void (*destroy)(T *) noexcept>
class Owned {
public:
	explicit Owned(T *object) noexcept : object_(object) {}
	~Owned()
	{
		if (object_)
			destroy(object_);
	}
	Owned(const Owned &) = delete;
	Owned &operator=(const Owned &) = delete;

	T *get() const noexcept { return object_; }
	explicit operator bool() const noexcept { return object_ != nullptr; }

private:
	T *object_;
};

} // namespace mpath
