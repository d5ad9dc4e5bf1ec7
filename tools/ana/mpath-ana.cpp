// SPDX-License-Identifier: GPL-2.0
//
// mpath-ana [--follow | NAME...]
//
// Tells nvme_multipath which paths are optimized: reads the log page of each controller and
// writes ana_state of those of its disks that are paths.
//
//	NAME		of this controller (nvme0), or that of this disk (nvme0n1)
//	--follow	all controllers, and again whenever one says that its states have changed,
//			until it is ended
//
// Without arguments all controllers, once. With nvme_core.multipath=N the kernel tells nobody
// of that event but its own tracing, which is what --follow reads, in an instance of its own.
#include "ana_log.hpp"

#include <libnvme.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

const fs::path kControllers = "/sys/class/nvme";
const fs::path kModule = "/sys/module/nvme_multipath";
const fs::path kTracing = "/sys/kernel/tracing/instances/mpath-ana";

// The log is read in pieces, and may change meanwhile.
constexpr int kTries = 10;

void complain(const std::string &what, const char *why)
{
	std::fprintf(stderr, "mpath-ana: %s: %s\n", what.c_str(), why);
}

// The first line of a file; empty if there is none.
std::string first_line(const fs::path &file)
{
	std::ifstream in(file);
	std::string line;

	std::getline(in, line);
	return line;
}

// Return: whether the kernel took it; errno says why not.
bool put(const fs::path &file, std::string_view word)
{
	const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return false;

	const bool taken = ::write(fd, word.data(), word.size()) ==
			   static_cast<ssize_t>(word.size());
	const int error = errno;

	::close(fd);
	errno = error;
	return taken;
}

class Controller {
public:
	explicit Controller(const std::string &name)
		: name_(name), fd_(::open(("/dev/" + name).c_str(), O_RDONLY | O_CLOEXEC))
	{
	}
	Controller(const Controller &) = delete;
	~Controller()
	{
		if (fd_ >= 0)
			::close(fd_);
	}

	// Reading all of it without RAE makes the controller tell of the next change.
	std::optional<ana::Log> log() const
	{
		size_t len = 0;

		if (fd_ < 0 || nvme_get_ana_log_len(fd_, &len) || len < ana::kHeaderLen)
			return std::nullopt;

		std::vector<std::uint8_t> bytes(len), header(ana::kHeaderLen);

		for (int i = 0; i < kTries; i++) {
			if (!read(bytes) || !read(header))
				return std::nullopt;
			if (ana::changes(bytes) == ana::changes(header))
				return ana::parse(bytes);
		}
		return std::nullopt;
	}

private:
	bool read(std::vector<std::uint8_t> &to) const
	{
		return nvme_get_log_ana(fd_, NVME_LOG_ANA_LSP_RGO_NAMESPACES, false, 0,
					static_cast<__u32>(to.size()), to.data()) == 0;
	}

	std::string name_;
	int fd_;
};

// Disks of nvme_multipath only: natively the kernel reads the log itself.
std::vector<fs::path> paths_of(const std::string &controller)
{
	std::vector<fs::path> paths;
	std::error_code gone;

	for (const auto &entry : fs::directory_iterator(kControllers / controller, gone))
		if (entry.path().filename().string().starts_with("nvme") &&
		    fs::exists(entry.path() / "mpath_state", gone))
			paths.push_back(entry.path());
	return paths;
}

// Return: false if a path's state could not be told though it should.
bool update(const std::string &controller)
{
	const std::vector<fs::path> paths = paths_of(controller);

	// A command to a controller that reconnects would wait for it. When it is back its
	// paths change their state, and udev calls again.
	if (paths.empty() || first_line(kControllers / controller / "state") != "live")
		return true;

	const std::optional<ana::Log> log = Controller(controller).log();

	if (!log) // it may have none
		return true;

	bool told = true;

	for (const fs::path &path : paths) {
		const std::string nsid = first_line(path / "nsid");
		const auto state = ana::state_of(
			*log, static_cast<std::uint32_t>(std::strtoul(nsid.c_str(), nullptr, 10)));

		if (!state || *state == first_line(path / "ana_state"))
			continue;
		// A path may have gone meanwhile.
		if (!put(path / "ana_state", *state) && errno != ENOENT && errno != ENODEV) {
			complain(path / "ana_state", std::strerror(errno));
			told = false;
		}
	}
	return told;
}

