// SPDX-License-Identifier: GPL-2.0
#include "json.hpp"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mpathctl {

namespace {

using nlohmann::ordered_json;

// Numbers as numbers; lists of them stay text.
ordered_json value_of(const std::string &text)
{
	long long number = 0;
	const auto end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number);

	if (parsed.ec == std::errc() && parsed.ptr == end)
		return number;
	return text;
}

const char *checked(const Path &path)
{
	if (path.carries_io())
		return "ready";
	if (path.state == "transitioning" || path.state == "suspect" || path.state == "blocked")
		return "i/o pending";
	return path.state == "standby" ? "ghost" : "faulty";
}

std::string or_undef(const std::string &text)
{
	return text.empty() ? "[undef]" : text;
}

// The LUN of H:C:I:L as it is on the wire (SAM-5 4.7): two bytes to a level, the first level first.
std::string lun_hex(const std::string &name)
{
	const size_t colon = name.rfind(':');
	unsigned long long lun = 0, wire = 0;

	if (colon == std::string::npos ||
	    std::from_chars(name.data() + colon + 1, name.data() + name.size(), lun).ec !=
		    std::errc())
		return "[undef]";
	for (int level = 0; level < 4; level++)
		wire |= (lun >> (16 * level) & 0xffff) << (48 - 16 * level);
	return fmt::format("0x{:016x}", wire);
}

ordered_json json_of(const Tree &tree, const Path &path)
{
	ordered_json json = {
		{ "dev", path.disk },
		{ "dev_t", path.dev },
		{ "dm_st", path.carries_io() ? "active" : "failed" },
		{ "dev_st",
		  path.state == "offline" || path.state == "blocked" ? path.state : "running" },
		{ "chk_st", checked(path) },
		{ "checker", "kernel" },
		{ "pri", path.priority() },
		{ "host_wwnn", or_undef(path.transport.host_node) },
		{ "target_wwnn", or_undef(path.transport.target_node) },
		{ "host_wwpn", or_undef(path.transport.host_port) },
		{ "target_wwpn", path.transport.name == "fc" ? path.transport.address : "[undef]" },
		{ "host_adapter", or_undef(path.transport.host_adapter) },
		{ "lun_hex", lun_hex(path.name) },
		{ "marginal_st", path.state == "marginal" ? "marginal" : "normal" },
		{ "name", path.name },
		{ "transport", path.transport.name },
		{ "address", path.transport.address },
	};

	for (const std::string &name : tree.names(path.dir))
		if (name.starts_with("mpath_") || name == "multipath_failover_count")
			if (const auto text = tree.read(path.dir + "/" + name))
				json[name] = value_of(*text);
	return json;
}

// Paths that are equal to the policy are a group, the better group first.
ordered_json groups_of(const Tree &tree, const Head &head)
{
	std::map<int, ordered_json> members;
	ordered_json groups = ordered_json::array();
	int number = 0;

	for (const Path &path : head.paths)
		members[path.priority()].push_back(json_of(tree, path));
	for (auto group = members.rbegin(); group != members.rend(); ++group) {
		number++;
		groups.push_back({ { "selector", head.iopolicy },
				   { "pri", group->first },
				   { "dm_st", number == 1 ? "active" : "enabled" },
				   { "marginal_st", "normal" },
				   { "group", number },
				   { "paths", group->second } });
	}
	return groups;
}

std::string queueing(const Head &head)
{
	if (head.no_path_timeout_ms < 0)
		return "on";
	return head.no_path_timeout_ms ? std::to_string(head.no_path_timeout_ms / 1000) + " sec"
				       : "off";
}

ordered_json json_of(const Tree &tree, const Head &head)
{
	ordered_json json = {
		{ "name", head.name },
		{ "uuid",
		  head.wwid_multipath_tools.empty() ? head.wwid : head.wwid_multipath_tools },
		{ "sysfs", head.name },
		{ "failback", "immediate" },
		{ "queueing", queueing(head) },
		{ "paths", head.paths.size() },
		{ "write_prot", head.read_only ? "ro" : "rw" },
		{ "dm_st", "active" },
		{ "features", "0" },
		{ "hwhandler", "0" },
		{ "action", "" },
		{ "path_faults", head.failed_over },
		{ "vend", head.vendor },
		{ "prod", head.product },
		{ "rev", head.revision },
		{ "switch_grp", 0 },
		{ "map_loads", 1 },
		{ "total_q_time", tree.number(head.dir + "/mpath_longest_no_path_ms") / 1000 },
		{ "q_timeouts", head.failed },
		{ "path_groups", groups_of(tree, head) },
		{ "wwid", head.wwid },
		{ "iopolicy", head.iopolicy },
		{ "submit_mode", head.submit_mode },
		{ "size_bytes", head.bytes },
		{ "dev_t", head.dev },
		{ "no_path_timeout_ms", head.no_path_timeout_ms },
		{ "io_requeue_no_usable_path_count", head.held },
		{ "io_fail_no_available_path_count", head.failed },
		{ "multipath_failover_count", head.failed_over },
	};

	for (const std::string &name : tree.names(head.dir))
		if (name.starts_with("mpath_") || name.starts_with("reservation_"))
			if (const auto text = tree.read(head.dir + "/" + name))
				json[name] = value_of(*text);
	return json;
}

} // namespace

std::string json_of(const Tree &tree, const std::vector<Head> &heads)
{
	ordered_json maps = ordered_json::array();

	for (const Head &head : heads)
		maps.push_back(json_of(tree, head));
	return ordered_json{
		{ "major_version", 0 }, { "minor_version", 1 }, { "maps", maps }
	}.dump(2);
}

} // namespace mpathctl
