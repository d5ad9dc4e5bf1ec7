// SPDX-License-Identifier: GPL-2.0
// A head on a LUN with persistent reservations: what its tests are written with.
#pragma once

#include "lun.hpp"
#include "path.hpp"
#include "pr_target.hpp"

namespace mpath::fake {

constexpr u8 kWe = 1, kEa = 3, kWeRo = 5, kEaRo = 6, kWeAr = 7, kEaAr = 8;
constexpr u64 kKey = 1, kOther = 9;
constexpr int kConflictStatus = 0x18;

class PrLun : public Lun {
protected:
	void TearDown() override
	{
		target.before_command = nullptr;
		Lun::TearDown();
	}

	Path &new_nexus(const std::string &name)
	{
		Path &path = new_path(name);

		path.on_execute = [this, name](const mpath_command &command,
					       mpath_scsi_answer &answer) {
			target.execute(name, command, answer);
		};
		return path;
	}
	Path &nexus(const std::string &name) { return add(new_nexus(name)); }
	void three()
	{
		for (const char *name : {"a", "b", "c"})
			nexus(name);
		target.heard();
	}
	Path &operator[](const std::string &name)
	{
		for (auto &path : paths)
			if (path.disk.name == name)
				return path;
		die("no path " + name);
	}

	// As the block layer's user sees it; nothing is left to be done afterwards.
	int out(u8 action, u64 key, u64 action_key = 0, u8 type = 0, bool aptpl = true)
	{
		const int status = out_only(action, key, action_key, type, aptpl);

		run_work();
		return status;
	}
	int out_only(u8 action, u64 key, u64 action_key = 0, u8 type = 0, bool aptpl = true)
	{
		const mpath_pr_request request{action, type, aptpl, key, action_key};
		mpath_scsi_answer answer;

		mpath_head_pr_out(head(), &request, &answer);
		return mpath_scsi_pr_status(&answer);
	}
	int register_key(u64 from, u64 to) { return out(MPATH_PR_REGISTER, from, to); }
	int reserve(u8 type) { return out(MPATH_PR_RESERVE, kKey, 0, type); }
	int release(u8 type) { return out(MPATH_PR_RELEASE, kKey, 0, type); }

	// The way to the LUN fails for good, and somebody has noticed; or is mended.
	void kill(const std::string &name)
	{
		Path &path = (*this)[name];

		target.dead.insert(name);
		path.verdict = MPATH_VERDICT_DEAD;
		path.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
		run_work();
	}
	void mend(const std::string &name)
	{
		target.dead.erase(name);
		(*this)[name].verdict = MPATH_VERDICT_FINE;
	}
	void revive(const std::string &name)
	{
		mend(name);
		mpath_device_recheck((*this)[name].device);
		run_work();
	}

	std::string state(const std::string &name)
	{
		return mpath_device_state_name((*this)[name].device);
	}
	mpath_pr_state pr()
	{
		mpath_pr_state now{};

		mpath_head_read_pr(head(), &now);
		return now;
	}
	// "registered a b": which paths the head thinks are.
	std::string shown()
	{
		std::string text = pr().state;

		for (const auto &path : paths)
			if (path.device && mpath_device_is_registered(path.device))
				text += " " + path.disk.name;
		return text;
	}

	// A write whose path asks the LUN. Settles what that causes.
	bio &write()
	{
		bio &bio = new_bio();

		bio.direction = MPATH_WRITE;
		submit(bio);
		return bio;
	}
	void deliver_all()
	{
		for (bool any = true; any;) {
			any = false;
			for (auto &path : paths) {
				const bool admitted = target.admits(path.disk.name, true);

				any |= !path.disk.in_flight.empty();
				complete_all(path,
					     admitted ? MPATH_STS_OK : MPATH_STS_RESV_CONFLICT);
			}
			run_work();
		}
	}

	PrTarget target;
};

} // namespace mpath::fake
