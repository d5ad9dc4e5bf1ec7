// SPDX-License-Identifier: GPL-2.0
// IoFifo: I/O records in the order they came. Not locked; its owner says by what.
//
// A chain of a thousand bios is walked, never recursed over, and leaves in the order
// it entered: both were review comments on the upstream series.
#pragma once

#include "port.h"
#include "util/assert.hpp"

namespace mpath {

class IoFifo {
public:
	IoFifo() noexcept = default;
	~IoFifo() { MPATH_ASSERT(empty()); }
	IoFifo(const IoFifo &) = delete;
	IoFifo &operator=(const IoFifo &) = delete;

	bool empty() const noexcept { return first_ == nullptr; }
	u32 size() const noexcept { return size_; }

	void push_back(mpath_io *io) noexcept
	{
		io->next = nullptr;
		if (last_)
			last_->next = io;
		else
			first_ = io;
		last_ = io;
		size_++;
	}

	// nullptr when empty.
	mpath_io *pop_front() noexcept
	{
		mpath_io *io = first_;

		if (!io)
			return nullptr;
		first_ = io->next;
		if (!first_)
			last_ = nullptr;
		io->next = nullptr;
		size_--;
		return io;
	}

	// Everything of @other comes before what is here; @other is left empty.
	void prepend(IoFifo &other) noexcept
	{
		if (other.empty())
			return;
		other.last_->next = first_;
		if (!last_)
			last_ = other.last_;
		first_ = other.first_;
		size_ += other.size_;
		other.first_ = nullptr;
		other.last_ = nullptr;
		other.size_ = 0;
	}

private:
	mpath_io *first_ = nullptr;
	mpath_io *last_ = nullptr;
	u32 size_ = 0;
};

} // namespace mpath
