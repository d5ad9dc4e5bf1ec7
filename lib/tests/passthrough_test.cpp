// SPDX-License-Identifier: GPL-2.0
// Commands of users: which way they go through the head, and what is left when a way fails.
#include <algorithm>
#include <map>
#include <vector>

#include "lun.hpp"
#include "mpath_scsi.h"

using namespace mpath::fake;

namespace {

constexpr u8 kDidNoConnect = 0x01; // include/scsi/scsi_status.h
constexpr u8 kDidTimeOut = 0x03;
constexpr u8 kDidTransportMarginal = 0x14;

enum mpath_scsi_route route(std::vector<u8> cdb)
{
	return mpath_scsi_route(cdb.data(), cdb.size());
}

bool changes_lun(std::vector<u8> cdb)
{
	return mpath_scsi_changes_lun(cdb.data(), cdb.size());
}

} // namespace

// --- the way -------------------------------------------------------------------------------

TEST(Route, only_what_is_known_to_be_idempotent_is_sent_again)
{
	// TEST UNIT READY, READ(6), INQUIRY, MODE SENSE(6), READ CAPACITY(10), READ(10), LOG SENSE,
	// MODE SENSE(10), PERSISTENT RESERVE IN, READ(16), ZBC IN, REPORT LUNS, READ(12)
	const std::vector<u8> again = {0x00, 0x08, 0x12, 0x1a, 0x25, 0x28, 0x4d,
				       0x5a, 0x5e, 0x88, 0x95, 0xa0, 0xa8};
	const std::vector<u8> refused = {0x16, 0x17, 0x56, 0x57};

	for (int opcode = 0; opcode < 256; opcode++) {
		auto expected = MPATH_SCSI_ONE_PATH;

		if (std::find(again.begin(), again.end(), opcode) != again.end())
			expected = MPATH_SCSI_ANY_PATH;
		if (std::find(refused.begin(), refused.end(), opcode) != refused.end())
			expected = MPATH_SCSI_REFUSED;
		if (opcode == 0x5f)
			expected = MPATH_SCSI_EVERY_NEXUS;
		EXPECT_EQ(route({static_cast<u8>(opcode), 0, 0, 0, 0, 0}), expected)
			<< std::hex << opcode;
	}
}

