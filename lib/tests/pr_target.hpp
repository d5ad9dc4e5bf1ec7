// SPDX-License-Identifier: GPL-2.0
// PrTarget: a LUN with persistent reservations as SPC-5 5.14 has them, for nexuses by name.
//
// A nexus that the test makes deaf gets its commands carried out, or not, and no answer.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mpath_scsi.h"

namespace mpath::fake {

class PrTarget {
public:
	// A command of the head's own through this nexus.
	void execute(const std::string &nexus, const mpath_command &command,
		     mpath_scsi_answer &answer);
	// What somebody else does. Return: the SAM status.
	u8 out(const std::string &nexus, u8 action, u64 key, u64 action_key = 0, u8 type = 0);

	bool admits(const std::string &nexus, bool writes) const;
	// "a:1 b:1", in order.
	std::string registered() const;
	// What was sent since the last call: "a register 0 1, b register 0 1".
	std::string heard();

	std::map<std::string, u64> keys;
	std::string holder; // none, or of a type for all registrants: ""
	u8 type = 0;
	bool aptpl = false;
	u32 generation = 0;
	std::map<std::string, std::deque<u8>> attentions; // ASCQ of ASC 2A

	std::set<std::string> dead;         // nothing gets there
	std::set<std::string> loses_answer; // once each
	std::string loses_answer_to;        // what begins like this, as heard() says it; once
	std::string is_deaf_to;             // the same, from then on, and to all that comes after
	std::map<std::string, u8> refuses;  // this action, with INSUFFICIENT REGISTRATION RESOURCES
	std::set<std::string> fails_too_late; // having done what it was told, as LIO
	// Two paths that are one nexus to the LUN.
	std::map<std::string, std::string> alias;
	// Before the command with this number, from 0, is carried out.
	std::function<void(unsigned number)> before_command;
	unsigned commands = 0;

private:
	u8 carry_out(const std::string &nexus, u8 action, u64 key, u64 action_key, u8 pr_type);
	u8 preempt(const std::string &nexus, u64 victim, u8 pr_type);
	void unregister(const std::string &nexus);
	void read(u8 action, u8 *data, u32 len) const;

	std::vector<std::string> heard_;
};

} // namespace mpath::fake
