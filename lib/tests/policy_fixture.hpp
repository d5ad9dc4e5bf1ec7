// SPDX-License-Identifier: GPL-2.0
// Policies: the fixture of their tests: a list of paths and the hints, without a head's life.
#pragma once

#include <array>

#include "lun.hpp"
#include "path_list.hpp"
#include "policy.hpp"

namespace mpath::fake {

class Policies : public Lun {
protected:
	static constexpr u32 kNodes = 3;

	void SetUp() override
	{
		Lun::SetUp();
		set_cpus({true, true, false, true});
		set_nodes(kNodes);
		mutex_ = mpk_mutex_create(MPATH_LOCK_PATHS);
		cache_ = {mpk_percpu_create(sizeof(void *)), by_node_.data(), kNodes};
	}

	void TearDown() override
	{
		for (auto &path : paths)
			if (linked(path))
				unlink(path);
		for (auto *device : devices_)
			mpath_device::destroy(device);
		mpk_percpu_destroy(cache_.cursors);
		mpk_mutex_destroy(mutex_);
		Lun::TearDown();
	}

	// A path, last in the list.
	Path &attach(const std::string &name, u8 access_state = kOptimized, int numa_node = -1)
	{
		Path &path = new_path(name);

		path.access_state = access_state;
		path.numa_node = numa_node;
		return link(path);
	}
	Path &link(Path &path)
	{
		const mpath_device_config config = path.config();

		path.device = mpath_device::create(*head(), static_cast<u32>(devices_.size() + 1),
						   config);
		devices_.push_back(path.device);

		MutexGuard guard(mutex_);

		list_.push_back(path.device, guard);
		return path;
	}
	// Unlinked, and nothing else: hints still point to it.
	void unlink(Path &path)
	{
		MutexGuard guard(mutex_);

		list_.remove(path.device, guard);
		path.device = nullptr;
	}

	// The name of the path that the policy chooses, or "none".
	template <typename Policy, typename Filter = AnyPath>
	std::string choose(const Filter &filter = {})
	{
		ReadGuard guard;
		const Hints here = cache_.here();
		mpath_device *device = nullptr;

		// As route() does.
		if constexpr (std::is_same_v<Filter, AnyPath>)
			device = Policy::glance(list_, here, filter, guard);
		if constexpr (requires { typename Policy::Otherwise; })
			if (!device)
				return choose<typename Policy::Otherwise>(filter);
		if (!device)
			device = Policy::choose(list_, here, filter, guard);
		return device ? device->disk()->name : "none";
	}
	template <typename Policy>
	std::string choose(int times)
	{
		std::string names = choose<Policy>();

		for (int i = 1; i < times; i++)
			names += " " + choose<Policy>();
		return names;
	}

	// Ways in which a path cannot carry I/O.
	static void kill_path(Path &path) { path.device->blame(Blame::dead, MPATH_STS_TRANSPORT); }

	PathList list_;
	std::array<Atomic<mpath_device *>, kNodes> by_node_;
	PathCache cache_{};

private:
	bool linked(const Path &path) const { return path.device; }

	mpk_mutex *mutex_ = nullptr;
	std::vector<mpath_device *> devices_;
};

// Everything that makes a path unable to carry I/O, for tests that try them all.
struct Disabled {
	const char *name;
	void (*apply)(Path &path);

	friend std::ostream &operator<<(std::ostream &out, const Disabled &d)
	{
		return out << d.name;
	}
};

inline const Disabled kWaysToDisable[] = {
	{"suspect",
	 [](Path &p) {
		 p.device->blame(Blame::suspect, MPATH_STS_IOERR);
	 }},
	{"dead",
	 [](Path &p) {
		 p.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	 }},
	{"removing",
	 [](Path &p) {
		 p.device->start_removing();
	 }},
	{"blocked",
	 [](Path &p) {
		 p.device_state = kBlocked;
	 }},
	{"offline",
	 [](Path &p) {
		 p.device_state = kOffline;
	 }},
	{"unknown_state",
	 [](Path &p) {
		 p.device_state = 0;
	 }},
	{"state_beyond_the_mask",
	 [](Path &p) {
		 p.device_state = 32 + kRunning;
	 }},
	{"standby",
	 [](Path &p) {
		 p.access_state = kStandby;
	 }},
	{"unavailable",
	 [](Path &p) {
		 p.access_state = kUnavailable;
	 }},
	{"access_offline",
	 [](Path &p) {
		 p.access_state = kAccessOffline;
	 }},
	{"transitioning",
	 [](Path &p) {
		 p.access_state = kTransitioning;
	 }},
	{"preferred_standby",
	 [](Path &p) {
		 p.access_state = kPreferred | kStandby;
	 }},
};

// The tests that hold for every policy; instantiated by each policy's file.
template <typename Policy>
class EveryPolicy : public Policies {};

} // namespace mpath::fake
