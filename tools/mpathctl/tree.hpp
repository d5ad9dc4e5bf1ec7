// SPDX-License-Identifier: GPL-2.0
// Tree: the files of the kernel and of the host that the program looks at, below a root that
// tests put elsewhere. What is not there is no error: disks and paths come and go.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mpathctl {

class Tree {
public:
	explicit Tree(std::filesystem::path root = "/") : root_(std::move(root)) {}

	// Its text without the blanks around it; nothing if it cannot be read.
	std::optional<std::string> read(const std::string &file) const;
	// The same, "" for nothing.
	std::string text(const std::string &file) const { return read(file).value_or(""); }
	// Just as it is, for what has lines that are counted.
	std::optional<std::string> raw(const std::string &file) const;
	// 0 for what is no number.
	long long number(const std::string &file) const;

	// What is in the directory, numbers in names counted as such: sd2 before sd10.
	std::vector<std::string> names(const std::string &directory) const;
	bool exists(const std::string &file) const;
	// Where a link leads, as a path below the root; "" for nothing.
	std::string resolve(const std::string &link) const;

	// To a file of the kernel's, as a line: some want its end. Throws std::system_error.
	void write(const std::string &file, const std::string &value) const;
	// Another file beside it, then in its place, and both on the disk: a crash leaves the one or the
	// other, and when this returns the other. Throws std::system_error.
	void replace(const std::string &file, const std::string &text) const;
	// Throws std::system_error; what is not there is no error here, either.
	void remove(const std::string &file) const;

private:
	std::filesystem::path below(const std::string &file) const;

	std::filesystem::path root_;
};

// The last part of a path.
std::string base(const std::string &path);

} // namespace mpathctl
