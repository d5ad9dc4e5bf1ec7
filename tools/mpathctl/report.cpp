// SPDX-License-Identifier: GPL-2.0
#include "report.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <fmt/format.h>

#include "doctor.hpp"
#include "explain.hpp"
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
	std::string text = fmt::format("Linux {}\n", tree.text("/proc/sys/kernel/osrelease"));

	text += title("parameters") + files_in(tree, "/sys/module/scsi_multipath/parameters") +
		files_in(tree, "/sys/module/nvme_multipath/parameters");
	text += title("disks") + verdicts(tree);
	for (const Head &head : heads) {
		text += title(head.name) + explain(head) + '\n';
		for (const Path &path : head.paths)
			text += explain(path) + '\n';
		text += all_of(tree, head);
	}
	text += title(kSettingsFile) + tree.text(kSettingsFile) + '\n';
	text += title("doctor");
	for (const Finding &finding : examine(tree, heads))
		text += fmt::format("{} {}\n", finding.bad ? "!" : "-", finding.what);
	return text + title("kernel log") + kernel_log();
}

} // namespace mpathctl
