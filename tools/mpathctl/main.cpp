// SPDX-License-Identifier: GPL-2.0
// mpathctl: looks at native multipath disks, and sets them.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "doctor.hpp"
#include "events.hpp"
#include "explain.hpp"
#include "json.hpp"
#include "rates.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "text.hpp"
#include "topology.hpp"

namespace {

using namespace mpathctl;

enum Exit { kFine = 0, kBad = 1, kUsage = 2, kNoModules = 3 };

// What the program cannot do, said to the user.
class Failure : public std::runtime_error {
public:
	explicit Failure(const std::string &what, Exit code = kBad)
		: std::runtime_error(what), code(code)
	{
	}
	const Exit code;
};

bool on_terminal()
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

std::vector<Head> heads_of(const Tree &tree)
{
	if (!modules_are_loaded(tree))
		throw Failure("the modules are not loaded: modprobe scsi_multipath", kNoModules);
	return read_heads(tree);
}

const Head &head_named(const std::vector<Head> &heads, const std::string &name)
{
	const Head *head = find_head(heads, name);

	if (!head)
		throw Failure(fmt::format("there is no multipath disk or path '{}'", name));
	return *head;
}

void list(const Tree &tree, bool json)
{
	const auto heads = heads_of(tree);

	if (json) {
		fmt::print("{}\n", json_of(tree, heads));
		return;
	}
	for (const Head &head : heads)
		fmt::print("{}", tree_of(head, on_terminal()));
}

void show(const Tree &tree, const std::string &name)
{
	fmt::print("{}", all_of(tree, head_named(heads_of(tree), name)));
}

void explain_all(const Tree &tree, const std::string &name)
{
	const auto heads = heads_of(tree);

	if (!name.empty()) {
		const Head &head = head_named(heads, name);

		if (const Path *path = find_path(head, name)) {
			fmt::print("{}\n", explain(*path));
			return;
		}
	}
	for (const Head &head : heads) {
		if (!name.empty() && &head != find_head(heads, name))
			continue;
		fmt::print("{}\n", explain(head));
		for (const Path &path : head.paths)
			fmt::print("  {}\n", explain(path));
	}
}

void watch(const Tree &tree, double secs, int count)
{
	const bool in_place = isatty(STDOUT_FILENO);
	auto heads = heads_of(tree);
	Loads before = look(tree, heads);

	for (int i = 0; !count || i < count; i++) {
		std::this_thread::sleep_for(std::chrono::duration<double>(secs));
		heads = heads_of(tree);

		const Loads now = look(tree, heads);

		if (in_place)
			fmt::print("\033[H\033[J");
		fmt::print("{}", rates(heads, before, now, secs, on_terminal()));
		if (!in_place)
			fmt::print("\n");
		fflush(stdout);
		before = now;
	}
}

void events(const Tree &tree, int count)
{
	Sequence sequence;
	int told = 0;

	heads_of(tree);
	listen([&](const Event &event) {
		if (const auto lost = sequence.lost_before(event))
			fmt::print("{}: {} event{} lost\n", event.head, lost, lost == 1 ? "" : "s");
		fmt::print(
			"{:%F %T} {}\n",
			std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
			line_of(event));
		fflush(stdout);
		return ++told != count;
	});
}

// Another file beside it, then in its place: a crash leaves the one or the other.
void replace(const std::string &file, const std::string &text)
{
	const std::string next = file + ".new";
	std::ofstream out(next);

	out << text;
	out.close();
	if (!out || rename(next.c_str(), file.c_str()))
		throw std::system_error(errno, std::generic_category(), file);
}

void set(const Tree &tree, const std::string &name, const std::vector<std::string> &words,
	 bool save)
{
	const auto heads = heads_of(tree);
	const Head &head = head_named(heads, name);
	std::vector<Setting> settings;

	for (const std::string &word : words)
		settings.push_back(parse_setting(word));
	for (const Setting &setting : settings) {
		try {
			apply(tree, head, setting);
		} catch (const std::system_error &error) {
			throw Failure(fmt::format("{}: {} '{}': {}", head.name, setting.first,
						  setting.second, error.code().message()));
		}
	}
	if (!save)
		return;

	std::string text = tree.text(kSettingsFile);

	if (!text.empty())
		text += '\n';
	parse_settings(text); // not over what somebody has to mend first
	for (const Setting &setting : settings)
		text = with_setting(text, head, setting);
	replace(kSettingsFile, text);
}

void apply_file(const Tree &tree, const std::string &name)
{
	const auto heads = heads_of(tree);
	const auto lines = parse_settings(tree.text(kSettingsFile));

	for (const Head &head : heads) {
		if (!name.empty() && &head != &head_named(heads, name))
			continue;
		for (const Line &line : lines)
			if (fits(head, line.pattern))
				for (const Setting &setting : line.settings)
					apply(tree, head, setting);
	}
}

// Takes the path out of service, or back, as an administrator of its SCSI device would.
void set_running(const Tree &tree, const std::string &name, const char *state)
{
	const auto heads = heads_of(tree);
	const Head &head = head_named(heads, name);
	const Path *path = find_path(head, name);

	if (!path)
		throw Failure(fmt::format("{} is no path: {} is a disk", name, head.name));
	if (!tree.exists(path->dir + "/device/scsi_level"))
		throw Failure(fmt::format("{} is no SCSI device: nvme disconnect, nvme connect",
					  path->name));
	tree.write(path->dir + "/device/state", state);
}

Exit doctor(const Tree &tree)
{
	const auto heads = modules_are_loaded(tree) ? read_heads(tree) : std::vector<Head>{};
	Exit verdict = kFine;

	for (const Finding &finding : examine(tree, heads)) {
		fmt::print("{} {}\n", finding.bad ? "!" : "-", finding.what);
		if (!finding.bad)
			continue;
		fmt::print("    {}\n", finding.advice);
		verdict = kBad;
	}
	return verdict;
}

} // namespace

