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
#include <fmt/ranges.h>

#include "conf_rules.hpp"
#include "doctor.hpp"
#include "events.hpp"
#include "explain.hpp"
#include "import.hpp"
#include "import_files.hpp"
#include "json.hpp"
#include "metrics.hpp"
#include "mpath_version.h"
#include "rates.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "text.hpp"
#include "topology.hpp"

namespace {

using namespace mpathctl;

// How long the kernel may take to have a path's disk go (SCSI_MPATH_GONE_MS), and some.
constexpr int kGoneSecs = 60;

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
		fmt::print("{}", rates(heads, before, now, on_terminal()));
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

void set(const Tree &tree, const std::string &name, const std::vector<std::string> &words,
	 bool save)
{
	const auto heads = heads_of(tree);
	const Head &head = head_named(heads, name);
	std::vector<Setting> settings;

	for (const std::string &word : words)
		settings.push_back(parse_setting(word));

	std::string text = save ? tree.raw(kSettingsFile).value_or("") : "";

	parse_settings(text); // not over what somebody has to mend first
	if (const std::string why = apply_all(tree, head, settings); !why.empty())
		throw Failure(why);
	if (!save)
		return;
	for (const Setting &setting : settings)
		text = with_setting(text, head, setting);
	tree.replace(kSettingsFile, text);
}

// One that the kernel refuses keeps no other from being set.
void apply_file(const Tree &tree, const std::string &name)
{
	const auto heads = heads_of(tree);
	const auto lines = parse_settings(tree.text(kSettingsFile));
	std::vector<std::string> refused;

	for (const Head &head : heads) {
		if (!name.empty() && &head != &head_named(heads, name))
			continue;
		for (const auto &[setting, value] : wanted(lines, head))
			if (std::string why = refusal(tree, head, { setting, value }); !why.empty())
				refused.push_back(std::move(why));
	}
	if (!refused.empty())
		throw Failure(fmt::format("{}: {}", kSettingsFile, fmt::join(refused, "; ")));
}

const Path &path_named(const std::vector<Head> &heads, const std::string &name)
{
	const Head &head = head_named(heads, name);
	const Path *path = find_path(head, name);

	if (!path)
		throw Failure(fmt::format("{} is no path: {} is a disk", name, head.name));
	return *path;
}

// Takes the path out of service, or back, as an administrator of its SCSI device would.
void set_running(const Tree &tree, const std::string &name, const char *state)
{
	const auto heads = heads_of(tree);
	const Path &path = path_named(heads, name);

	if (!tree.exists(path.dir + "/device/scsi_level"))
		throw Failure(fmt::format("{} is no SCSI device: nvme disconnect, nvme connect",
					  path.name));
	tree.write(path.dir + "/device/state", state);
}

void set_disabled(const Tree &tree, const std::string &name, const char *disabled)
{
	const auto heads = heads_of(tree);

	tree.write(path_named(heads, name).dir + "/mpath_disabled", disabled);
}

// Rules are SCSI's; the wwid stands for itself in them.
void evict(const Tree &tree, const std::string &name)
{
	static const std::string deny = "/sys/module/scsi_multipath/parameters/deny";
	const auto heads = heads_of(tree);
	const Head &head = head_named(heads, name);

	if (!head.name.starts_with("sdmpath"))
		throw Failure(
			fmt::format("{}: no rules keep NVMe's from being taken again", head.name));

	const std::string before = tree.text(deny);

	tree.write(deny,
		   with_rule(before, text_of(Rule{ { "wwid", pattern_of_text(head.wwid) } })));
	try {
		tree.write(head.dir + "/evict", "1");
	} catch (const std::system_error &error) {
		tree.write(deny, before);
		if (error.code() == std::errc::device_or_resource_busy)
			throw Failure(fmt::format("{} is in use: unmount or close it", head.name));
		throw;
	}
	for (int i = 0; tree.exists(head.dir); i++) {
		if (i == kGoneSecs * 10)
			throw Failure(
				fmt::format("{} is still there: see the kernel log", head.name));
		std::this_thread::sleep_for(std::chrono::milliseconds(100));
	}
	for (const Path &path : head.paths)
		fmt::print("{} is a disk of its own\n", path.name);
}

// What multipath-tools read, but for what says that our heads are none of theirs.
std::vector<std::string> conf_files(const Tree &tree)
{
	static const std::string dir = "/etc/multipath/conf.d/";
	std::vector<std::string> files = { "/etc/multipath.conf" };

	for (const std::string &name : tree.names(dir))
		if (name.ends_with(".conf") && name != "sdmpath.conf")
			files.push_back(dir + name);
	return files;
}

void import_conf(const Tree &tree, std::vector<std::string> files, bool write)
{
	std::vector<ConfEntry> conf;

	if (files.empty())
		files = conf_files(tree);
	for (const std::string &file : files) {
		const auto text = tree.raw(file);

		if (!text)
			throw Failure(fmt::format("{} cannot be read", file));
		for (ConfEntry &entry : parse_multipath_conf(file, *text))
			conf.push_back(std::move(entry));
	}

	const Import found =
		translate(conf, parse_bindings(tree.raw(bindings_file(conf)).value_or("")));

	const bool is_news = write && write_files(tree, found);

	fmt::print("{}", text_of(found));
	if (is_news)
		fmt::print("== to be done\nthe initramfs has a copy of what modprobe is told: "
			   "update-initramfs -u, or dracut -f\n");
}

// For those who have something to say without modules, too.
std::vector<Head> heads_if_any(const Tree &tree)
{
	return modules_are_loaded(tree) ? read_heads(tree) : std::vector<Head>{};
}

Exit doctor(const Tree &tree)
{
	const auto heads = heads_if_any(tree);
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
	bool json = false, save = false, write = false;
	double secs = 1;
	int count = 0;
	Exit verdict = kFine;

	app.require_subcommand(1);
	app.set_version_flag("--version", "mpathctl " MPATH_VERSION);
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
	auto *const disable_command = app.add_subcommand(
		"disable", "have a path carry I/O only where nothing better is left");
	auto *const enable_command = app.add_subcommand("enable", "and as any other again");
	auto *const evict_command =
		app.add_subcommand("evict", "make plain disks of a LUN's paths, while others stay");
	auto *const import_command =
		app.add_subcommand("import", "what multipath.conf says, in this project's words");
	auto *const doctor_command = app.add_subcommand(
		"doctor", "what may hurt, and what to do about it; 1 if anything");
	auto *const metrics_command = app.add_subcommand(
		"metrics",
		"disks and paths for Prometheus, as node_exporter's textfile collector reads them");
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
	disable_command->add_option("path", name, "H:C:I:L or sdX")->required();
	enable_command->add_option("path", name, "H:C:I:L or sdX")->required();
	evict_command->add_option("disk", name, "sdmpatha, or its wwid")->required();
	import_command->add_option("file", words,
				   "default: /etc/multipath.conf, /etc/multipath/conf.d/*.conf");
	import_command->add_flag("--write", write, "write the files, and do not only print them");

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
		else if (*disable_command)
			set_disabled(tree, name, "1");
		else if (*enable_command)
			set_disabled(tree, name, "0");
		else if (*evict_command)
			evict(tree, name);
		else if (*import_command)
			import_conf(tree, words, write);
		else if (*doctor_command)
			verdict = doctor(tree);
		else if (*metrics_command)
			fmt::print("{}", metrics_of(tree, heads_of(tree)));
		else if (*report_command)
			fmt::print("{}", report(tree, heads_if_any(tree)));
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
