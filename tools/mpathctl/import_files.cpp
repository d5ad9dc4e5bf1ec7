// SPDX-License-Identifier: GPL-2.0
#include "import_files.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "settings.hpp"

namespace mpathctl {

namespace {

// Of before: only what this program has made it makes again.
void check_owner(const Tree &tree, const std::string &file)
{
	const std::string text = tree.text(file);

	if (!text.empty() && !text.starts_with(kMadeByImport))
		throw std::runtime_error(
			fmt::format("{} is somebody's own: move it away first", file));
}

// Return: it was another text.
bool put(const Tree &tree, const std::string &file, const std::string &text)
{
	if (tree.raw(file).value_or("") == text)
		return false;
	if (text.empty())
		tree.remove(file);
	else
		tree.replace(file, text);
	return true;
}

} // namespace

bool write_files(const Tree &tree, const Import &found)
{
	const std::string settings = tree.raw(kSettingsFile).value_or("");

	check_owner(tree, kOptionsFile);
	check_owner(tree, kAliasesFile);
	parse_settings(settings);
	put(tree, kSettingsFile, with_imported(settings, found.settings));
	put(tree, kAliasesFile, found.aliases);
	return put(tree, kOptionsFile, found.options);
}

} // namespace mpathctl
