// SPDX-License-Identifier: GPL-2.0
#include "explain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mpathctl {

namespace {

// The core's own times (lib/conduct.cpp, lib/path.cpp).
constexpr int kSparedSecs = 300;

std::string until_the_transport_decides(const Path &path)
{
	const Transport &transport = path.transport;

	if (path.reason == "its host recovers from errors")
		return "the host's error handling ends by itself; new I/O takes other paths";
	if (transport.patience_name.empty())
		return "its transport decides; new I/O takes other paths";
	if (!transport.patience_secs)
		return fmt::format("{} never gives up: {} is off; new I/O takes other paths",
				   transport.name, transport.patience_name);
	return fmt::format("{} gives up {} s after the loss ({}), and what is under way moves",
			   transport.name, *transport.patience_secs, transport.patience_name);
}

std::string next_of_marginal(const Path &path)
{
	if (path.reason == "it fails often")
		return fmt::format("used only when nothing better is left, for {} at most",
				   duration(std::max(0ll, kSparedSecs * 1000ll - path.since_ms)));
	if (path.reason == "probes are fine, I/O is not")
		return "used only when nothing better is left, for 5 s at first, twice as long "
		       "each time, 300 s at most";
	if (path.reason == "disabled by hand")
		return fmt::format("used only when nothing better is left, until it is enabled: "
				   "mpathctl enable {}",
				   path.name);
	if (path.reason == "others behind its target port have died")
		return "some of them are asked; it is usable again when one answers";
	return "rescan its device, or change the disks so that they agree";
}

std::string next_of_barred(const Path &path)
{
	if (path.reason == "another path holds the reservation")
		return "it carries data when that path dies or the reservation is released";
	return "it is registered with the head's key before it carries data, tried every second";
}

// Only standby can be ended from here: what is unavailable or offline, as an NVMe path is that is
// inaccessible or lost for good, takes no command for that.
std::string next_of_standby(const Path &path)
{
	if (path.access == "standby")
		return "the target makes its port group active, or is asked to when no other "
		       "path is left";
	return "the target serves I/O through it again; nothing asks it to";
}

std::string next(const Path &path)
{
	if (path.state == "usable")
		return "it carries I/O";
	if (path.state == "usable-nonoptimized")
		return "it carries I/O when no optimized path is left";
	if (path.state == "marginal")
		return next_of_marginal(path);
	if (path.state == "stalled")
		return fmt::format("no new I/O while another path is usable; its oldest is {} old",
				   duration(path.oldest_ms));
	if (path.state == "suspect")
		return "it is being asked, and the answer decides";
	if (path.state == "dead")
		return "it is asked every second and used again when it answers well";
	if (path.state == "barred")
		return next_of_barred(path);
	if (path.state == "blocked")
		return until_the_transport_decides(path);
	if (path.state == "offline")
		return fmt::format("an administrator sets it running: mpathctl reinstate {}",
				   path.name);
	if (path.state == "transitioning")
		return "the target ends the transition; I/O without another path waits for it";
	if (path.state == "standby")
		return next_of_standby(path);
	if (path.state == "foreign")
		return "nothing, for good: delete the device and scan its host";
	return "it is on its way out";
}

} // namespace

std::string duration(long long ms)
{
	const long long s = ms / 1000;

	if (ms < 1000)
		return fmt::format("{} ms", ms);
	if (s < 10)
		return fmt::format("{}.{} s", s, ms % 1000 / 100);
	if (s < 60)
		return fmt::format("{} s", s);
	if (s < 3600)
		return fmt::format("{} min {} s", s / 60, s % 60);
	if (s < 86400)
		return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
	return fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
}

std::string explain(const Path &path)
{
	return fmt::format("{} ({}): {} for {}: {}; next: {}", path.name, path.disk, path.state,
			   duration(path.since_ms), path.reason, next(path));
}

std::string explain(const Head &head)
{
	const auto count = [&head](auto fits) {
		return std::count_if(head.paths.begin(), head.paths.end(), fits);
	};
	const auto usable = count([](const Path &path) { return path.is_usable(); });
	const auto carrying = count([](const Path &path) { return path.carries_io(); });
	const std::string paths = fmt::format("{}: {} of {} path{} usable", head.name, usable,
					      head.paths.size(), head.paths.size() == 1 ? "" : "s");

	if (carrying && head.paths.size() == 1)
		return paths + "; there is no other: no failover if it dies";
	if (usable)
		return paths;
	if (carrying)
		return paths + "; I/O goes where it can, slower or at risk";

	const std::string waiting = fmt::format("{} I/O{} wait{}", head.parked,
						head.parked == 1 ? "" : "s",
						head.parked == 1 ? "s" : "");

	if (head.no_path_timeout_ms < 0)
		return fmt::format("{}; {}, for ever (no_path_timeout_ms is -1; fail_now ends it)",
				   paths, waiting);
	return fmt::format("{}; {}, for {} after the first found no path (no_path_timeout_ms)",
			   paths, waiting, duration(head.no_path_timeout_ms));
}

} // namespace mpathctl