int main(int argc, char **argv)
{
	CLI::App app("looks at native multipath disks, and sets them", "mpathctl");
	std::string root = "/", name;
	std::vector<std::string> words;
	bool json = false, save = false;
	double secs = 1;
	int count = 0;
	Exit verdict = kFine;

	app.require_subcommand(1);
	app.footer("Exit status: 0 fine, 1 not, 2 wrong use, 3 the modules are not loaded.");
	app.add_option("--root", root, "look below this directory instead of /")
		->check(CLI::ExistingDirectory);

	auto *const list_command = app.add_subcommand("list", "disks and their paths, as a tree");
	auto *const show_command = app.add_subcommand("show", "every attribute of a disk");
	auto *const explain_command = app.add_subcommand(
		"explain", "each path's state: why, since when, what comes next");
	auto *const watch_command = app.add_subcommand("watch", "what paths carry, every second");
	auto *const events_command =
		app.add_subcommand("events", "changes of state as they happen");
	auto *const set_command = app.add_subcommand(
		"set", "iopolicy, no_path_timeout_ms, ... of a disk; see also --save");
	auto *const apply_command =
		app.add_subcommand("apply", "set what " + std::string(kSettingsFile) + " says");
	auto *const fail_command = app.add_subcommand("fail", "take a path out of service");
	auto *const reinstate_command = app.add_subcommand("reinstate", "and back");
	auto *const doctor_command = app.add_subcommand(
		"doctor", "what may hurt, and what to do about it; 1 if anything");
	auto *const report_command = app.add_subcommand("report", "all that a bug report needs");

	list_command->add_flag("--json", json, "the keys of multipathd's, and more");
	show_command->add_option("disk", name, "sdmpatha, its wwid, or a path of it")->required();
	explain_command->add_option("disk", name, "one disk, or one path (default: all)");
	watch_command->add_option("-i,--interval", secs, "seconds")->check(CLI::PositiveNumber);
	watch_command->add_option("-n,--count", count, "so many times (default: for ever)");
	events_command->add_option("-n,--count", count, "so many (default: for ever)");
	set_command->add_option("disk", name)->required();
	set_command->add_option("setting", words, "NAME=VALUE")->required();
	set_command->add_flag("--save", save, "also after a reboot");
	apply_command->add_option("disk", name, "one disk (default: all)");
	fail_command->add_option("path", name, "H:C:I:L or sdX")->required();
	reinstate_command->add_option("path", name, "H:C:I:L or sdX")->required();

	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		return app.exit(error) ? kUsage : kFine;
	}

	const Tree tree(root);

	try {
		if (*list_command)
			list(tree, json);
		else if (*show_command)
			show(tree, name);
		else if (*explain_command)
			explain_all(tree, name);
		else if (*watch_command)
			watch(tree, secs, count);
		else if (*events_command)
			events(tree, count);
		else if (*set_command)
			set(tree, name, words, save);
		else if (*apply_command)
			apply_file(tree, name);
		else if (*fail_command)
			set_running(tree, name, "offline");
		else if (*reinstate_command)
			set_running(tree, name, "running");
		else if (*doctor_command)
			verdict = doctor(tree);
		else if (*report_command)
			fmt::print("{}", report(tree, heads_of(tree)));
	} catch (const Failure &failure) {
		fmt::print(stderr, "mpathctl: {}\n", failure.what());
		return failure.code;
	} catch (const std::invalid_argument &error) {
		fmt::print(stderr, "mpathctl: {}\n", error.what());
		return kUsage;
	} catch (const std::exception &error) {
		fmt::print(stderr, "mpathctl: {}\n", error.what());
		return kBad;
	}
	return verdict;
}
