// SPDX-License-Identifier: GPL-2.0
// What the kernel shows of heads and paths: a snapshot, read file by file. Something that goes
// while it is read is left out.
#pragma once

#include <string>
#include <vector>

#include "transport.hpp"
#include "tree.hpp"

namespace mpathctl {

struct Path {
	std::string name;   // H:C:I:L, or the disk's name
	std::string disk;   // sdb
	std::string dir;    // /sys/block/sdb
	std::string dev;    // major:minor
	std::string state;  // usable, ...
	std::string reason; // why
	long long since_ms; // for how long
	std::string access; // active/optimized, ..., none
	bool preferred;
	std::string port_group;
	Transport transport;
	long long in_flight;
	long long oldest_ms;
	long long errors; // of all classes

	// Any other attribute by its name.
	std::string text(const Tree &tree, const std::string &attribute) const
	{
		return tree.text(dir + "/" + attribute);
	}
	long long number(const Tree &tree, const std::string &attribute) const
	{
		return tree.number(dir + "/" + attribute);
	}
	// Does it get I/O as things are? The best left of what is second best does, too.
	bool is_usable() const { return state == "usable" || state == "usable-nonoptimized"; }
	bool carries_io() const { return is_usable() || state == "marginal" || state == "stalled"; }
	// As multipath-tools' alua prioritizer counts.
	int priority() const { return access == "active/non-optimized" ? 10 : 50; }
};

struct Head {
	std::string name;   // sdmpatha
	std::string dir;    // /sys/block/sdmpatha
	std::string device; // /sys/class/scsi_mpath_device/0
	std::string wwid;
	std::string wwid_multipath_tools; // "" where there is none
	std::string dev;
	std::string vendor, product, revision;
	std::string iopolicy;
	std::string submit_mode;
	bool read_only;
	unsigned long long bytes;
	long long no_path_timeout_ms;
	long long parked;
	long long failed_over, held, failed; // I/Os, ever
	std::vector<Path> paths;

	std::string text(const Tree &tree, const std::string &attribute) const
	{
		return tree.text(dir + "/" + attribute);
	}
};

// All heads, by name.
std::vector<Head> read_heads(const Tree &tree);

// The head of that name: sdmpatha, /dev/sdmpatha, its wwid in either spelling, one of its
// partitions or paths. nullptr if there is none.
const Head *find_head(const std::vector<Head> &heads, const std::string &name);

// The path of that name: H:C:I:L, sdb or /dev/sdb. nullptr if there is none.
const Path *find_path(const Head &head, const std::string &name);

// The modules are loaded.
bool modules_are_loaded(const Tree &tree);

} // namespace mpathctl
