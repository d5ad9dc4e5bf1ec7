// SPDX-License-Identifier: GPL-2.0
// From aliases, bindings and reservation keys to rules of udev: links, and what is written to an
// attribute when a disk appears.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conf_entries.hpp"
#include "import_remarks.hpp"

namespace mpathctl {

inline constexpr const char *kAliasesFile = "/etc/udev/rules.d/65-multipath-native.rules";
// The first line of a file that an import has written: who wrote it may write it again.
inline constexpr const char *kMadeByImport = "# Made by mpathctl import.";

// A name that multipath-tools gave to a wwid by itself.
using Binding = std::pair<std::string, std::string>; // alias, wwid

// The file that these names are in.
std::string bindings_file(const Entries &conf);
// Its lines. What is none counts for nothing, as there.
std::vector<Binding> parse_bindings(const std::string &text);

class NamesImport {
public:
	explicit NamesImport(Remarks &remarks);

	// The first name of a wwid counts.
	void add_alias(const ConfEntry &alias, const std::string &wwid);
	// If the configuration wants them anywhere.
	void add_bindings(const Entries &conf, const std::vector<Binding> &bindings);
	void add_key(const ConfEntry &key, const std::string &wwid);
	// Of every LUN.
	void add_key(const ConfEntry &key);

	// The text of kAliasesFile, "" if it is not needed.
	std::string rules() const;

private:
	void add_name(const std::string &alias, const std::string &wwid);

	Remarks &remarks_;
	std::vector<std::string> named_; // wwids that have a name
	std::string rules_;
};

} // namespace mpathctl
