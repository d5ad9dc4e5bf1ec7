// SPDX-License-Identifier: GPL-2.0
// From a section of multipath.conf to settings of a head.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conf_entries.hpp"
#include "import_remarks.hpp"
#include "settings.hpp"

namespace mpathctl {

// What the entries of one section say; what they do not say, the defaults may. Remarks on each
// entry that says nothing here, once.
class SettingsImport {
public:
	SettingsImport(const Entries &defaults, Remarks &remarks);

	std::vector<Setting> of(const Entries &entries);

private:
	std::string effective(const Entries &entries, const std::string &name) const;
	std::string iopolicy(const Entries &entries);
	std::optional<long long> timeout_ms(const Entries &entries);
	void remark_grouping(const ConfEntry &entry);
	void remark_features(const ConfEntry &entry);
	void remark_rest(const Entries &entries);

	const Entries &defaults_;
	Remarks &remarks_;
};

} // namespace mpathctl
