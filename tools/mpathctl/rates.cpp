// SPDX-License-Identifier: GPL-2.0
#include "rates.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace mpathctl {

namespace {

constexpr double kSectorsPerMib = 2048;

Load difference(const Load &before, const Load &now)
{
	return { now.ios - before.ios, now.sectors - before.sectors, now.read_average_us,
		 now.write_average_us };
}

} // namespace

Loads look(const Tree &tree, const std::vector<Head> &heads)
{
	Loads loads{ .when = std::chrono::steady_clock::now() };

	for (const Head &head : heads)
		for (const Path &path : head.paths)
			loads.of[path.disk] = {
				path.number(tree, "mpath_reads") +
					path.number(tree, "mpath_writes"),
				path.number(tree, "mpath_read_sectors") +
					path.number(tree, "mpath_written_sectors"),
				path.number(tree, "mpath_read_average_us"),
				path.number(tree, "mpath_write_average_us"),
			};
	return loads;
}

std::string rates(const std::vector<Head> &heads, const Loads &before, const Loads &now,
		  bool colours)
{
	const double secs = std::chrono::duration<double>(now.when - before.when).count();
	std::string text = fmt::format("{:<24}{:>10}{:>10}{:>9}{:>9}{:>8}{:>9}  {}\n", "", "IO/s",
				       "MiB/s", "read us", "write us", "share", "inflight",
				       "state");

	for (const Head &head : heads) {
		std::string lines;
		Load sum{};
		std::map<std::string, Load> each;

		for (const Path &path : head.paths) {
			const auto then = before.of.find(path.disk);
			const auto today = now.of.find(path.disk);

			if (then == before.of.end() || today == now.of.end())
				continue;
			each[path.disk] = difference(then->second, today->second);
			sum.ios += each[path.disk].ios;
			sum.sectors += each[path.disk].sectors;
		}
		text += fmt::format("{:<24}{:>10.0f}{:>10.1f}{:>9}{:>9}{:>8}{:>9}  {}\n", head.name,
				    static_cast<double>(sum.ios) / secs,
				    static_cast<double>(sum.sectors) / kSectorsPerMib / secs, "",
				    "", "", head.parked ? fmt::format("{}", head.parked) : "",
				    head.parked ? "waiting for a path" : head.iopolicy);
		for (const Path &path : head.paths) {
			const Load &load = each[path.disk];

			text += fmt::format(
				"  {:<22}{:>10.0f}{:>10.1f}{:>9}{:>9}{:>7.0f}%{:>9}  {}\n",
				path.name + " " + path.disk, static_cast<double>(load.ios) / secs,
				static_cast<double>(load.sectors) / kSectorsPerMib / secs,
				load.read_average_us, load.write_average_us,
				sum.ios ? 100.0 * static_cast<double>(load.ios) /
						  static_cast<double>(sum.ios)
					: 0.0,
				path.in_flight, coloured(path.state, colours));
		}
	}
	return text;
}

} // namespace mpathctl