TEST(Route, nothing_reserves_through_one_path)
{
	EXPECT_EQ(route({0x16, 0, 0, 0, 0, 0}), MPATH_SCSI_REFUSED);             // RESERVE(6)
	EXPECT_EQ(route({0x17, 0, 0, 0, 0, 0}), MPATH_SCSI_REFUSED);             // RELEASE(6)
	EXPECT_EQ(route({0x56, 0, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_REFUSED); // RESERVE(10)
	EXPECT_EQ(route({0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_REFUSED); // RELEASE(10)
	// PERSISTENT RESERVE OUT
	EXPECT_EQ(route({0x5f, 0, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_EVERY_NEXUS);
}

TEST(Route, nothing_that_writes_or_reconfigures_is_sent_twice)
{
	// FORMAT UNIT, WRITE(6/10/12/16), MODE SELECT(6/10), UNMAP, WRITE SAME(10/16), START STOP
	// UNIT, SANITIZE, COMPARE AND WRITE, EXTENDED COPY, MAINTENANCE OUT, SECURITY PROTOCOL OUT,
	// WRITE BUFFER, LOG SELECT
	for (const int opcode : {0x04, 0x0a, 0x2a, 0xaa, 0x8a, 0x15, 0x55, 0x42, 0x41, 0x93, 0x1b,
				 0x48, 0x89, 0x83, 0xa4, 0xb5, 0x3b, 0x4c})
		EXPECT_EQ(route({static_cast<u8>(opcode), 0, 0, 0, 0, 0}), MPATH_SCSI_ONE_PATH)
			<< std::hex << opcode;
}

TEST(Route, what_belongs_to_a_nexus_is_not_asked_of_another)
{
	// REQUEST SENSE, READ BUFFER, RECEIVE DIAGNOSTIC RESULTS, RECEIVE COPY RESULTS
	for (const int opcode : {0x03, 0x3c, 0x1c, 0x84})
		EXPECT_EQ(route({static_cast<u8>(opcode), 0, 0, 0, 0, 0}), MPATH_SCSI_ONE_PATH)
			<< std::hex << opcode;
}

TEST(Route, service_action_in_16_again_only_for_what_reads)
{
	// READ CAPACITY(16), GET LBA STATUS, REPORT REFERRALS, GET STREAM STATUS, GET PHYSICAL
	// ELEMENT STATUS. Between and above them are STREAM CONTROL, BACKGROUND CONTROL, REMOVE
	// ELEMENT AND TRUNCATE and others, which change the LUN.
	const std::vector<u8> reads = {0x10, 0x12, 0x13, 0x16, 0x17};

	for (int action = 0; action < 32; action++) {
		const bool again = std::find(reads.begin(), reads.end(), action) != reads.end();

		EXPECT_EQ(route({0x9e, static_cast<u8>(action), 0, 0, 0, 0, 0, 0}),
			  again ? MPATH_SCSI_ANY_PATH : MPATH_SCSI_ONE_PATH)
			<< std::hex << action;
	}
}

TEST(Route, maintenance_in_again_only_for_known_reports)
{
	// REPORT IDENTIFYING INFORMATION, TARGET PORT GROUPS, ALIASES, SUPPORTED OPERATION CODES,
	// SUPPORTED TASK MANAGEMENT FUNCTIONS, TIMESTAMP
	const std::vector<u8> reports = {0x05, 0x0a, 0x0b, 0x0c, 0x0d, 0x0f};

	for (int action = 0; action < 32; action++) {
		const bool again = std::find(reports.begin(), reports.end(), action) !=
				   reports.end();

		EXPECT_EQ(route({0xa3, static_cast<u8>(action), 0, 0, 0, 0, 0, 0}),
			  again ? MPATH_SCSI_ANY_PATH : MPATH_SCSI_ONE_PATH)
			<< std::hex << action;
	}
}

TEST(Route, the_reserved_bits_of_the_service_action_do_not_matter)
{
	EXPECT_EQ(route({0x9e, 0xe0 | 0x10}), MPATH_SCSI_ANY_PATH);
	EXPECT_EQ(route({0xa3, 0xe0 | 0x0a}), MPATH_SCSI_ANY_PATH);
}

TEST(Route, report_zones_is_the_only_zbc_in_that_is_known)
{
	EXPECT_EQ(route({0x95, 0x00}), MPATH_SCSI_ANY_PATH);
	EXPECT_EQ(route({0x95, 0x06}), MPATH_SCSI_ONE_PATH);
}

TEST(Route, log_sense_that_saves_is_sent_once)
{
	EXPECT_EQ(route({0x4d, 0x00, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_ANY_PATH);
	EXPECT_EQ(route({0x4d, 0x01, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_ONE_PATH);
}

TEST(Route, of_variable_length_commands_only_read_32)
{
	std::vector<u8> cdb(32);

	cdb[0] = 0x7f;
	cdb[9] = 0x09; // READ(32)
	EXPECT_EQ(route(cdb), MPATH_SCSI_ANY_PATH);
	cdb[9] = 0x0b; // WRITE(32)
	EXPECT_EQ(route(cdb), MPATH_SCSI_ONE_PATH);
	cdb[9] = 0x09;
	cdb[8] = 0x01;
	EXPECT_EQ(route(cdb), MPATH_SCSI_ONE_PATH);
}

TEST(Route, what_is_cut_off_is_for_the_device_to_refuse)
{
	EXPECT_EQ(route({0x9e}), MPATH_SCSI_ONE_PATH);
	EXPECT_EQ(route({0xa3}), MPATH_SCSI_ONE_PATH);
	EXPECT_EQ(route({0x95}), MPATH_SCSI_ONE_PATH);
	EXPECT_EQ(route({0x4d}), MPATH_SCSI_ONE_PATH);
	EXPECT_EQ(route({0x7f, 0, 0, 0, 0, 0, 0, 0, 0}), MPATH_SCSI_ONE_PATH);
}

TEST(Route, an_empty_command_is_refused)
{
	EXPECT_EQ(mpath_scsi_route(nullptr, 0), MPATH_SCSI_REFUSED);
	EXPECT_FALSE(mpath_scsi_changes_lun(nullptr, 0));
}

// --- what comes of it -----------------------------------------------------------------------

TEST(ChangesLun, format_mode_select_and_microcode)
{
	for (int opcode = 0; opcode < 256; opcode++) {
		const bool expected = opcode == 0x04 || opcode == 0x15 || opcode == 0x38 ||
				      opcode == 0x55;

		EXPECT_EQ(changes_lun({static_cast<u8>(opcode), 0, 0, 0, 0, 0}), expected)
			<< std::hex << opcode;
	}
}

TEST(ChangesLun, write_buffer_only_with_microcode)
{
	const std::vector<u8> microcode = {0x04, 0x05, 0x06, 0x07, 0x0d, 0x0e, 0x0f};

	for (int mode = 0; mode < 32; mode++) {
		const bool expected = std::find(microcode.begin(), microcode.end(), mode) !=
				      microcode.end();

		EXPECT_EQ(changes_lun({0x3b, static_cast<u8>(mode), 0, 0, 0, 0, 0, 0, 0, 0}),
			  expected)
			<< std::hex << mode;
	}
	EXPECT_FALSE(changes_lun({0x3b}));
}

TEST(TellsOfChange, three_unit_attentions)
{
	const auto tells = [](u8 key, u8 asc, u8 ascq, bool valid = true) {
		const mpath_scsi_answer answer{0, 0, 0x02, valid, key, asc, ascq};

		return mpath_scsi_tells_of_change(&answer);
	};

	EXPECT_TRUE(tells(0x6, 0x2a, 0x01));
	EXPECT_TRUE(tells(0x6, 0x2a, 0x09));
	EXPECT_TRUE(tells(0x6, 0x3f, 0x03));
	EXPECT_FALSE(tells(0x6, 0x29, 0x00)) << "a reset";
	EXPECT_FALSE(tells(0x6, 0x2a, 0x06)) << "the access state";
	EXPECT_FALSE(tells(0x5, 0x2a, 0x09)) << "no unit attention";
	EXPECT_FALSE(tells(0x6, 0x2a, 0x09, false)) << "no sense data";
}

TEST(WayFailed, whatever_does_not_come_from_the_lun)
{
	const auto failed = [](int error, u8 host_byte, u8 status) {
		const mpath_scsi_answer answer{error, host_byte, status, false, 0, 0, 0};

		return mpath_scsi_way_failed(&answer);
	};

	EXPECT_FALSE(failed(0, 0, 0x00));
	for (const u8 status : {0x02, 0x08, 0x18, 0x28})
		EXPECT_FALSE(failed(0, 0, status)) << "an answer: " << int{status};
	EXPECT_TRUE(failed(-19, 0, 0));
	for (const u8 host_byte : {kDidNoConnect, kDidTimeOut, kDidTransportMarginal})
		EXPECT_TRUE(failed(0, host_byte, 0)) << int{host_byte};
}

// --- the paths it goes down -----------------------------------------------------------------

namespace {

class NextPath : public Lun {
protected:
	// Where the next try goes; "-" where none is left.
	std::string next()
	{
		mpath_device *path = mpath_head_next_path(head(), &tries);

		if (!path)
			return "-";
		const std::string name = mpath_device_disk(path)->name;

		mpath_device_put(path);
		return name;
	}

	mpath_tries tries{};
};

} // namespace

TEST_F(NextPath, is_each_path_once)
{
	add("a");
	add("b");
	EXPECT_EQ(next(), "a");
	EXPECT_EQ(next(), "b");
	EXPECT_EQ(next(), "-");
	EXPECT_EQ(next(), "-");
}

TEST_F(NextPath, is_each_path_once_whatever_its_probe_says_meanwhile)
{
	auto &a = add("a");

	add("b");
	EXPECT_EQ(next(), "a");
	mpath_device_failed_command(a.device);
	run_work();
	EXPECT_EQ(mpath_device_state_name(a.device), std::string("usable"));
	EXPECT_EQ(next(), "b");
	EXPECT_EQ(next(), "-");
}

TEST_F(NextPath, ends_after_some_though_more_are_left)
{
	for (const char *name : {"a", "b", "c", "d", "e"})
		add(name);
	for (int i = 0; i < MPATH_MAX_TRIES; i++)
		EXPECT_NE(next(), "-");
	EXPECT_FALSE(tries.more);
	EXPECT_EQ(next(), "-");
}

TEST_F(NextPath, says_whether_another_would_be_left)
{
	add("a");
	auto &b = add("b");

	next();
	EXPECT_TRUE(tries.more);
	next();
	EXPECT_FALSE(tries.more);

	tries = {};
	b.device_state = kBlocked;
	next();
	EXPECT_FALSE(tries.more) << "one that is blocked is no other";
}

TEST_F(NextPath, is_none_where_there_is_none)
{
	EXPECT_EQ(next(), "-");
	add("a").device_state = kOffline;
	EXPECT_EQ(next(), "-");
	EXPECT_EQ(tries.nr, 0u);
}

TEST_F(NextPath, keeps_its_path)
{
	auto &a = add("a");
	mpath_device *path = mpath_head_next_path(head(), &tries);
	bool waited = false;

	at_blocked_drain([&] {
		waited = true;
		mpath_device_put(path);
	});
	remove(a);
	EXPECT_TRUE(waited);
}

// --- what a failure does to the path --------------------------------------------------------

class FailedCommand : public Lun {};

TEST_F(FailedCommand, makes_its_path_suspect_and_has_it_probed)
{
	auto &a = add("a");
	auto &b = add("b");

	mpath_device_failed_command(a.device);
	EXPECT_STREQ(mpath_device_state_name(a.device), "suspect");
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(logged("lun0: path a: usable -> suspect (a command failed on the way)\n"));

	a.verdict = MPATH_VERDICT_DEAD;
	run_work();
	EXPECT_EQ(a.probes, 1);
	EXPECT_STREQ(mpath_device_state_name(a.device), "dead");
	complete_all(b, MPATH_STS_OK);
}

TEST_F(FailedCommand, is_forgotten_when_the_probe_is_fine)
{
	auto &a = add("a");

	mpath_device_failed_command(a.device);
	run_work();
	EXPECT_STREQ(mpath_device_state_name(a.device), "usable");
}

TEST_F(FailedCommand, does_not_bring_a_dead_path_back_to_suspect)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(a.device);
	run_work();

	const int before = a.probes;

	mpath_device_failed_command(a.device);
	run_work();
	EXPECT_STREQ(mpath_device_state_name(a.device), "dead");
	EXPECT_EQ(a.probes, before);
}

// --- all paths are asked --------------------------------------------------------------------

class AskPaths : public Lun {};

TEST_F(AskPaths, is_over_when_each_has_answered)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(mpath_head_awaits_answers(head()));
	b.verdict = MPATH_VERDICT_DEAD;
	mpath_head_ask_paths(head());
	EXPECT_TRUE(mpath_head_awaits_answers(head()));
	run_work_of(a.device);
	EXPECT_TRUE(mpath_head_awaits_answers(head()));
	run_work_of(b.device);
	EXPECT_FALSE(mpath_head_awaits_answers(head()));
	EXPECT_STREQ(mpath_device_state_name(b.device), "dead");
	EXPECT_EQ(a.probes, 1);
}

TEST_F(AskPaths, is_not_over_with_a_probe_that_had_begun_before)
{
	auto &a = add("a");

	a.on_probe = [&] {
		if (a.probes == 1)
			mpath_head_ask_paths(head());
		return MPATH_VERDICT_FINE;
	};
	mpath_device_recheck(a.device);
	run_work_of(a.device);
	EXPECT_TRUE(mpath_head_awaits_answers(head()));
	run_work_of(a.device);
	EXPECT_FALSE(mpath_head_awaits_answers(head()));
}

TEST_F(AskPaths, does_not_wait_for_a_path_that_never_will_be_used_again)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	run_work();
	mpath_head_ask_paths(head());
	EXPECT_FALSE(mpath_head_awaits_answers(head()));
}

TEST_F(AskPaths, that_are_blocked_is_over_as_well)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	mpath_head_ask_paths(head());
	run_work_of(a.device);
	EXPECT_FALSE(mpath_head_awaits_answers(head()));
}
