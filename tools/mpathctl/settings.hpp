// SPDX-License-Identifier: GPL-2.0
// What can be set of a head, and the file that keeps it over a reboot.
//
// A line of the file is a pattern and settings: "wwid=naa.6001405* iopolicy=round-robin". The
// pattern is KEY=GLOB, several joined by '&'; keys are wwid (in either spelling), vendor and
// product. All lines that fit a head apply, in their order. '#' begins a comment.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

inline constexpr const char *kSettingsFile = "/etc/multipath-native.conf";

using Setting = std::pair<std::string, std::string>; // name, value

// "iopolicy=numa" taken apart. Throws std::invalid_argument with what is wrong: no such
// setting, or no value. What values there are, the kernel knows.
Setting parse_setting(const std::string &text);

// Have the head do so from now on. Throws std::system_error; EINVAL: no such value.
void apply(const Tree &tree, const Head &head, const Setting &setting);

// All of them, in their order; if the kernel refuses one, the head does what it did before. Return: "",
// or what the kernel has against it.
std::string apply_all(const Tree &tree, const Head &head, const std::vector<Setting> &settings);

// The same of one.
std::string refusal(const Tree &tree, const Head &head, const Setting &setting);

// What the head does now.
std::string current(const Tree &tree, const Head &head, const std::string &name);

struct Line {
	std::string pattern;
	std::vector<Setting> settings;
};

// The file's lines. Throws std::invalid_argument with the number of a line that cannot be
// understood.
std::vector<Line> parse_settings(const std::string &text);

bool fits(const Head &head, const std::string &pattern);

// What the lines say of the head, each name once: the last line counts.
std::map<std::string, std::string> wanted(const std::vector<Line> &lines, const Head &head);

// The file's text with the setting for just this head, so that it is wanted(): in the line that is for
// its wwid alone, or where another one below that says otherwise, in a new one at the end. Throws as
// parse_settings().
std::string with_setting(const std::string &text, const Head &head, const Setting &setting);

// How a line ends that an import has written: the next import replaces it.
inline constexpr const char *kImported = " # mpathctl import";

// The file's text with these lines of an import in the place of those of an earlier one, at its end
// without one.
std::string with_imported(const std::string &text, const std::vector<std::string> &lines);

} // namespace mpathctl
