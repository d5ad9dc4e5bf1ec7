// SPDX-License-Identifier: GPL-2.0
#include "text.hpp"

#include <algorithm>
#include <array>

#include <fmt/color.h>
#include <fmt/format.h>

namespace mpathctl {

namespace {

std::string join(const std::string &a, const std::string &b, const char *between)
{
	return a.empty() || b.empty() ? a + b : a + between + b;
}

// Attributes that are words, or numbers, of the head and of a path: not what every disk has.
bool is_ours(const std::string &name)
{
	static constexpr std::array others = {
		"no_path_timeout_ms", "stall_timeout_ms",
		"parked_limit_kib",   "delayed_removal_secs",
		"submit_mode",        "io_requeue_no_usable_path_count",
		"ana_state",          "io_fail_no_available_path_count"
	};

	return name.starts_with("mpath_") || name.starts_with("multipath_") ||
	       name.starts_with("reservation_") ||
	       std::find(others.begin(), others.end(), name) != others.end();
}

std::string attributes(const Tree &tree, const std::string &dir, const char *indent)
{
	std::string text;

	for (const std::string &name : tree.names(dir))
		if (is_ours(name))
			if (const auto value = tree.read(dir + "/" + name))
				text += fmt::format("{}{:<34}{}\n", indent, name, *value);
	return text;
}

} // namespace

std::string coloured(const std::string &state, bool colours)
{
	if (!colours)
		return state;
	if (state.starts_with("usable"))
		return fmt::format(fmt::fg(fmt::terminal_color::green), "{}", state);
	if (state == "dead" || state == "foreign" || state == "offline")
		return fmt::format(fmt::fg(fmt::terminal_color::red), "{}", state);
	return fmt::format(fmt::fg(fmt::terminal_color::yellow), "{}", state);
}

std::string size_text(unsigned long long bytes)
{
	static constexpr std::array units = { 'B', 'K', 'M', 'G', 'T', 'P', 'E' };
	auto size = static_cast<double>(bytes);
	size_t unit = 0;

	for (; size >= 1024 && unit + 1 < units.size(); unit++)
		size /= 1024;
	return size < 10 && unit ? fmt::format("{:.1f}{}", size, units[unit])
				 : fmt::format("{:.0f}{}", size, units[unit]);
}

std::string tree_of(const Head &head, bool colours)
{
	std::string text = fmt::format("{} ({}) {}\n", head.name,
				       join(head.wwid, head.wwid_multipath_tools, ", "),
				       join(head.vendor, head.product, ","));
	size_t width = 0;

	text += fmt::format("size={} policy={} mode={}{}", size_text(head.bytes), head.iopolicy,
			    head.submit_mode, head.read_only ? " ro" : " rw");
	if (head.parked)
		text += fmt::format(" waiting={}", head.parked);
	text += '\n';

	for (const Path &path : head.paths)
		width = std::max(width, path.name.size());
	for (const Path &path : head.paths) {
		const bool last = &path == &head.paths.back();

		text += fmt::format("{} {:<{}} {:<5} {:<7} {} ({})", last ? "`-" : "|-", path.name,
				    width, path.disk, path.dev, coloured(path.state, colours),
				    path.reason);
		if (path.access != "none")
			text += fmt::format(" {}{}", path.access,
					    path.preferred ? ",preferred" : "");
		text += fmt::format(" {}", join(path.transport.name, path.transport.address, " "));
		text += fmt::format(" inflight={} errors={}\n", path.in_flight, path.errors);
	}
	return text;
}

std::string all_of(const Tree &tree, const Head &head)
{
	std::string text = tree_of(head, false);

	text += fmt::format("\n{}\n", head.name);
	text += attributes(tree, head.dir, "  ");
	for (const Path &path : head.paths)
		text += fmt::format("\n{} ({})\n", path.name, path.disk) +
			attributes(tree, path.dir, "  ");
	return text;
}

} // namespace mpathctl
