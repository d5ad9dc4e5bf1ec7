// SPDX-License-Identifier: GPL-2.0
#include "import_choice.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex.h>

#include <fmt/format.h>

namespace mpathctl {

namespace {

// What the module takes of rules, with the zero at the end.
constexpr size_t kRulesLength = 1024;
constexpr size_t kMaxRulesOfOne = 16;

struct Protocol {
	const char *name, *transport;
};

constexpr std::array kProtocols = {
	Protocol{ "scsi:fcp", "fc" },  Protocol{ "scsi:spi", "spi" },
	Protocol{ "scsi:srp", "srp" }, Protocol{ "scsi:iscsi", "iscsi" },
	Protocol{ "scsi:sas", "sas" }, Protocol{ "scsi:ata", "ata" },
	Protocol{ "scsi:usb", "usb" }, Protocol{ "scsi:unspec", "other" },
};

// As multipath-tools match: extended, somewhere in the text.
std::vector<Rule> rules_of_protocol(const std::string &value)
{
	const bool inverted = value.starts_with('!');
	std::vector<Rule> rules;
	regex_t regex;

	if (regcomp(&regex, value.c_str() + inverted, REG_EXTENDED | REG_NOSUB))
		return rules;
	for (const Protocol &protocol : kProtocols)
		if ((regexec(&regex, protocol.name, 0, nullptr, 0) == 0) != inverted)
			rules.push_back({ { "transport", protocol.transport } });
	regfree(&regex);
	return rules;
}

// multipath-tools' own spelling of an id that they look at as a whole.
bool is_whole_wwid(const std::string &text)
{
	return (text.size() == 17 || text.size() == 33) && text[0] >= '1' && text[0] <= '3' &&
	       std::all_of(text.begin(), text.end(),
			   [](unsigned char c) { return std::isxdigit(c); });
}

std::optional<Condition> condition_of(const std::string &key, const std::string &value)
{
	const bool inverted = value.starts_with('!');
	const std::string regex = value.substr(inverted);
	const auto pattern = key == "wwid" && is_whole_wwid(regex) ? regex : pattern_of(regex);

	if (!pattern)
		return std::nullopt;
	return Condition{ key, *pattern, inverted };
}

// The rules of one entry of a blacklist or its exceptions, by what they look at.
std::vector<Rule> rules_of(const ConfEntry &entry, Remarks &remarks)
{
	if (entry.is_section && entry.name == "device") {
		const auto rule = rule_of_device(entry, remarks);

		return rule ? std::vector<Rule>{ *rule } : std::vector<Rule>{};
	}
	if (entry.name == "protocol") {
		const auto rules = rules_of_protocol(entry.value);

		if (rules.empty())
			remarks.on(entry, "no transport of SCSI is like that");
		return rules;
	}
	if (entry.name == "wwid") {
		if (const auto condition = condition_of("wwid", entry.value))
			return { { *condition } };
		remarks.on(entry, "no pattern of * and ? says this");
	} else if (entry.name == "devnode") {
		remarks.on(entry, "disks are chosen before they have a name; choose by wwid, "
				  "vendor, product, driver or transport");
	} else if (entry.name == "property") {
		remarks.on(entry, "the kernel knows no properties of udev");
	} else {
		remarks.on(entry, "no way to choose disks that is known here");
	}
	return {};
}

} // namespace

std::optional<Rule> rule_of_device(const ConfEntry &device, Remarks &remarks)
{
	Rule rule;

	for (const char *key : { "vendor", "product" }) {
		const ConfEntry *entry = find_entry(device.entries, key);

		if (!entry)
			continue;

		const auto condition = condition_of(key, entry->value);

		if (!condition) {
			remarks.on(*entry, "no pattern of * and ? says this");
			return std::nullopt;
		}
		if (condition->pattern != "*")
			rule.push_back(*condition);
	}
	if (rule.empty()) // every device
		rule.push_back({ "vendor", "*" });
	return rule;
}

ChoiceImport::ChoiceImport(Remarks &remarks) : remarks_(remarks) {}

void ChoiceImport::blacklist(const Entries &blacklist, const Entries &exceptions)
{
	for (const ConfEntry &entry : exceptions)
		for (const Rule &rule : rules_of(entry, remarks_))
			add(allow_, rule, entry);
	for (const ConfEntry &entry : blacklist)
		for (const Rule &rule : rules_of(entry, remarks_))
			for (const Rule &part : with_exceptions(entry, rule, exceptions))
				add(deny_, part, entry);
}

void ChoiceImport::deny_product(const ConfEntry &device, const ConfEntry &product)
{
	ConfEntry part = device;

	part.entries = { product };
	part.entries[0].name = "product";
	if (const ConfEntry *vendor = find_entry(device.entries, "vendor"))
		part.entries.push_back(*vendor);
	if (const auto rule = rule_of_device(part, remarks_))
		add(deny_, *rule, product);
}

void ChoiceImport::allow(const Rule &rule, const ConfEntry &entry)
{
	add(allow_, rule, entry);
}

std::string ChoiceImport::options()
{
	return option("deny", deny_) + option("allow", allow_);
}

void ChoiceImport::add(std::vector<std::string> &rules, const Rule &rule, const ConfEntry &entry)
{
	const std::string text = text_of(rule);

	if (!is_possible(rule))
		remarks_.on(entry, "no disk can be like that");
	else if (std::find(rules.begin(), rules.end(), text) == rules.end())
		rules.push_back(text);
}

// A blacklist of one kind is lifted by exceptions of the same kind only.
std::vector<Rule> ChoiceImport::with_exceptions(const ConfEntry &entry, const Rule &rule,
						const Entries &exceptions)
{
	std::vector<Rule> rules = { rule };
	Remarks made_before;

	for (const ConfEntry &exception : exceptions) {
		if (exception.name != entry.name)
			continue;
		for (const Rule &excepted : rules_of(exception, made_before)) {
			std::vector<Rule> left;

			for (const Rule &one : rules)
				for (Rule &part : without(one, excepted))
					left.push_back(std::move(part));
			if (left.size() > kMaxRulesOfOne) {
				remarks_.on(exception, "one exception too many for " + entry.where);
				return rules;
			}
			rules = left;
		}
	}
	return rules;
}

std::string ChoiceImport::option(const char *name, const std::vector<std::string> &rules)
{
	std::string text;

	for (const std::string &rule : rules) {
		const std::string longer = text + (text.empty() ? "" : ",") + rule;

		if (longer.size() >= kRulesLength) {
			remarks_.add(fmt::format("{}: from {} on: no room for more rules; join "
						 "some by * and ?",
						 name, rule));
			break;
		}
		text = longer;
	}
	return text.empty() ? "" : fmt::format(" {}={}", name, text);
}

} // namespace mpathctl
