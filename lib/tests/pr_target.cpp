// SPDX-License-Identifier: GPL-2.0
#include "pr_target.hpp"

#include <cstring>
#include <sstream>

namespace mpath::fake {

namespace {

constexpr u8 kGood = 0x00;
constexpr u8 kCheckCondition = 0x02;
constexpr u8 kConflict = 0x18;

constexpr u8 kPreempted = 0x03;     // RESERVATIONS PREEMPTED
constexpr u8 kReleased = 0x04;      // RESERVATIONS RELEASED
constexpr u8 kRegistrations = 0x05; // REGISTRATIONS PREEMPTED

const char *const kOut[] = {"register", "reserve",       "release", "clear",
			    "preempt",  "preempt-abort", "ignore"};
const char *const kIn[] = {"keys", "reservation", "capabilities"};

u64 get(const u8 *from, int bytes)
{
	u64 value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | from[i];
	return value;
}

bool for_all(u8 type)
{
	return type == 7 || type == 8;
}

bool begins_like(const std::string &text, const std::string &beginning)
{
	return !beginning.empty() && text.compare(0, beginning.size(), beginning) == 0;
}

void put(std::vector<u8> &to, u64 value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		to.push_back(static_cast<u8>(value >> 8 * i));
}

} // namespace

void PrTarget::unregister(const std::string &nexus)
{
	const bool held = holder == nexus;

	keys.erase(nexus);
	if (type && (held || keys.empty())) {
		if (type == 5 || type == 6)
			for (const auto &[other, key] : keys)
				attentions[other].push_back(kReleased);
		type = 0;
		holder.clear();
	}
}

// SPC-5 5.14.11.2
u8 PrTarget::preempt(const std::string &nexus, u64 victim, u8 pr_type)
{
	const bool all = for_all(type);
	const bool holders = type && (all ? victim == 0 : keys[holder] == victim);
	bool found = false;

	if (!victim && !all)
		return kCheckCondition;
	for (auto it = keys.begin(); it != keys.end();) {
		const bool match = holders && all ? true : it->second == victim;

		found |= match;
		// Whoever preempts the holder keeps its own registration.
		if (!match || ((holders || all) && it->first == nexus)) {
			++it;
			continue;
		}
		if (it->first != nexus)
			attentions[it->first].push_back(kRegistrations);
		it = keys.erase(it);
	}
	if (!found)
		return kConflict;
	if (holders) {
		if (type != pr_type)
			for (const auto &[other, key] : keys)
				if (other != nexus)
					attentions[other].push_back(kReleased);
		type = pr_type;
		holder = for_all(pr_type) ? "" : nexus;
	} else if (all && keys.empty()) {
		type = 0;
	}
	generation++;
	return kGood;
}

u8 PrTarget::carry_out(const std::string &nexus, u8 action, u64 key, u64 action_key, u8 pr_type)
{
	const bool is_registered = keys.count(nexus) != 0;

	if (action == 6 || action == 0) {
		if (action == 0 && key != (is_registered ? keys[nexus] : 0))
			return kConflict;
		if (action_key)
			keys[nexus] = action_key;
		else if (is_registered)
			unregister(nexus);
		generation++;
		return kGood;
	}
	if (!is_registered || keys[nexus] != key)
		return kConflict;

	const bool holds = type && (for_all(type) || holder == nexus);

	switch (action) {
	case 1:
		if (type)
			return holds && type == pr_type ? kGood : kConflict;
		type = pr_type;
		holder = for_all(pr_type) ? "" : nexus;
		return kGood;
	case 2:
		if (!holds)
			return kGood;
		if (type != pr_type)
			return kCheckCondition;
		if (type >= 5)
			for (const auto &[other, k] : keys)
				if (other != nexus)
					attentions[other].push_back(kReleased);
		type = 0;
		holder.clear();
		return kGood;
	case 3:
		for (const auto &[other, k] : keys)
			if (other != nexus)
				attentions[other].push_back(kPreempted);
		keys.clear();
		type = 0;
		holder.clear();
		generation++;
		return kGood;
	default:
		return preempt(nexus, action_key, pr_type);
	}
}

void PrTarget::read(u8 action, u8 *data, u32 len) const
{
	std::vector<u8> answer;

	if (action == 2) {
		answer = {0, 8, 0x01, static_cast<u8>(0x80 | aptpl), 0xea, 0x01, 0, 0};
	} else {
		put(answer, generation, 4);
		put(answer, action == 0 ? keys.size() * 8 : type ? 16 : 0, 4);
		if (action == 0) {
			for (const auto &[nexus, key] : keys)
				put(answer, key, 8);
		} else if (type) {
			put(answer, for_all(type) ? 0 : keys.at(holder), 8);
			put(answer, 0, 4);
			put(answer, type, 2);
			put(answer, 0, 2);
		}
	}
	std::memcpy(data, answer.data(), std::min<std::size_t>(len, answer.size()));
}

u8 PrTarget::out(const std::string &nexus, u8 action, u64 key, u64 action_key, u8 pr_type)
{
	return carry_out(nexus, action, key, action_key, pr_type);
}

void PrTarget::execute(const std::string &path, const mpath_command &command,
		       mpath_scsi_answer &answer)
{
	const std::string nexus = alias.count(path) ? alias[path] : path;
	const auto *data = static_cast<const u8 *>(command.data);
	const u8 action = command.cdb[1] & 0x1f;
	std::ostringstream said;

	answer = {};
	if (before_command)
		before_command(commands++);
	said << path << ' ' << (command.to_device ? kOut[action] : kIn[action]);
	if (command.to_device) {
		said << ' ' << get(data, 8) << ' ' << get(data + 8, 8);
		if (command.cdb[2])
			said << ' ' << int{command.cdb[2]};
	}
	heard_.push_back(said.str());
	if (begins_like(said.str(), is_deaf_to)) {
		is_deaf_to.clear();
		dead.insert(path);
	}
	if (begins_like(said.str(), loses_answer_to)) {
		loses_answer_to.clear();
		loses_answer.insert(path);
	}
	if (dead.count(path)) {
		answer.host_byte = 0x0e;
		return;
	}
	if (auto &waiting = attentions[nexus]; !waiting.empty()) {
		answer.status = kCheckCondition;
		answer.sense_valid = true;
		answer.sense_key = 6;
		answer.asc = 0x2a;
		answer.ascq = waiting.front();
		waiting.pop_front();
		return;
	}
	if (!command.to_device) {
		read(action, static_cast<u8 *>(command.data), command.data_len);
	} else if (refuses.count(path) && refuses[path] == action) {
		answer.status = kCheckCondition;
		answer.sense_valid = true;
		answer.sense_key = 5;
		answer.asc = 0x55;
		answer.ascq = 0x04;
	} else {
		answer.status =
			carry_out(nexus, action, get(data, 8), get(data + 8, 8), command.cdb[2]);
		if (answer.status == kCheckCondition) {
			answer.sense_valid = true;
			answer.sense_key = 5;
			answer.asc = 0x26;
		}
		if (answer.status == kGood && (action == 0 || action == 6))
			aptpl = data[20] & 1;
	}
	if (fails_too_late.erase(path)) {
		answer.status = kCheckCondition;
		answer.sense_valid = true;
		answer.sense_key = 2;
		answer.asc = 0x08;
	}
	if (loses_answer.erase(path)) {
		answer = {};
		answer.host_byte = 0x0e;
	}
}

bool PrTarget::admits(const std::string &nexus, bool writes) const
{
	const bool is_registered = keys.count(nexus) != 0;

	switch (type) {
	case 0:
		return true;
	case 1:
		return !writes || holder == nexus;
	case 3:
		return holder == nexus;
	case 5:
	case 7:
		return !writes || is_registered;
	default:
		return is_registered;
	}
}

std::string PrTarget::registered() const
{
	std::string text;

	for (const auto &[nexus, key] : keys)
		text += (text.empty() ? "" : " ") + nexus + ":" + std::to_string(key);
	return text;
}

std::string PrTarget::heard()
{
	std::string text;

	for (const auto &one : heard_)
		text += (text.empty() ? "" : ", ") + one;
	heard_.clear();
	return text;
}

} // namespace mpath::fake
