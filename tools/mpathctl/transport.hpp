// SPDX-License-Identifier: GPL-2.0
// Which way a path goes, and how long its transport holds I/O when the way is cut.
#pragma once

#include <optional>
#include <string>

#include "tree.hpp"

namespace mpathctl {

struct Transport {
	std::string name;    // iscsi, fc, sas, tcp, rdma, loop, pcie, ..., other
	std::string address; // the target's port, "" if it cannot be told
	// Both ends, as multipath-tools name them; "" if they cannot be told.
	std::string host_node, host_port, host_adapter, target_node;
	// The file that says after how many seconds a transport that is cut gives I/O back, "" where
	// there is none, and what it says: nothing if that is never.
	std::string patience_file;
	std::optional<long long> patience_secs;
	// What an administrator calls it: fast_io_fail_tmo, replacement_timeout, ...
	std::string patience_name;
};

// Of the disk at DIR: /sys/block/sdb.
Transport transport_of(const Tree &tree, const std::string &dir);

} // namespace mpathctl
