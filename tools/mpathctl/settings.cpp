// SPDX-License-Identifier: GPL-2.0
#include "settings.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mpathctl {

namespace {

constexpr std::array kSettings = {
	"iopolicy",         "no_path_timeout_ms", "stall_timeout_ms",
	"parked_limit_kib", "submit_mode",        "delayed_removal_secs"
};
constexpr std::array kKeys = { "wwid", "vendor", "product" };

template <typename Names>
bool is_one_of(const Names &names, const std::string &name)
{
	return std::find(names.begin(), names.end(), name) != names.end();
}

Setting split(const std::string &text)
{
	const size_t sign = text.find('=');

	if (sign == std::string::npos || sign + 1 == text.size())
		throw std::invalid_argument(fmt::format("'{}' is not NAME=VALUE", text));
	return { text.substr(0, sign), text.substr(sign + 1) };
}

std::vector<std::string> pieces(const std::string &text, char between)
{
	std::istringstream in(text);
	std::vector<std::string> pieces;

	for (std::string piece; std::getline(in, piece, between);)
		pieces.push_back(piece);
	return pieces;
}

std::string without_comment(const std::string &line)
{
	return line.substr(0, line.find('#'));
}

void check_pattern(const std::string &pattern)
{
	for (const std::string &part : pieces(pattern, '&'))
		if (const Setting key = split(part); !is_one_of(kKeys, key.first))
			throw std::invalid_argument(fmt::format("'{}' is none of {}", key.first,
								fmt::join(kKeys, ", ")));
}

std::string file_of(const Head &head, const std::string &name)
{
	return (name == "iopolicy" ? head.device : head.dir) + "/" + name;
}

// A line that `set --save` may change: of this pattern, and no import's.
bool is_kept_for(const std::string &pattern, const std::string &line)
{
	std::string first;

	return std::istringstream(without_comment(line)) >> first && first == pattern &&
	       !line.ends_with(kImported);
}

// A comment at its end goes with what it was about.
std::string without_setting(const std::string &line, const std::string &name)
{
	std::istringstream words(without_comment(line));
	std::string result, word;

	words >> result;
	while (words >> word)
		if (split(word).first != name)
			result += ' ' + word;
	return result;
}

std::string joined(const std::vector<std::string> &lines)
{
	return lines.empty() ? "" : fmt::format("{}\n", fmt::join(lines, "\n"));
}

bool glob(const std::string &pattern, const std::string &text)
{
	return !fnmatch(pattern.c_str(), text.c_str(), 0);
}

} // namespace

Setting parse_setting(const std::string &text)
{
	Setting setting = split(text);

	if (setting.first == "failback")
		throw std::invalid_argument(
			"'failback' is immediate and cannot be set: the best path that works carries "
			"I/O, unless it fails often; mpathctl disable PATH spares one");
	if (!is_one_of(kSettings, setting.first))
		throw std::invalid_argument(fmt::format("'{}' is none of {}", setting.first,
							fmt::join(kSettings, ", ")));
	return setting;
}

void apply(const Tree &tree, const Head &head, const Setting &setting)
{
	tree.write(file_of(head, setting.first), setting.second);
}

std::string refusal(const Tree &tree, const Head &head, const Setting &setting)
{
	try {
		apply(tree, head, setting);
	} catch (const std::system_error &error) {
		return fmt::format("{}: {} '{}': {}", head.name, setting.first, setting.second,
				   error.code().message());
	}
	return "";
}

// Only the kernel knows which values it takes.
std::string apply_all(const Tree &tree, const Head &head, const std::vector<Setting> &settings)
{
	std::vector<Setting> before;

	for (const Setting &setting : settings) {
		before.emplace_back(setting.first, current(tree, head, setting.first));

		const std::string why = refusal(tree, head, setting);

		if (why.empty())
			continue;
		before.pop_back();
		for (; !before.empty(); before.pop_back())
			refusal(tree, head, before.back());
		return why;
	}
	return "";
}

std::string current(const Tree &tree, const Head &head, const std::string &name)
{
	return tree.text(file_of(head, name));
}

std::vector<Line> parse_settings(const std::string &text)
{
	std::istringstream in(text);
	std::vector<Line> lines;
	int number = 0;

	for (std::string raw; std::getline(in, raw);) {
		std::istringstream words(without_comment(raw));
		Line line;

		number++;
		if (!(words >> line.pattern))
			continue;
		try {
			check_pattern(line.pattern);
			for (std::string word; words >> word;)
				line.settings.push_back(parse_setting(word));
			if (line.settings.empty())
				throw std::invalid_argument("it sets nothing");
		} catch (const std::invalid_argument &error) {
			throw std::invalid_argument(
				fmt::format("line {}: {}", number, error.what()));
		}
		lines.push_back(line);
	}
	return lines;
}

bool fits(const Head &head, const std::string &pattern)
{
	const auto parts = pieces(pattern, '&');

	return std::all_of(parts.begin(), parts.end(), [&head](const std::string &part) {
		const auto [key, value] = split(part);

		if (key == "wwid")
			return glob(value, head.wwid) || (!head.wwid_multipath_tools.empty() &&
							  glob(value, head.wwid_multipath_tools));
		return glob(value, key == "vendor" ? head.vendor : head.product);
	});
}

std::map<std::string, std::string> wanted(const std::vector<Line> &lines, const Head &head)
{
	std::map<std::string, std::string> settings;

	for (const Line &line : lines)
		if (fits(head, line.pattern))
			for (const auto &[name, value] : line.settings)
				settings[name] = value;
	return settings;
}

std::string with_setting(const std::string &text, const Head &head, const Setting &setting)
{
	const std::string own = "wwid=" + head.wwid;
	const std::string word = setting.first + '=' + setting.second;
	auto lines = pieces(text, '\n');
	const auto last = std::find_if(lines.rbegin(), lines.rend(),
				       [&own](const auto &line) { return is_kept_for(own, line); });

	if (last != lines.rend()) {
		*last = without_setting(*last, setting.first) + ' ' + word;

		const std::string result = joined(lines);

		if (wanted(parse_settings(result), head)[setting.first] == setting.second)
			return result;
	}
	// What stands below it, or in an earlier line of its own, says otherwise.
	for (std::string &line : lines)
		if (is_kept_for(own, line))
			line = without_setting(line, setting.first);
	std::erase(lines, own);
	lines.push_back(own + ' ' + word);
	return joined(lines);
}

std::string with_imported(const std::string &text, const std::vector<std::string> &lines)
{
	std::string above, below;
	bool found = false;

	for (const std::string &line : pieces(text, '\n')) {
		if (line.ends_with(kImported))
			found = true;
		else
			(found ? below : above) += line + '\n';
	}
	for (const std::string &line : lines)
		above += line + kImported + '\n';
	return above + below;
}

} // namespace mpathctl
