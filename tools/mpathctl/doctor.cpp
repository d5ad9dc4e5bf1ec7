// SPDX-License-Identifier: GPL-2.0
#include "doctor.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string.h>

#include <fmt/format.h>

#include "explain.hpp"
#include "mpath_version.h"
#include "settings.hpp"

namespace mpathctl {

namespace {

// A path that is cut holds what is under way for so long: applications notice more.
constexpr long long kPatienceSecs = 15;

using Findings = std::vector<Finding>;

void note(Findings &findings, bool bad, std::string what, std::string advice)
{
	findings.push_back({ bad, std::move(what), bad ? std::move(advice) : "" });
}

void examine_modules(const Tree &tree, Findings &findings)
{
	const std::string release = tree.text("/proc/sys/kernel/osrelease");

	for (const std::string module : { "libmultipath", "scsi_multipath", "nvme_multipath" }) {
		const std::string at = "/sys/module/" + module;

		if (!tree.exists(at))
			continue;

		const std::string version = tree.text(at + "/version");

		note(findings, version != MPATH_VERSION,
		     fmt::format("{} {} is loaded on Linux {}", module, version, release),
		     fmt::format("mpathctl is {}: load the module that was installed with it, or "
				 "reboot",
				 MPATH_VERSION));
	}
	if (!tree.exists("/sys/module/scsi_multipath") &&
	    !tree.exists("/sys/module/nvme_multipath"))
		note(findings, true, "neither scsi_multipath nor nvme_multipath is loaded",
		     "modprobe scsi_multipath");
}

bool is_installed(const Tree &tree, const std::string &release)
{
	const std::string updates = "/lib/modules/" + release + "/updates";

	for (const std::string dir : { "/dkms", "/scsi" })
		for (const std::string &name : tree.names(updates + dir))
			if (name.starts_with("scsi_multipath.ko"))
				return true;
	return false;
}

// After the next reboot each path would be a disk. What is older than the kernel that runs is not booted
// unless somebody asks for it.
void examine_kernels(const Tree &tree, Findings &findings)
{
	static const std::string image = "vmlinuz-";
	const std::string running = tree.text("/proc/sys/kernel/osrelease");

	for (const std::string &name : tree.names("/boot")) {
		if (!name.starts_with(image))
			continue;

		const std::string release = name.substr(image.size());

		if (strverscmp(release.c_str(), running.c_str()) < 0)
			continue;

		const bool there = is_installed(tree, release);

		note(findings, !there,
		     fmt::format("Linux {} has {}scsi_multipath", release, there ? "" : "no "),
		     tree.exists("/lib/modules/" + release + "/build")
			     ? fmt::format("dkms autoinstall -k {0}, or make install KVER={0}",
					   release)
			     : fmt::format("apt-get install linux-headers-{}; without DKMS, then "
					   "make install KVER={}",
					   release, release));
	}
}

void examine_rules(const Tree &tree, Findings &findings)
{
	const std::string name = "/udev/rules.d/54-scsi-multipath.rules";
	const bool there = tree.exists("/usr/lib" + name) || tree.exists("/lib" + name) ||
			   tree.exists("/etc" + name);

	note(findings, !there,
	     there ? "the rules for udev are installed" : "the rules for udev are not installed",
	     "make install");
}

bool runs(const Tree &tree, const std::string &program)
{
	const auto processes = tree.names("/proc");

	return std::any_of(processes.begin(), processes.end(), [&](const std::string &pid) {
		return std::isdigit(static_cast<unsigned char>(pid[0])) &&
		       tree.text("/proc/" + pid + "/comm") == program;
	});
}

void examine_multipathd(const Tree &tree, Findings &findings)
{
	if (!runs(tree, "multipathd"))
		return;

	const bool told = tree.exists("/etc/multipath/conf.d/sdmpath.conf");

	note(findings, !told,
	     told ? "multipathd runs, and knows that heads are no paths"
		  : "multipathd runs, and has not been told that heads are no paths",
	     "make install puts /etc/multipath/conf.d/sdmpath.conf there; then multipathd "
	     "reconfigure");
}

void examine_paths(const Head &head, Findings &findings)
{
	for (const Path &path : head.paths)
		if (!path.is_usable())
			note(findings, true,
			     fmt::format("{}: path {} is {}: {}", head.name, path.name, path.state,
					 path.reason),
			     fmt::format("mpathctl explain {}", path.name));
	note(findings, head.paths.size() < 2,
	     fmt::format("{} has {} path{}", head.name, head.paths.size(),
			 head.paths.size() == 1 ? "" : "s"),
	     "cable, zone or log in to a second one, or find out why another disk was left alone: "
	     "grep . /sys/block/sd*/mpath_verdict");
	if (head.no_path_timeout_ms < 0)
		note(findings, true,
		     fmt::format("{} holds I/O for ever when no path is left", head.name),
		     fmt::format("mpathctl set {} no_path_timeout_ms=30000", head.name));
}

void examine_patience(const Head &head, Findings &findings)
{
	for (const Path &path : head.paths) {
		const Transport &transport = path.transport;

		if (transport.patience_name.empty())
			continue;
		note(findings, !transport.patience_secs || *transport.patience_secs > kPatienceSecs,
		     fmt::format(
			     "{}: path {}: {} is {}", head.name, path.name, transport.patience_name,
			     transport.patience_secs ? fmt::format("{} s", *transport.patience_secs)
						     : "off"),
		     fmt::format("what is under way when this path is cut waits for so long; "
				 "echo 5 > {}",
				 transport.patience_file));
	}
}

// Limits that differ cost every path what the smallest one cannot.
void examine_limits(const Tree &tree, const Head &head, Findings &findings)
{
	static constexpr std::array limits = { "max_hw_sectors_kb", "max_segments",
					       "discard_max_hw_bytes", "write_cache" };

	for (const auto *limit : limits) {
		std::set<std::string> values;

		for (const Path &path : head.paths)
			values.insert(tree.text(path.dir + "/queue/" + limit));
		if (values.size() > 1)
			note(findings, true,
			     fmt::format("{}: {} of its paths differ: {} to {}", head.name, limit,
					 *values.begin(), *values.rbegin()),
			     "use equal adapters and settings, or rescan the paths");
	}
}

// A LUN one path of which is in use by itself has two ways to its data.
void examine_verdicts(const Tree &tree, Findings &findings)
{
	for (const std::string &disk : tree.names("/sys/block"))
		if (const std::string verdict = tree.text("/sys/block/" + disk + "/mpath_verdict");
		    verdict == "in use")
			note(findings, true, fmt::format("{} was left alone: it is in use", disk),
			     "unmount or close it; it is taken when it is found the next time");
}

void examine_settings(const Tree &tree, const std::vector<Head> &heads, Findings &findings)
{
	std::vector<Line> lines;

	try {
		lines = parse_settings(tree.text(kSettingsFile));
	} catch (const std::invalid_argument &error) {
		note(findings, true, fmt::format("{}: {}", kSettingsFile, error.what()),
		     "mend the line: until then nothing in the file is set");
	}
	for (const Head &head : heads)
		for (const auto &[name, value] : wanted(lines, head))
			if (const std::string now = current(tree, head, name); now != value)
				note(findings, true,
				     fmt::format("{}: {} is {}, and {} in {}", head.name, name, now,
						 value, kSettingsFile),
				     fmt::format("mpathctl apply {0}; or mpathctl set {0} {1}={2} "
						 "--save",
						 head.name, name, now));
}

} // namespace

std::vector<Finding> examine(const Tree &tree, const std::vector<Head> &heads)
{
	Findings findings;

	examine_modules(tree, findings);
	examine_kernels(tree, findings);
	examine_rules(tree, findings);
	examine_multipathd(tree, findings);
	examine_verdicts(tree, findings);
	examine_settings(tree, heads, findings);
	for (const Head &head : heads) {
		examine_paths(head, findings);
		examine_patience(head, findings);
		examine_limits(tree, head, findings);
	}
	return findings;
}

} // namespace mpathctl
