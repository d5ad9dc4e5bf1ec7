// SPDX-License-Identifier: GPL-2.0
// Walking the paths with a reference instead of a read section: commands take time.
#pragma once

#include "head.hpp"
#include "reservation.hpp"

namespace mpath {

// A path with a reference, which keeps it and delays its removal.
class Reservation::PathRef {
public:
	// Takes over the caller's reference.
	explicit PathRef(mpath_device *path) noexcept : path_(path) {}
	PathRef(PathRef &&other) noexcept : path_(other.path_) { other.path_ = nullptr; }
	PathRef &operator=(PathRef &&other) noexcept
	{
		mpath_device *path = other.path_;

		other.path_ = nullptr;
		if (path_)
			path_->put();
		path_ = path;
		return *this;
	}
	~PathRef()
	{
		if (path_)
			path_->put();
	}

	explicit operator bool() const noexcept { return path_ != nullptr; }
	mpath_device &operator*() const noexcept { return *path_; }
	mpath_device *operator->() const noexcept { return path_; }

private:
	mpath_device *path_;
};

// Barred for so long that nobody knows whether it still is who it was. Its probe does.
inline bool is_a_stranger(const mpath_device &path) noexcept
{
	constexpr u64 kKnownMs = 1000;
	const Standing standing = path.standing();
	const bool long_ago = mpk_now_ms() - standing.since_ms > kKnownMs;

	return standing.health == Health::barred &&
	       (long_ago || standing.why == Reason::not_the_holder);
}

template <typename Do>
void Reservation::for_each(const Do &what) const noexcept
{
	for (PathRef path = after(0); path; path = after(path->id()))
		what(*path);
}

template <typename Ask>
Said Reservation::ask_one(u32 first, const Ask &ask) noexcept
{
	Said answer = Said::nothing;
	const auto try_one = [&](mpath_device &path) {
		if (answer == Said::nothing && path.answers() &&
		    path.nexus.registered.load_relaxed())
			answer = ask(path);
	};

	if (PathRef path = find(first))
		try_one(*path);
	for_each([&](mpath_device &path) {
		if (path.id() != first)
			try_one(path);
	});
	return answer;
}

} // namespace mpath
