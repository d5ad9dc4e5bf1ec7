// SPDX-License-Identifier: GPL-2.0
#include "tree.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
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

// Throws; the error is that of the last call.
[[noreturn]] void fail(const std::string &name)
{
	throw std::system_error(errno, std::generic_category(), name);
}

// One that is open for as long as this lives. Throws std::system_error with NAME in all it does.
class File {
public:
	File(std::string name, const std::filesystem::path &path, int flags)
		: name_(std::move(name)), fd_(open(path.c_str(), flags | O_CLOEXEC, 0644))
	{
		if (fd_ < 0)
			fail(name_);
	}
	~File() { close(fd_); }
	File(const File &) = delete;
	File &operator=(const File &) = delete;

	void write(const std::string &text) const
	{
		const ssize_t written = ::write(fd_, text.data(), text.size());

		if (written < 0)
			fail(name_);
		if (static_cast<size_t>(written) != text.size())
			throw std::system_error(EIO, std::generic_category(), name_);
	}
	void sync() const
	{
		if (fsync(fd_))
			fail(name_);
	}

private:
	const std::string name_;
	const int fd_;
};

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

// In one piece: each write() is a value of its own to the kernel.
void Tree::write(const std::string &file, const std::string &value) const
{
	const File out(file, below(file), O_WRONLY | O_TRUNC);

	out.write(value + '\n');
}

void Tree::replace(const std::string &file, const std::string &text) const
{
	const auto path = below(file);
	const auto next = path.string() + ".new";
	std::error_code there;

	std::filesystem::create_directories(path.parent_path(), there);
	{
		const File out(file, next, O_WRONLY | O_CREAT | O_TRUNC);

		out.write(text);
		out.sync();
	}
	if (rename(next.c_str(), path.c_str()))
		fail(file);
	File(file, path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
}

void Tree::remove(const std::string &file) const
{
	if (unlink(below(file).c_str()) && errno != ENOENT)
		fail(file);
}

} // namespace mpathctl
