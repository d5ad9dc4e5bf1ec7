// SPDX-License-Identifier: GPL-2.0
#include "tree.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <string.h>
#include <system_error>
#include <unistd.h>

namespace mpathctl {

namespace {

// strverscmp() knows what people expect of names with numbers.
bool before(const std::string &a, const std::string &b)
{
	return strverscmp(a.c_str(), b.c_str()) < 0;
}

} // namespace

std::string base(const std::string &path)
{
	return std::filesystem::path(path).filename();
}

std::filesystem::path Tree::below(const std::string &file) const
{
	return root_ / std::filesystem::path(file).relative_path();
}

// By hand: a stream would throw at a file that opens and cannot be read, as that of a path on its way
// out.
std::optional<std::string> Tree::raw(const std::string &file) const
{
	const int fd = open(below(file).c_str(), O_RDONLY | O_CLOEXEC);
	std::string text;
	char piece[4096];
	ssize_t got = 0;

	if (fd < 0)
		return std::nullopt;
	while ((got = ::read(fd, piece, sizeof(piece))) > 0)
		text.append(piece, static_cast<size_t>(got));
	close(fd);
	if (got < 0)
		return std::nullopt;
	return text;
}

std::optional<std::string> Tree::read(const std::string &file) const
{
	auto text = raw(file);
	const auto blank = [](unsigned char c) {
		return std::isspace(c) || !c;
	};

	if (!text)
		return std::nullopt;
	while (!text->empty() && blank(text->back()))
		text->pop_back();
	text->erase(text->begin(), std::find_if_not(text->begin(), text->end(), blank));
	return text;
}

long long Tree::number(const std::string &file) const
{
	const std::string digits = text(file);
	long long value = 0;

	std::from_chars(digits.data(), digits.data() + digits.size(), value);
	return value;
}

std::vector<std::string> Tree::names(const std::string &directory) const
{
	std::vector<std::string> names;
	std::error_code gone;

	for (std::filesystem::directory_iterator entry(below(directory), gone), end;
	     !gone && entry != end; entry.increment(gone))
		names.push_back(entry->path().filename());
	std::sort(names.begin(), names.end(), before);
	return names;
}

bool Tree::exists(const std::string &file) const
{
	std::error_code gone;

	return std::filesystem::exists(below(file), gone);
}

std::string Tree::resolve(const std::string &link) const
{
	std::error_code gone;
	const auto top = std::filesystem::canonical(root_, gone);
	const auto target = std::filesystem::canonical(below(link), gone);

	if (gone)
		return "";
	return "/" + target.lexically_relative(top).string();
}

void Tree::write(const std::string &file, const std::string &value) const
{
	const std::string line = value + '\n';
	// In one piece: each write() is a value of its own to the kernel.
	const int fd = open(below(file).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
	const auto fail = [&file](int error) {
		throw std::system_error(error, std::generic_category(), file);
	};

	if (fd < 0)
		fail(errno);

	const ssize_t written = ::write(fd, line.data(), line.size());
	const int error = errno;

	close(fd);
	if (written < 0)
		fail(error);
	if (static_cast<size_t>(written) != line.size())
		fail(EIO);
}

void Tree::replace(const std::string &file, const std::string &text) const
{
	const auto path = below(file);
	const std::string next = path.string() + ".new";
	std::error_code there;

	std::filesystem::create_directories(path.parent_path(), there);

	std::ofstream out(next);

	out << text;
	out.close();
	if (!out || rename(next.c_str(), path.c_str()))
		throw std::system_error(errno, std::generic_category(), file);
}

void Tree::remove(const std::string &file) const
{
	if (unlink(below(file).c_str()) && errno != ENOENT)
		throw std::system_error(errno, std::generic_category(), file);
}

} // namespace mpathctl
