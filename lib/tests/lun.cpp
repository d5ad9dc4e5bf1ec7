// SPDX-License-Identifier: GPL-2.0
#include "lun.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "classify.hpp"

namespace mpath::fake {

namespace {

mpath_verdict probe(void *owner)
{
	auto *path = static_cast<Path *>(owner);

	path->probes++;
	return path->on_probe ? path->on_probe() : path->verdict;
}

bool rescan(void *owner)
{
	static_cast<Path *>(owner)->rescans++;
	return static_cast<Path *>(owner)->can_be_scanned;
}

// REPORT TARGET PORT GROUPS (SPC-5 6.34).
void report_port_groups(Path *path, const mpath_command &command, mpath_scsi_answer *answer)
{
	const u8 *cdb = command.cdb;
	const u32 len = static_cast<u32>(cdb[6] << 24 | cdb[7] << 16 | cdb[8] << 8 | cdb[9]);

	if ((cdb[1] & 0x1f) != 0x0a || command.cdb_len != 12 || len != command.data_len ||
	    command.to_device || command.timeout_ms != 5000)
		violation("this is not the question for port groups");
	path->reports++;
	*answer = {};
	path->on_report(cdb[1] & 0x20, static_cast<u8 *>(command.data), len, answer);
}

void refresh_handler(void *owner)
{
	static_cast<Path *>(owner)->refreshes++;
}

int activate(void *owner)
{
	auto *path = static_cast<Path *>(owner);

	path->activations++;
	return path->on_activate();
}

void execute(void *owner, const mpath_command *command, mpath_scsi_answer *answer)
{
	constexpr u8 kMaintenanceIn = 0xa3;
	auto *path = static_cast<Path *>(owner);

	if (command->cdb[0] == kMaintenanceIn && path->on_report) {
		report_port_groups(path, *command, answer);
		return;
	}
	if (!path->on_execute)
		die("the path is asked for something that the test knows nothing of");
	path->on_execute(*command, *answer);
}

constexpr mpath_device_ops kOps = {probe, rescan, nullptr, nullptr, execute};
constexpr mpath_device_ops kAluaOps = {probe, rescan, refresh_handler, activate, execute};

} // namespace

mpath_geometry sample_geometry()
{
	return {204800, 512, 0, false, "ACME", "ARRAY 9000", true, 0};
}

Path::Path(std::string name)
{
	disk.name = std::move(name);
}

mpath_device_config Path::config()
{
	return {disk.name.c_str(),
		&disk,
		numa_node,
		&device_state,
		1u << kRunning,
		1u << kBlocked,
		has_host_state ? &host_state : nullptr,
		1u << kHostRecovers,
		has_access_state ? &access_state : nullptr,
		&error_count,
		target_port,
		port_congests,
		geometry,
		on_report ? &kAluaOps : &kOps,
		this,
		port};
}

void Lun::SetUp()
{
	reset();
	if (!mpath_core_init())
		die("no core");
}

void Lun::TearDown()
{
	EXPECT_FALSE(hooks_left()) << "a hook has not run: the test does not test what it says";
	// What the test has hung in refers to variables of its own.
	clear_hooks();
	at_blocked_drain(nullptr);
	for (auto &path : paths) {
		path.on_probe = nullptr;
		if (path.on_report)
			path.on_report = [](bool, u8 *, u32, mpath_scsi_answer *answer) {
				answer->error = -1;
			};
		path.on_execute = nullptr;
		path.disk.on_send = nullptr;
	}
	if (head_)
		destroy_head();
	for (const auto &bio : bios)
		EXPECT_EQ(bio.ended, 1) << "times that a bio ended; its route: " << route(bio);
	mpath_core_exit();
	reset();
}

void Lun::destroy_head()
{
	mpath_head_kill(head_);
	run_work();
	for (auto &path : paths) {
		while (!path.disk.in_flight.empty())
			complete_all(path, MPATH_STS_OK);
	}
	run_work();
	for (auto &path : paths)
		if (path.device)
			remove(path);
	run_work();
	mpath_head_destroy(head_);
	head_ = nullptr;
}

mpath_head *Lun::not_live_head()
{
	if (!head_ && mpath_head_create(&config, &head_))
		die("no head");
	return head_;
}

mpath_head *Lun::head()
{
	if (!head_) {
		not_live_head();
		mpath_head_set_live(head_);
		run_work();
	}
	return head_;
}

mpath_head_stats Lun::stats()
{
	mpath_head_stats stats{};

	mpath_head_read_stats(head(), &stats);
	return stats;
}

Path &Lun::new_path(const std::string &name)
{
	return paths.emplace_back(name);
}

int Lun::try_add(Path &path)
{
	const mpath_device_config device = path.config();

	return mpath_head_add_path(head(), &device, &path.device);
}

Path &Lun::add(Path &path)
{
	EXPECT_EQ(try_add(path), 0);
	run_work();
	path.probes = 0;
	return path;
}

void Lun::remove(Path &path)
{
	mpath_device *device = path.device;

	path.device = nullptr;
	mpath_device_remove(device);
}

bio &Lun::new_bio()
{
	const auto number = std::to_string(bios.size());
	bio &made = bios.emplace_back();

	made.on_end = [this, number] {
		end_order_ += (end_order_.empty() ? "" : " ") + number;
	};
	return made;
}

std::string Lun::reason(const Path &path)
{
	mpath_device_state state{};

	mpath_device_read_state(path.device, &state);
	return state.reason;
}

bio &Lun::submit(bio &bio, bool nowait)
{
	mpath_head_submit(head(), &bio, nowait);
	return bio;
}

void Lun::complete(bio &bio, mpath_status status)
{
	for (auto &path : paths) {
		auto &all = path.disk.in_flight;
		const auto found = std::find_if(all.begin(), all.end(), [&bio](const mpath_io *io) {
			return bio_of(io) == &bio;
		});

		if (found == all.end())
			continue;

		mpath_io *io = *found;

		all.erase(found);
		fake::complete(io, status);
		return;
	}
	ADD_FAILURE() << "the bio is not on its way to any path";
}

void Lun::complete_and_settle(bio &bio, mpath_status status)
{
	complete(bio, status);
	run_work();
}

void Lun::complete_all(Path &path, mpath_status status)
{
	auto all = std::move(path.disk.in_flight);

	path.disk.in_flight.clear();
	for (mpath_io *io : all)
		fake::complete(io, status);
}

gendisk *Lun::where(const bio &bio) const
{
	for (const auto &path : paths)
		for (const mpath_io *io : path.disk.in_flight)
			if (bio_of(io) == &bio)
				return bio.trips.back().disk;
	return nullptr;
}

std::string Lun::route(const bio &bio)
{
	std::string names;

	for (const auto &trip : bio.trips)
		names += (names.empty() ? "" : " ") + trip.disk->name;
	return names;
}

::testing::AssertionResult Lun::is_on(const Path &path, const bio &bio) const
{
	const gendisk *disk = where(bio);

	if (disk == &path.disk)
		return ::testing::AssertionSuccess();
	if (disk)
		return ::testing::AssertionFailure() << "the bio is on " << disk->name;
	return ::testing::AssertionFailure() << "the bio is on no path; it ended " << bio.ended
					     << " times; route: " << route(bio);
}

::testing::AssertionResult Lun::waits(const bio &bio) const
{
	if (bio.ended)
		return ::testing::AssertionFailure()
		       << "the bio has ended: " << status_word(bio.status);
	if (const gendisk *disk = where(bio))
		return ::testing::AssertionFailure() << "the bio is on " << disk->name;
	return ::testing::AssertionSuccess() << "the bio waits";
}

::testing::AssertionResult Lun::ended_with(mpath_status status, const bio &bio) const
{
	if (!bio.ended) {
		const gendisk *disk = where(bio);

		return ::testing::AssertionFailure()
		       << "the bio has not ended, it is " << (disk ? "on " + disk->name : "parked");
	}
	if (bio.status != status)
		return ::testing::AssertionFailure()
		       << "the bio ended with: " << status_word(bio.status);
	return ::testing::AssertionSuccess() << "the bio ended with: " << status_word(status);
}

bool Gate::wait(int ms) const
{
	return eventually([this] { return is_open(); }, ms);
}

bool eventually(const std::function<bool()> &condition, int ms)
{
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);

	while (!condition()) {
		if (std::chrono::steady_clock::now() > deadline)
			return false;
		std::this_thread::yield();
	}
	return true;
}

} // namespace mpath::fake
