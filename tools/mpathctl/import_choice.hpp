// SPDX-License-Identifier: GPL-2.0
// From blacklist, blacklist_exceptions and what is known by name to the module's parameters deny
// and allow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conf_entries.hpp"
#include "conf_rules.hpp"
#include "import_remarks.hpp"

namespace mpathctl {

// The disks that a section `device` is about; nothing, and a remark, if no rule can say it.
std::optional<Rule> rule_of_device(const ConfEntry &device, Remarks &remarks);

class ChoiceImport {
public:
	explicit ChoiceImport(Remarks &remarks);

	void blacklist(const Entries &blacklist, const Entries &exceptions);
	// What this vendor makes beside its disks: product_blacklist.
	void deny_product(const ConfEntry &device, const ConfEntry &product);
	// Somebody counts on this LUN: the entry.
	void allow(const Rule &rule, const ConfEntry &entry);

	// " deny=... allow=...", "" if all that there is may come. Remarks on what there is no room for.
	std::string options();

private:
	void add(std::vector<std::string> &rules, const Rule &rule, const ConfEntry &entry);
	std::vector<Rule> with_exceptions(const ConfEntry &entry, const Rule &rule,
					  const Entries &exceptions);
	std::string option(const char *name, const std::vector<std::string> &rules);

	Remarks &remarks_;
	std::vector<std::string> deny_, allow_;
};

} // namespace mpathctl
