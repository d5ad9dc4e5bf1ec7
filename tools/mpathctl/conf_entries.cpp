// SPDX-License-Identifier: GPL-2.0
#include "conf_entries.hpp"

#include <algorithm>

namespace mpathctl {

const ConfEntry *find_entry(const Entries &entries, const std::string &name)
{
	const auto found =
		std::find_if(entries.rbegin(), entries.rend(), [&name](const ConfEntry &entry) {
			return !entry.is_section && entry.name == name;
		});

	return found == entries.rend() ? nullptr : &*found;
}

std::string value_in(const Entries &entries, const std::string &name)
{
	const ConfEntry *entry = find_entry(entries, name);

	return entry ? entry->value : "";
}

Entries all_in(const Entries &conf, const std::string &section)
{
	Entries all;

	for (const ConfEntry &entry : conf)
		if (entry.is_section && entry.name == section)
			all.insert(all.end(), entry.entries.begin(), entry.entries.end());
	return all;
}

} // namespace mpathctl
