// SPDX-License-Identifier: GPL-2.0
#include "metrics.hpp"

#include <fmt/format.h>

namespace mpathctl {

namespace {

// What stands for itself in a label: all but these.
std::string escaped(const std::string &text)
{
	std::string out;

	for (const char c : text)
		if (c == '\n')
			out += "\\n";
		else
			out += c == '"' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
	return out;
}

std::string label(const char *name, const std::string &value)
{
	return fmt::format("{}=\"{}\"", name, escaped(value));
}

// One metric: its samples have to stand together.
class Metric {
public:
	Metric(const char *name, const char *type, const char *help)
		: name_(name),
		  text_(fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type))
	{
	}
	template <typename Number>
	void add(const std::string &labels, Number value)
	{
		text_ += fmt::format("{}{{{}}} {}\n", name_, labels, value);
	}
	const std::string &text() const { return text_; }

private:
	std::string name_, text_;
};

// An attribute of a path, or of a head, as it is or in another unit.
struct Source {
	const char *name, *type, *help, *attribute;
	int times = 1;
};

constexpr Source kOfHeads[] = {
	{ "mpath_head_waiting_ios", "gauge", "I/Os that wait for a path.", "mpath_parked" },
	{ "mpath_head_failovers_total", "counter", "I/Os moved to another path.",
	  "multipath_failover_count" },
	{ "mpath_head_waited_ios_total", "counter", "I/Os that had to wait for a path.",
	  "io_requeue_no_usable_path_count" },
	{ "mpath_head_failed_ios_total", "counter", "I/Os that failed for want of a path.",
	  "io_fail_no_available_path_count" },
};

constexpr Source kOfPaths[] = {
	{ "mpath_path_reads_total", "counter", "Reads sent down the path.", "mpath_reads" },
	{ "mpath_path_writes_total", "counter", "Writes sent down the path.", "mpath_writes" },
	{ "mpath_path_read_bytes_total", "counter", "Bytes asked for down the path.",
	  "mpath_read_sectors", 512 },
	{ "mpath_path_written_bytes_total", "counter", "Bytes sent down the path.",
	  "mpath_written_sectors", 512 },
	{ "mpath_path_inflight_ios", "gauge", "I/Os on the path that have not come back.",
	  "mpath_inflight" },
	{ "mpath_path_failovers_total", "counter", "I/Os moved off the path.",
	  "multipath_failover_count" },
	{ "mpath_path_state_changes_total", "counter", "Changes of its health.",
	  "mpath_state_changes" },
	{ "mpath_path_probes_total", "counter", "How often it was asked whether it works.",
	  "mpath_probes" },
};

std::string of(const Head &head)
{
	return label("head", head.name);
}

std::string of(const Head &head, const Path &path)
{
	return fmt::format("{},{}", of(head), label("path", path.name));
}

std::string of_heads(const Tree &tree, const std::vector<Head> &heads)
{
	Metric info("mpath_head_info", "gauge", "A head, by its labels.");
	Metric size("mpath_head_size_bytes", "gauge", "Its capacity.");
	Metric paths("mpath_head_paths", "gauge", "Its paths.");
	Metric usable("mpath_head_usable_paths", "gauge", "Those that are usable.");
	std::string text;

	for (const Head &head : heads) {
		long long usable_paths = 0;

		for (const Path &path : head.paths)
			usable_paths += path.is_usable();
		info.add(fmt::format("{},{},{},{},{}", of(head), label("wwid", head.wwid),
				     label("iopolicy", head.iopolicy), label("vendor", head.vendor),
				     label("product", head.product)),
			 1);
		size.add(of(head), head.bytes);
		paths.add(of(head), head.paths.size());
		usable.add(of(head), usable_paths);
	}
	text = info.text() + size.text() + paths.text() + usable.text();
	for (const Source &source : kOfHeads) {
		Metric metric(source.name, source.type, source.help);

		for (const Head &head : heads)
			metric.add(of(head), tree.number(head.dir + "/" + source.attribute));
		text += metric.text();
	}
	return text;
}

std::string of_paths(const Tree &tree, const std::vector<Head> &heads)
{
	Metric info("mpath_path_info", "gauge", "A path, by its labels.");
	Metric carries("mpath_path_carries_io", "gauge",
		       "1 if it gets I/O, or would if no better path were left.");
	Metric errors("mpath_path_errors_total", "counter", "I/Os that came back with an error.");
	std::string text;

	for (const Head &head : heads)
		for (const Path &path : head.paths) {
			info.add(fmt::format("{},{},{},{},{}", of(head, path),
					     label("disk", path.disk), label("state", path.state),
					     label("transport", path.transport.name),
					     label("address", path.transport.address)),
				 1);
			carries.add(of(head, path), path.carries_io() ? 1 : 0);
			for (const auto *kind : { "transport", "timeout", "io", "busy", "lun" })
				errors.add(fmt::format("{},{}", of(head, path),
						       label("kind", kind)),
					   path.number(tree, std::string("mpath_errors_") + kind));
		}
	text = info.text() + carries.text() + errors.text();
	for (const Source &source : kOfPaths) {
		Metric metric(source.name, source.type, source.help);

		for (const Head &head : heads)
			for (const Path &path : head.paths)
				metric.add(of(head, path),
					   path.number(tree, source.attribute) * source.times);
		text += metric.text();
	}
	return text;
}

} // namespace

std::string metrics_of(const Tree &tree, const std::vector<Head> &heads)
{
	return of_heads(tree, heads) + of_paths(tree, heads);
}

} // namespace mpathctl
