// SPDX-License-Identifier: GPL-2.0
// Rules of the parameters allow and deny, made of the regular expressions that multipath.conf
// chooses disks by.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mpathctl {

// The pattern with * and ? that fits what REGEX does, somewhere in the text unless it is
// anchored; nothing where no pattern can say it. A character that has a meaning in rules becomes
// a ?. A '!' in front, which turns the meaning round, is not for here.
std::optional<std::string> pattern_of(const std::string &regex);
// The pattern for just this text.
std::string pattern_of_text(const std::string &text);

struct Condition {
	std::string key, pattern;
	bool negated = false;

	bool operator==(const Condition &) const = default;
};

// All of its conditions.
using Rule = std::vector<Condition>;

// "vendor=LSI&product!=X"
std::string text_of(const Rule &rule);

// The text of rules with this one, at its end if it is not there.
std::string with_rule(const std::string &rules, const std::string &rule);

// Could any disk be like that? The module refuses rules that fit none.
bool is_possible(const Rule &rule);

// Rules that together fit what RULE does, but nothing that EXCEPTION fits.
std::vector<Rule> without(const Rule &rule, const Rule &exception);

} // namespace mpathctl
