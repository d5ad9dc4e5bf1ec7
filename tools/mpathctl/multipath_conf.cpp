// SPDX-License-Identifier: GPL-2.0
#include "multipath_conf.hpp"

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tree.hpp"

namespace mpathctl {

namespace {

// multipath.conf needs three; what has more is something else, and must not exhaust the stack.
constexpr int kMaxDepth = 8;

struct Word {
	std::string text;
	int line;
	bool quoted;

	bool is(const char *brace) const { return !quoted && text == brace; }
	bool is_brace() const { return is("{") || is("}"); }
};

[[noreturn]] void fail(const std::string &file, int line, const std::string &what)
{
	throw std::runtime_error(fmt::format("{}:{}: {}", file, line, what));
}

bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool ends_word(char c)
{
	return is_blank(c) || c == '"' || c == '{' || c == '}' || c == '#' || c == '!';
}

// Up to the quote that ends it.
std::string quoted(const std::string &file, const std::string &text, int number, size_t &at)
{
	std::string value;

	for (at++; at < text.size(); at++) {
		if (text[at] != '"') {
			value += text[at];
		} else if (at + 1 < text.size() && text[at + 1] == '"') {
			value += text[++at];
		} else {
			at++;
			return value;
		}
	}
	fail(file, number, "a quote that does not end in its line");
}

void add_words(const std::string &file, const std::string &line, int number,
	       std::vector<Word> &words)
{
	for (size_t at = 0; at < line.size();) {
		const char c = line[at];

		if (is_blank(c)) {
			at++;
		} else if (c == '#' || c == '!') {
			return;
		} else if (c == '"') {
			words.push_back({ quoted(file, line, number, at), number, true });
		} else if (c == '{' || c == '}') {
			words.push_back({ std::string(1, c), number, false });
			at++;
		} else {
			const size_t begin = at;

			while (at < line.size() && !ends_word(line[at]))
				at++;
			words.push_back({ line.substr(begin, at - begin), number, false });
		}
	}
}

class Parser {
public:
	Parser(const std::string &file, const std::string &text) : file_(file), name_(base(file))
	{
		std::istringstream in(text);
		int number = 0;

		for (std::string line; std::getline(in, line);)
			add_words(file, line, ++number, words_);
	}

	// Up to the brace that closes what was opened at LINE; 0: up to the end.
	std::vector<ConfEntry> entries(int line, int depth)
	{
		std::vector<ConfEntry> entries;

		while (at_ < words_.size()) {
			if (words_[at_].is("}")) {
				if (!line)
					fail(file_, words_[at_].line, "'}' closes nothing");
				at_++;
				return entries;
			}
			entries.push_back(entry(depth));
		}
		if (line)
			fail(file_, line, "'{' is never closed");
		return entries;
	}

private:
	bool is_next_in(int line) const
	{
		return at_ < words_.size() && words_[at_].line == line && !words_[at_].is_brace();
	}

	ConfEntry entry(int depth)
	{
		const Word name = words_[at_++];
		ConfEntry entry{ .name = name.text,
				 .where = fmt::format("{}:{}", name_, name.line) };

		if (name.is("{"))
			fail(file_, name.line, "'{' of a section without a name");
		if (at_ < words_.size() && words_[at_].is("{")) {
			if (depth == kMaxDepth)
				fail(file_, name.line, "too many sections in each other");
			at_++;
			entry.is_section = true;
			entry.entries = entries(name.line, depth + 1);
			return entry;
		}
		if (!is_next_in(name.line))
			fail(file_, name.line, fmt::format("'{}' has no value", name.text));
		entry.value = words_[at_++].text;
		for (; is_next_in(name.line); at_++)
			entry.has_more = true;
		return entry;
	}

	const std::string file_, name_;
	std::vector<Word> words_;
	size_t at_ = 0;
};

} // namespace

std::vector<ConfEntry> parse_multipath_conf(const std::string &file, const std::string &text)
{
	return Parser(file, text).entries(0, 0);
}

} // namespace mpathctl
