// SPDX-License-Identifier: GPL-2.0
#include "conf_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace mpathctl {

namespace {

struct KeyLength {
	std::string_view key;
	size_t most; // of what a disk says
};

// As lib/scsi_rules.cpp.
constexpr std::array kLengths = { KeyLength{ "transport", 8 }, KeyLength{ "vendor", 8 },
				  KeyLength{ "product", 16 }, KeyLength{ "wwid", 256 } };

// Itself in a rule, and in a line of the settings.
bool is_plain(char c)
{
	return c > ' ' && c <= '~' &&
	       std::string_view(",&=*?#[]\\").find(c) == std::string_view::npos;
}

void add_literal(std::string &pattern, char c)
{
	pattern += is_plain(c) ? c : '?';
}

void add_anything(std::string &pattern)
{
	if (!pattern.ends_with('*'))
		pattern += '*';
}

} // namespace

std::string pattern_of_text(const std::string &text)
{
	std::string pattern;

	for (const char c : text)
		add_literal(pattern, c);
	return pattern;
}

std::optional<std::string> pattern_of(const std::string &regex)
{
	// multipath-tools take it so.
	const std::string text = regex == "*" ? ".*" : regex;
	const bool from_start = text.starts_with('^');
	std::string pattern;
	bool to_end = false;

	if (!from_start)
		add_anything(pattern);
	for (size_t at = from_start; at < text.size(); at++) {
		const char next = at + 1 < text.size() ? text[at + 1] : '\0';
		const bool repeated = next == '*' || next == '+' || next == '?' || next == '{';

		switch (text[at]) {
		case '.':
			if (!repeated) {
				pattern += '?';
			} else if (next == '*' || next == '+') {
				if (next == '+')
					pattern += '?';
				add_anything(pattern);
				at++;
			} else {
				return std::nullopt;
			}
			continue;
		case '\\':
			// A letter or a digit behind it has a meaning of its own.
			if (!next || std::isalnum(static_cast<unsigned char>(next)))
				return std::nullopt;
			add_literal(pattern, next);
			at++;
			break;
		case '$':
			if (next)
				return std::nullopt;
			to_end = true;
			continue;
		case '^':
		case '*':
		case '+':
		case '?':
		case '|':
		case '(':
		case ')':
		case '[':
		case '{':
			return std::nullopt;
		default:
			if (repeated)
				return std::nullopt;
			add_literal(pattern, text[at]);
			continue;
		}
		// What was escaped, and is repeated.
		if (at + 1 < text.size() &&
		    std::string_view("*+?{").find(text[at + 1]) != std::string_view::npos)
			return std::nullopt;
	}
	if (!to_end)
		add_anything(pattern);
	return pattern;
}

std::string text_of(const Rule &rule)
{
	std::string text;

	for (const Condition &condition : rule)
		text += (text.empty() ? "" : "&") + condition.key +
			(condition.negated ? "!=" : "=") + condition.pattern;
	return text;
}

std::string with_rule(const std::string &rules, const std::string &rule)
{
	if (("," + rules + ",").find("," + rule + ",") != std::string::npos)
		return rules;
	return rules.empty() ? rule : rules + "," + rule;
}

bool is_possible(const Rule &rule)
{
	return std::all_of(rule.begin(), rule.end(), [](const Condition &condition) {
		const std::string &pattern = condition.pattern;
		const auto least =
			pattern.size() -
			static_cast<size_t>(std::count(pattern.begin(), pattern.end(), '*'));

		return !pattern.empty() &&
		       std::all_of(kLengths.begin(), kLengths.end(), [&](const KeyLength &length) {
			       return length.key != condition.key || least <= length.most;
		       });
	});
}

std::vector<Rule> without(const Rule &rule, const Rule &exception)
{
	const auto is_literal = [](const Condition &condition) {
		return condition.pattern.find_first_of("*?") == std::string::npos;
	};
	std::vector<Rule> rules;

	for (const Condition &excepted : exception) {
		Condition other = excepted;
		bool part = true;

		other.negated = !excepted.negated;
		for (const Condition &condition : rule) {
			if (condition.key != excepted.key || condition.negated || excepted.negated)
				continue;
			if (condition == excepted)
				part = false; // nothing is left of it that the exception is not
			else if (is_literal(condition) && is_literal(excepted))
				return { rule }; // they have nothing in common
		}
		if (!part)
			continue;
		rules.push_back(rule);
		if (std::find(rule.begin(), rule.end(), other) == rule.end())
			rules.back().push_back(other);
	}
	return rules;
}

} // namespace mpathctl
