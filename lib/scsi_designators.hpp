// SPDX-License-Identifier: GPL-2.0
// Designators: the entries of the device identification VPD page (SPC-5 7.7.6), header included.
//
//	for (Designators all(page, len); all.next();)
//		... all.type() ...
//
// Ends where the page does, or where it contradicts itself: is_malformed() tells by then.
#pragma once

#include "mpath_abi.h"

namespace mpath {

class Designators {
public:
	static constexpr size_t kHeaderLen = 4; // of the page, and of a designator

	Designators(const u8 *page, size_t len) noexcept
		: at_(page),
		  end_(page && len >= kHeaderLen && page[1] == kPageCode ? page + whole(page, len)
									 : page)
	{
		is_whole_ = at_ != end_ && told(page) <= len;
		if (at_ != end_)
			at_ += kHeaderLen;
	}

	// To the next one, or the first. False: there is none.
	bool next() noexcept
	{
		at_ += size_;
		size_ = 0;
		if (left() < kHeaderLen || left() - kHeaderLen < at_[3])
			return false;
		size_ = kHeaderLen + at_[3];
		return true;
	}

	// After the last: it is no such page, what was read is not all of it, or its lengths
	// contradict each other.
	bool is_malformed() const noexcept { return !is_whole_ || left(); }

	u8 code_set() const noexcept { return at_[0] & 0xf; }
	u8 association() const noexcept { return at_[1] >> 4 & 0x3; }
	u8 type() const noexcept { return at_[1] & 0xf; }
	const u8 *bytes() const noexcept { return at_ + kHeaderLen; }
	size_t len() const noexcept { return size_ - kHeaderLen; }

private:
	static constexpr u8 kPageCode = 0x83;

	static size_t told(const u8 *page) noexcept
	{
		return kHeaderLen + (static_cast<size_t>(page[2]) << 8 | page[3]);
	}
	static size_t whole(const u8 *page, size_t len) noexcept
	{
		return told(page) < len ? told(page) : len;
	}
	size_t left() const noexcept { return static_cast<size_t>(end_ - at_); }

	const u8 *at_;
	const u8 *end_;
	size_t size_ = 0;
	bool is_whole_;
};

} // namespace mpath
