// SPDX-License-Identifier: GPL-2.0
// REPORT TARGET PORT GROUPS data, as a target writes it.
#pragma once

#include <memory>
#include <vector>

#include "mpath_abi.h"

namespace mpath::fake {

using Bytes = std::vector<u8>;

struct Group {
	int id;
	u8 state; // bit 7: preferred
	std::vector<int> ports = {};
};

// @secs: the implicit transition time of an extended header; -1: the length-only header.
inline Bytes report(const std::vector<Group> &groups, int secs = -1)
{
	Bytes bytes(4);

	if (secs >= 0)
		bytes.insert(bytes.end(), {0x10, static_cast<u8>(secs), 0, 0});
	for (const auto &group : groups) {
		bytes.insert(bytes.end(), {group.state, 0xdf, static_cast<u8>(group.id >> 8),
					   static_cast<u8>(group.id), 0, 2, 0,
					   static_cast<u8>(group.ports.size())});
		for (const int port : group.ports)
			bytes.insert(bytes.end(),
				     {0, 0, static_cast<u8>(port >> 8), static_cast<u8>(port)});
	}

	const std::size_t len = bytes.size() - 4;

	bytes[2] = static_cast<u8>(len >> 8);
	bytes[3] = static_cast<u8>(len);
	return bytes;
}

} // namespace mpath::fake
