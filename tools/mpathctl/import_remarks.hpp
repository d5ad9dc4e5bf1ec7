// SPDX-License-Identifier: GPL-2.0
// What an import has to say to people: entries of multipath.conf without a counterpart here, with
// the reason.
#pragma once

#include <string>
#include <vector>

#include "multipath_conf.hpp"

namespace mpathctl {

// Why an entry of this name, with this value, has no counterpart; "" if all is as it says anyway.
std::string why_not(const ConfEntry &entry);

class Remarks {
public:
	// "multipath.conf:3: prio alua: what the target says by ALUA decides"
	void on(const ConfEntry &entry, const std::string &why);
	void add(const std::string &text);

	const std::vector<std::string> &all() const { return all_; }

private:
	std::vector<std::string> all_;
};

} // namespace mpathctl
