// SPDX-License-Identifier: GPL-2.0
// From multipath.conf(5) to what says the same here: options of the module, settings of disks, and
// names as links. What has no counterpart is named, with the reason.
#pragma once

#include <string>
#include <vector>

#include "import_names.hpp"
#include "multipath_conf.hpp"

namespace mpathctl {

// Not multipath-native.conf: in /usr/lib/modprobe.d that has the modules loaded before disks are
// found, and modprobe would read this one instead.
inline constexpr const char *kOptionsFile = "/etc/modprobe.d/multipath-native-import.conf";

struct Import {
	std::string options;               // the text of kOptionsFile, "" if it is not needed
	std::vector<std::string> settings; // lines of kSettingsFile
	std::string aliases;               // the text of kAliasesFile
	std::vector<std::string>
		remarks; // "multipath.conf:3: prio alua: what the target says decides"
};

// CONF is all files together, in their order.
Import translate(const std::vector<ConfEntry> &conf, const std::vector<Binding> &bindings);

// For people: each file under its name, and the remarks.
std::string text_of(const Import &found);

} // namespace mpathctl
