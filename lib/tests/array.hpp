// SPDX-License-Identifier: GPL-2.0
// Array: a storage array with target port groups, for the paths of a Lun.
#pragma once

#include <algorithm>
#include <map>

#include "lun.hpp"
#include "port_groups.hpp"

namespace mpath::fake {

struct Array {
	// By group; each has the relative port of the same number.
	std::map<int, u8> states;
	int transition_secs = -1; // -1: it knows the length-only header alone
	// What it answers instead.
	std::function<bool(mpath_scsi_answer *answer)> refuses;
	int questions = 0;

	// @path goes through @group, and can be asked. Before it is added.
	Path &connect(Path &path, int group, u8 tpgs = 1)
	{
		path.port = {group, group, tpgs};
		path.has_access_state = false;
		path.on_report = [this](bool extended, u8 *buffer, u32 len,
					mpath_scsi_answer *answer) {
			answer_to(extended, buffer, len, answer);
		};
		return path;
	}

	static void sense(mpath_scsi_answer *answer, u8 key, u8 asc, u8 ascq)
	{
		*answer = {0, 0, 0x02, true, key, asc, ascq};
	}

private:
	void answer_to(bool extended, u8 *buffer, u32 len, mpath_scsi_answer *answer)
	{
		questions++;
		// It may set itself anew.
		if (const auto now = refuses; now && now(answer))
			return;
		*answer = {};
		if (extended && transition_secs < 0) {
			sense(answer, 0x5, 0x24, 0x00);
			return;
		}

		std::vector<Group> groups;

		for (const auto &[id, state] : states)
			groups.push_back({id, state, {id}});

		const Bytes bytes = report(groups, transition_secs);

		std::copy_n(bytes.begin(), std::min<std::size_t>(bytes.size(), len), buffer);
	}
};

} // namespace mpath::fake
