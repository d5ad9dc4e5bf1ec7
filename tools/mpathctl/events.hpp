// SPDX-License-Identifier: GPL-2.0
// What the kernel tells of paths, as it happens.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace mpathctl {

struct Event {
	std::string head, path, state, reason;
	unsigned long long number; // counts the events of this head
	int usable_paths;
};

// Notices what did not get here: numbers of a head that are missing.
class Sequence {
public:
	// How many events of this head were lost before this one.
	unsigned long long lost_before(const Event &event);

private:
	std::map<std::string, unsigned long long> last_;
};

// "sdmpatha: path 2:0:0:0 is dead (probe: no), 1 path left"
std::string line_of(const Event &event);

// Calls TELL for each event until that returns false. Throws std::runtime_error where the
// kernel cannot be listened to.
void listen(const std::function<bool(const Event &)> &tell);

} // namespace mpathctl