bool update_all()
{
	std::error_code none;
	bool told = true;

	for (const auto &entry : fs::directory_iterator(kControllers, none))
		told = update(entry.path().filename()) && told;
	return told;
}

// "nvme0" of "nvme0", "nvme0n1" and "/dev/nvme0n1"; empty if it is something else.
std::string controller_of(const std::string &name)
{
	const std::string base = fs::path(name).filename();
	const auto digit = base.find_first_not_of("0123456789", 4);

	if (!base.starts_with("nvme") || digit == 4 || base.size() == 4)
		return "";
	return base.substr(0, digit);
}

volatile std::sig_atomic_t ended;

extern "C" void end(int)
{
	ended = 1;
}

// One by one each in a process of its own: a controller that fails at this moment keeps only
// the one that has asked it waiting.
bool follow()
{
	struct sigaction action = {};

	action.sa_handler = end; // without SA_RESTART: read() returns
	for (const int signal : { SIGINT, SIGTERM, SIGHUP })
		::sigaction(signal, &action, nullptr);
	std::signal(SIGCHLD, SIG_IGN);

	std::error_code error;

	fs::create_directory(kTracing, error);
	if (error || !put(kTracing / "events/nvme/nvme_async_event/enable", "1")) {
		complain(kTracing, "the kernel's tracing does not tell of NVMe's events");
		fs::remove(kTracing, error);
		return false;
	}

	const int pipe = ::open((kTracing / "trace_pipe").c_str(), O_RDONLY | O_CLOEXEC);
	std::string text;
	bool sound = pipe >= 0 && (update_all(), true);

	while (sound && !ended) {
		char piece[4096];
		const ssize_t got = ::read(pipe, piece, sizeof(piece));

		if (got <= 0) {
			sound = ended || errno == EINTR;
			continue;
		}
		text.append(piece, static_cast<size_t>(got));
		for (auto end_of_line = text.find('\n'); end_of_line != text.npos;
		     end_of_line = text.find('\n')) {
			const auto changed = ana::changed_controller(
				std::string_view(text).substr(0, end_of_line));

			if (changed) {
				const std::string name(*changed);

				if (::fork() == 0) {
					::close(pipe); // who has it keeps the instance
					std::_Exit(update(name) ? 0 : 1);
				}
			}
			text.erase(0, end_of_line + 1);
		}
	}
	if (pipe >= 0)
		::close(pipe);
	for (int i = 0; i < kTries && !fs::remove(kTracing, error) && error; i++)
		::usleep(100000);
	if (!sound)
		complain(kTracing, "cannot be read");
	return sound;
}

} // namespace

int main(int argc, char **argv)
{
	std::error_code none;
	bool told = true;

	if (argc == 2 && !std::strcmp(argv[1], "--follow"))
		return follow() ? 0 : 1; // it may be loaded later

	for (int i = 1; i < argc; i++) {
		const std::string controller = controller_of(argv[i]);

		if (controller.empty()) {
			std::fprintf(stderr, "usage: mpath-ana [--follow | NAME...], e.g. nvme0\n");
			return 2;
		}
		told = update(controller) && told;
	}
	if (!fs::exists(kModule, none)) {
		std::fprintf(stderr,
			     "mpath-ana: the module is not loaded: modprobe nvme_multipath\n");
		return 3;
	}
	if (argc == 1)
		told = update_all();
	return told ? 0 : 1;
}
