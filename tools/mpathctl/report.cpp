// SPDX-License-Identifier: GPL-2.0
#include "report.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sstream>
#include <string.h>
#include <unistd.h>

#include <fmt/format.h>

#include "doctor.hpp"
#include "explain.hpp"
#include "mpath_version.h"
#include "settings.hpp"
#include "text.hpp"
#include "transport.hpp"

namespace mpathctl {

namespace {

std::string title(const std::string &words)
{
	return fmt::format("\n== {}\n", words);
}

std::string files_in(const Tree &tree, const std::string &directory)
{
	std::string text;

	for (const std::string &name : tree.names(directory))
		if (const auto value = tree.read(directory + "/" + name))
			text += fmt::format("{}/{}: {}\n", directory, name, *value);
	return text;
}

std::string verdicts(const Tree &tree)
{
	std::string text;

	for (const std::string &disk : tree.names("/sys/block"))
		if (const auto verdict = tree.read("/sys/block/" + disk + "/mpath_verdict"))
			text += fmt::format("{}: {}\n", disk, *verdict);
	return text;
}

// Lines of a file that have this word.
std::string lines_with(const Tree &tree, const std::string &file, const char *word)
{
	std::istringstream in(tree.text(file));
	std::string text;

	for (std::string line; std::getline(in, line);)
		if (line.find(word) != std::string::npos)
			text += fmt::format("{}: {}\n", file, line);
	return text;
}

// What modprobe is told of the modules, in whatever file.
std::string options(const Tree &tree)
{
	std::string text;

	for (const std::string dir : { "/etc/modprobe.d", "/usr/lib/modprobe.d" })
		for (const std::string &name : tree.names(dir))
			for (const auto *word : { "scsi_multipath", "nvme_multipath", "nvme_core" })
				text += lines_with(tree, dir + "/" + name, word);
	return text;
}

// What is about us: it may have passwords besides.
std::string command_line(const Tree &tree)
{
	std::istringstream words(tree.text("/proc/cmdline"));
	std::string text;

	for (std::string word; words >> word;)
		if (word.find("multipath") != std::string::npos)
			text += fmt::format("/proc/cmdline: {}\n", word);
	return text;
}

std::string queues(const Tree &tree, const Head &head)
{
	std::string text = files_in(tree, head.dir + "/queue");

	for (const Path &path : head.paths)
		text += files_in(tree, path.dir + "/queue");
	return text;
}

// What the kernel said of us, or of the disks that are paths.
std::string kernel_log()
{
	const int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	std::string text;

	if (log < 0)
		return fmt::format("/dev/kmsg: {}\n", strerror(errno));
	for (;;) {
		char record[8192];
		const ssize_t len = read(log, record, sizeof(record) - 1);

		if (len < 0 && errno == EPIPE)
			continue; // overwritten meanwhile; the next one is there
		if (len <= 0)
			break;
		record[len] = '\0';
		// "PRIORITY,NUMBER,MICROSECONDS,FLAGS;MESSAGE"
		const char *message = strchr(record, ';');

		if (message && (strstr(message, "mpath") || strstr(message, "multipath")))
			text += std::string(message + 1, strcspn(message + 1, "\n")) + '\n';
	}
	close(log);
	return text;
}

} // namespace

std::string report(const Tree &tree, const std::vector<Head> &heads)
{
	std::string text = fmt::format("mpathctl {} on Linux {}\n", MPATH_VERSION,
				       tree.text("/proc/sys/kernel/osrelease"));

	text += lines_with(tree, "/etc/os-release", "PRETTY_NAME") + command_line(tree);
	text += title("parameters") + files_in(tree, "/sys/module/scsi_multipath/parameters") +
		files_in(tree, "/sys/module/nvme_multipath/parameters") + options(tree);
	text += title("disks") + verdicts(tree);
	for (const Head &head : heads) {
		text += title(head.name) + explain(head) + '\n';
		for (const Path &path : head.paths)
			text += explain(path) + '\n';
		text += all_of(tree, head) + '\n' + queues(tree, head);
	}
	text += title(kSettingsFile) + tree.text(kSettingsFile) + '\n';
	text += title("doctor");
	for (const Finding &finding : examine(tree, heads))
		text += fmt::format("{} {}\n", finding.bad ? "!" : "-", finding.what);
	return text + title("kernel log") + kernel_log();
}

} // namespace mpathctl
