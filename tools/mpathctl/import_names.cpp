// SPDX-License-Identifier: GPL-2.0
#include "import_names.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

namespace mpathctl {

namespace {

// In a rule of udev.
constexpr const char *kAnyWwid = "?*";

// Of a link, and in a rule of udev, without a meaning there.
bool is_name(const std::string &text)
{
	return !text.empty() && text[0] != '.' &&
	       std::all_of(text.begin(), text.end(), [](unsigned char c) {
		       return std::isalnum(c) ||
			      std::string_view("-_.:+").find(static_cast<char>(c)) !=
				      std::string_view::npos;
	       });
}

} // namespace

std::string bindings_file(const Entries &conf)
{
	const std::string file = value_in(all_in(conf, "defaults"), "bindings_file");

	return file.empty() ? "/etc/multipath/bindings" : file;
}

std::vector<Binding> parse_bindings(const std::string &text)
{
	std::istringstream in(text);
	std::vector<Binding> bindings;

	for (std::string line; std::getline(in, line);) {
		std::istringstream words(line);
		Binding binding;

		if (words >> binding.first >> binding.second && binding.first[0] != '#')
			bindings.push_back(binding);
	}
	return bindings;
}

NamesImport::NamesImport(Remarks &remarks) : remarks_(remarks) {}

void NamesImport::add_alias(const ConfEntry &alias, const std::string &wwid)
{
	if (is_name(alias.value) && is_name(wwid))
		add_name(alias.value, wwid);
	else
		remarks_.on(alias, "not a name that a link can have");
}

void NamesImport::add_name(const std::string &alias, const std::string &wwid)
{
	if (std::find(named_.begin(), named_.end(), wwid) != named_.end())
		return;
	named_.push_back(wwid);
	rules_ += fmt::format(
		"ENV{{ID_SERIAL}}==\"{0}\", ENV{{DEVTYPE}}==\"disk\", SYMLINK+=\"mapper/{1}\"\n"
		"ENV{{ID_SERIAL}}==\"{0}\", ENV{{DEVTYPE}}==\"partition\", "
		"SYMLINK+=\"mapper/{1}-part%n\"\n",
		wwid, alias);
}

void NamesImport::add_bindings(const Entries &conf, const std::vector<Binding> &bindings)
{
	const auto wanted = [](const ConfEntry &entry) {
		return entry.name == "user_friendly_names" &&
		       (entry.value == "yes" || entry.value == "1");
	};
	const auto wanted_in = [&wanted](const Entries &entries) {
		return std::any_of(entries.begin(), entries.end(), wanted);
	};
	bool any = wanted_in(all_in(conf, "defaults")) || wanted_in(all_in(conf, "overrides"));

	for (const char *section : { "devices", "multipaths" })
		for (const ConfEntry &entry : all_in(conf, section))
			any |= wanted_in(entry.entries);
	if (any)
		for (const auto &[alias, wwid] : bindings)
			if (is_name(alias) && is_name(wwid))
				add_name(alias, wwid);
}

void NamesImport::add_key(const ConfEntry &entry, const std::string &wwid)
{
	// ":aptpl" is said to mpathpersist by an option of its own.
	const std::string key = entry.value.substr(0, entry.value.find(':'));
	const std::string digits = key.substr(key.starts_with("0x") ? 2 : 0);

	if (digits.empty() || digits.size() > 16 ||
	    !std::all_of(digits.begin(), digits.end(),
			 [](unsigned char c) { return std::isxdigit(c); }) ||
	    (wwid != kAnyWwid && !is_name(wwid))) {
		remarks_.on(entry, entry.value == "file" ? why_not({ .name = "prkeys_file" })
							 : "no number of 64 bits");
		return;
	}
	rules_ += fmt::format("ACTION==\"add\", ENV{{DEVTYPE}}==\"disk\", "
			      "ENV{{ID_SERIAL}}==\"{}\", ATTR{{reservation_key}}=\"0x{}\"\n",
			      wwid, digits);
}

void NamesImport::add_key(const ConfEntry &key)
{
	add_key(key, kAnyWwid);
}

std::string NamesImport::rules() const
{
	if (rules_.empty())
		return "";
	return fmt::format("{}\n"
			   "SUBSYSTEM!=\"block\", GOTO=\"multipath_native_end\"\n"
			   "ACTION==\"remove\", GOTO=\"multipath_native_end\"\n"
			   "KERNEL!=\"sdmpath*\", GOTO=\"multipath_native_end\"\n"
			   "{}"
			   "LABEL=\"multipath_native_end\"\n",
			   kMadeByImport, rules_);
}

} // namespace mpathctl
