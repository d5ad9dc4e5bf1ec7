// SPDX-License-Identifier: GPL-2.0
// text: the little of strings that the core needs.
#pragma once

#include "util/std.hpp"

namespace mpath {

// Copy as much as fits; the result always ends in NUL.
template <std::size_t size>
void copy_text(char (&to)[size], const char *from) noexcept
{
	std::size_t i = 0;

	for (; i + 1 < size && from[i]; i++)
		to[i] = from[i];
	to[i] = '\0';
}

inline bool same_text(const char *a, const char *b) noexcept
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

// Is @line the word @word, alone or with one newline after it, as sysfs delivers it?
inline bool is_word(const char *line, const char *word) noexcept
{
	while (*word && *line == *word) {
		line++;
		word++;
	}
	if (*word)
		return false;
	return line[0] == '\0' || (line[0] == '\n' && line[1] == '\0');
}

} // namespace mpath
