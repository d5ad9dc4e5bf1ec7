// SPDX-License-Identifier: GPL-2.0
#include "topology.hpp"

#include <algorithm>
#include <array>

namespace mpathctl {

namespace {

constexpr std::array kTransports = { "scsi", "nvme" };

std::string without_dev(const std::string &name)
{
	return name.starts_with("/dev/") ? name.substr(5) : name;
}

Path read_path(const Tree &tree, const std::string &dir)
{
	Path path{};

	path.dir = dir;
	path.disk = base(dir);
	path.name = path.disk;
	// A namespace's device is its controller, which has others.
	if (const std::string device = tree.resolve(dir + "/device");
	    tree.exists(device + "/scsi_level"))
		path.name = base(device);
	path.dev = path.text(tree, "dev");
	path.state = path.text(tree, "mpath_state");
	path.reason = path.text(tree, "mpath_state_reason");
	path.since_ms = path.number(tree, "mpath_state_ms");
	path.access = path.text(tree, "mpath_access_state");
	path.preferred = path.number(tree, "mpath_preferred");
	path.port_group = path.text(tree, "mpath_target_port_group");
	path.in_flight = path.number(tree, "mpath_inflight");
	path.oldest_ms = path.number(tree, "mpath_oldest_ms");
	for (const auto *kind : { "transport", "timeout", "io", "busy", "lun" })
		path.errors += path.number(tree, std::string("mpath_errors_") + kind);
	path.transport = transport_of(tree, dir);
	return path;
}

// What says who has made the LUN: a SCSI device, or the controller of a namespace. The head's device
// links to it before the disk is there; the disk's links to its paths come after the uevent that has
// its settings applied.
std::string member(const Tree &tree, const Head &head)
{
	const std::string links = head.device + "/multipath/";

	for (const std::string &name : tree.names(links))
		for (const std::string &device : { links + name, links + name + "/device" })
			if (tree.exists(device + "/model"))
				return device;
	return "";
}

Head read_head(const Tree &tree, const std::string &kind, const std::string &number,
	       const std::string &disk)
{
	Head head{};

	head.name = disk;
	head.dir = "/sys/block/" + disk;
	head.device = "/sys/class/" + kind + "_mpath_device/" + number;
	head.wwid = tree.text(head.device + "/wwid");
	head.wwid_multipath_tools = tree.text(head.device + "/wwid_multipath_tools");
	if (head.wwid_multipath_tools == "none")
		head.wwid_multipath_tools.clear();
	head.iopolicy = tree.text(head.device + "/iopolicy");
	head.dev = head.text(tree, "dev");
	head.submit_mode = head.text(tree, "submit_mode");
	head.read_only = head.text(tree, "ro") == "1";
	head.bytes = 512ull * static_cast<unsigned long long>(tree.number(head.dir + "/size"));
	head.no_path_timeout_ms = tree.number(head.dir + "/no_path_timeout_ms");
	head.parked = tree.number(head.dir + "/mpath_parked");
	head.failed_over = tree.number(head.dir + "/multipath_failover_count");
	head.held = tree.number(head.dir + "/io_requeue_no_usable_path_count");
	head.failed = tree.number(head.dir + "/io_fail_no_available_path_count");

	for (const std::string &link : tree.names(head.dir + "/multipath")) {
		const std::string dir = tree.resolve(head.dir + "/multipath/" + link);

		if (!dir.empty())
			head.paths.push_back(read_path(tree, dir));
	}

	const std::string device = member(tree, head);

	head.vendor = tree.text(device + "/vendor");
	head.product = tree.text(device + "/model");
	head.revision = tree.text(device + "/rev");
	if (head.revision.empty())
		head.revision = tree.text(device + "/firmware_rev");
	return head;
}

} // namespace

bool modules_are_loaded(const Tree &tree)
{
	return tree.exists("/sys/module/libmultipath");
}

std::vector<Head> read_heads(const Tree &tree)
{
	std::vector<Head> heads;

	for (const std::string kind : kTransports) {
		const std::string disks = "/sys/class/" + kind + "_mpath_disk";

		for (const std::string &number : tree.names(disks))
			for (const std::string &disk : tree.names(disks + "/" + number))
				if (disk.find("mpath") != std::string::npos &&
				    tree.exists("/sys/block/" + disk))
					heads.push_back(read_head(tree, kind, number, disk));
	}
	return heads;
}

const Path *find_path(const Head &head, const std::string &name)
{
	const auto found =
		std::find_if(head.paths.begin(), head.paths.end(), [&](const Path &path) {
			return path.name == name || path.disk == without_dev(name);
		});

	return found == head.paths.end() ? nullptr : &*found;
}

const Head *find_head(const std::vector<Head> &heads, const std::string &name)
{
	const std::string disk = without_dev(name);
	const auto is_partition = [&disk](const Head &head) {
		std::string rest = disk.starts_with(head.name) ? disk.substr(head.name.size()) : "";

		if (rest.starts_with('p'))
			rest.erase(0, 1);
		return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
			return std::isdigit(c);
		});
	};
	const auto found = std::find_if(heads.begin(), heads.end(), [&](const Head &head) {
		return head.name == disk || head.wwid == name ||
		       head.wwid_multipath_tools == name || is_partition(head) ||
		       find_path(head, name);
	});

	return found == heads.end() ? nullptr : &*found;
}

} // namespace mpathctl
