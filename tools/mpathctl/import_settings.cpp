// SPDX-License-Identifier: GPL-2.0
#include "import_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <sstream>

namespace mpathctl {

namespace {

// A day is the longest time but for ever.
constexpr long long kMaxTimeoutMs = 24ll * 3600 * 1000;
constexpr long long kDefaultPollingSecs = 5;

std::string first_word(const std::string &text)
{
	return text.substr(0, text.find(' '));
}

std::optional<long long> number_of(const std::string &text)
{
	long long number = 0;
	const auto end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number);

	if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end)
		return std::nullopt;
	return number;
}

} // namespace

SettingsImport::SettingsImport(const Entries &defaults, Remarks &remarks)
	: defaults_(defaults), remarks_(remarks)
{
}

// What no other section says, the defaults do.
std::string SettingsImport::effective(const Entries &entries, const std::string &name) const
{
	const std::string own = value_in(entries, name);

	return own.empty() ? value_in(defaults_, name) : own;
}

std::string SettingsImport::iopolicy(const Entries &entries)
{
	static const std::map<std::string, std::string> policies = {
		{ "", "service-time" },
		{ "round-robin", "round-robin" },
		{ "queue-length", "queue-depth" },
		{ "service-time", "service-time" },
		{ "historical-service-time", "service-time" },
	};

	// One path at a time, as numa has it for each node.
	if (effective(entries, "path_grouping_policy") == "failover")
		return "numa";

	const auto policy = policies.find(first_word(effective(entries, "path_selector")));

	if (policy != policies.end())
		return policy->second;
	if (const ConfEntry *entry = find_entry(entries, "path_selector"))
		remarks_.on(*entry, "no such policy here: numa, round-robin, queue-depth, "
				    "service-time");
	return "";
}

// In milliseconds; nothing if they do not say.
std::optional<long long> SettingsImport::timeout_ms(const Entries &entries)
{
	const ConfEntry *entry = find_entry(entries, "no_path_retry");

	if (!entry) {
		if (value_in(entries, "features").find("queue_if_no_path") != std::string::npos)
			return -1;
		return std::nullopt;
	}
	if (entry->value == "queue")
		return -1;
	if (entry->value == "fail")
		return 0;

	const auto retries = number_of(entry->value);
	const auto interval =
		number_of(value_in(defaults_, "polling_interval")).value_or(kDefaultPollingSecs);

	if (!retries || *retries < 0 || interval <= 0) {
		remarks_.on(*entry, "neither fail nor queue nor a number");
		return std::nullopt;
	}
	// Without multiplying what might not fit.
	if (*retries > kMaxTimeoutMs / 1000 / interval) {
		remarks_.on(*entry, "a day is the longest time but for ever");
		return kMaxTimeoutMs;
	}
	return *retries * interval * 1000;
}

void SettingsImport::remark_grouping(const ConfEntry &entry)
{
	if (entry.value == "group_by_serial" || entry.value == "group_by_node_name")
		remarks_.on(entry, "paths are equal that have the same access state");
}

// "1 queue_if_no_path": the number of words, and the words.
void SettingsImport::remark_features(const ConfEntry &entry)
{
	std::istringstream words(entry.value);
	std::string word;

	words >> word;
	while (words >> word)
		if (word != "queue_if_no_path") {
			remarks_.on(entry, "of features, only queue_if_no_path has a meaning here");
			return;
		}
}

void SettingsImport::remark_rest(const Entries &entries)
{
	static constexpr std::array handled = { "path_selector",
						"no_path_retry",
						"polling_interval",
						"wwid",
						"alias",
						"reservation_key",
						"vendor",
						"product",
						"product_blacklist",
						"bindings_file",
						"user_friendly_names" };

	for (const ConfEntry &entry : entries) {
		if (entry.has_more)
			remarks_.on(entry, "what follows in this line counts for nothing, there "
					   "as well");
		if (entry.name == "path_grouping_policy")
			remark_grouping(entry);
		else if (entry.name == "features")
			remark_features(entry);
		else if (entry.is_section)
			remarks_.on(entry, "transports are not set here");
		else if (std::find(handled.begin(), handled.end(), entry.name) == handled.end())
			if (const std::string why = why_not(entry); !why.empty())
				remarks_.on(entry, why);
	}
}

std::vector<Setting> SettingsImport::of(const Entries &entries)
{
	std::vector<Setting> settings;

	remark_rest(entries);
	if (find_entry(entries, "path_selector") || find_entry(entries, "path_grouping_policy"))
		if (const std::string policy = iopolicy(entries); !policy.empty())
			settings.emplace_back("iopolicy", policy);
	if (const auto ms = timeout_ms(entries))
		settings.emplace_back("no_path_timeout_ms", std::to_string(*ms));
	return settings;
}

} // namespace mpathctl
