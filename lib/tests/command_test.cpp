// SPDX-License-Identifier: GPL-2.0
// What the answer to a probe says of a path.
#include <map>

#include <gtest/gtest.h>

#include "mpath_scsi.h"

namespace {

// include/scsi/scsi_status.h
constexpr u8 kDidNoConnect = 0x01;
constexpr u8 kDidImmRetry = 0x0c;
constexpr u8 kDidRequeue = 0x0d;

mpath_verdict by_host_byte(u8 host_byte)
{
	mpath_scsi_answer tur{};

	tur.host_byte = host_byte;
	return mpath_scsi_tur_verdict(&tur);
}

mpath_verdict by_status(u8 status)
{
	mpath_scsi_answer tur{};

	tur.status = status;
	return mpath_scsi_tur_verdict(&tur);
}

mpath_verdict by_sense(u8 key, u8 asc = 0, u8 ascq = 0)
{
	mpath_scsi_answer tur{};

	tur.status = 0x02;
	tur.sense_valid = true;
	tur.sense_key = key;
	tur.asc = asc;
	tur.ascq = ascq;
	return mpath_scsi_tur_verdict(&tur);
}

} // namespace

TEST(TurVerdict, good_is_fine)
{
	EXPECT_EQ(by_status(0x00), MPATH_VERDICT_FINE);
}

TEST(TurVerdict, a_reservation_conflict_comes_from_a_path_that_works)
{
	EXPECT_EQ(by_status(0x18), MPATH_VERDICT_FINE);
}

TEST(TurVerdict, a_command_that_could_not_be_sent_is_dead)
{
	mpath_scsi_answer tur{};

	tur.error = -5;
	EXPECT_EQ(mpath_scsi_tur_verdict(&tur), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, without_memory_to_ask_it_says_later)
{
	mpath_scsi_answer tur{};

	tur.error = -12;
	EXPECT_EQ(mpath_scsi_tur_verdict(&tur), MPATH_VERDICT_LATER);
}

TEST(TurVerdict, busy_and_task_set_full_say_later)
{
	EXPECT_EQ(by_status(0x08), MPATH_VERDICT_LATER);
	EXPECT_EQ(by_status(0x28), MPATH_VERDICT_LATER);
}

TEST(TurVerdict, every_other_status_is_dead)
{
	const std::map<u8, mpath_verdict> known = {
		{0x00, MPATH_VERDICT_FINE},
		{0x18, MPATH_VERDICT_FINE},
		{0x08, MPATH_VERDICT_LATER},
		{0x28, MPATH_VERDICT_LATER},
	};

	for (int status = 0; status < 256; status++) {
		if (!known.count(static_cast<u8>(status)))
			EXPECT_EQ(by_status(static_cast<u8>(status)), MPATH_VERDICT_DEAD) << status;
	}
}

TEST(TurVerdict, a_host_that_wants_the_command_again_says_later)
{
	EXPECT_EQ(by_host_byte(kDidImmRetry), MPATH_VERDICT_LATER);
	EXPECT_EQ(by_host_byte(kDidRequeue), MPATH_VERDICT_LATER);
}

TEST(TurVerdict, every_other_word_of_the_host_is_dead)
{
	for (int host_byte = kDidNoConnect; host_byte < 256; host_byte++) {
		if (host_byte != kDidImmRetry && host_byte != kDidRequeue)
			EXPECT_EQ(by_host_byte(static_cast<u8>(host_byte)), MPATH_VERDICT_DEAD)
				<< host_byte;
	}
}

TEST(TurVerdict, the_host_is_heard_before_the_device)
{
	mpath_scsi_answer tur{};

	tur.host_byte = kDidNoConnect;
	tur.status = 0x18;
	EXPECT_EQ(mpath_scsi_tur_verdict(&tur), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, check_condition_without_sense_is_dead)
{
	EXPECT_EQ(by_status(0x02), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, no_sense_recovered_error_and_unit_attention_are_fine)
{
	EXPECT_EQ(by_sense(0x0), MPATH_VERDICT_FINE);
	EXPECT_EQ(by_sense(0x1), MPATH_VERDICT_FINE);
	EXPECT_EQ(by_sense(0x6, 0x29, 0x00), MPATH_VERDICT_FINE);
	EXPECT_EQ(by_sense(0x6, 0x2a, 0x06), MPATH_VERDICT_FINE);
}

TEST(TurVerdict, a_transition_says_later)
{
	EXPECT_EQ(by_sense(0x2, 0x04, 0x0a), MPATH_VERDICT_TRANSITIONING);
}

TEST(TurVerdict, standby_and_unavailable_are_answers)
{
	EXPECT_EQ(by_sense(0x2, 0x04, 0x0b), MPATH_VERDICT_STANDBY);
	EXPECT_EQ(by_sense(0x2, 0x04, 0x0c), MPATH_VERDICT_UNAVAILABLE);
	EXPECT_EQ(by_sense(0x2, 0x05, 0x0b), MPATH_VERDICT_DEAD);
	EXPECT_EQ(by_sense(0x5, 0x04, 0x0b), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, any_other_not_ready_is_dead)
{
	EXPECT_EQ(by_sense(0x2, 0x04, 0x03), MPATH_VERDICT_DEAD); // manual intervention
	EXPECT_EQ(by_sense(0x2, 0x3a, 0x00), MPATH_VERDICT_DEAD); // no medium
	EXPECT_EQ(by_sense(0x2, 0x05, 0x0a), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, only_not_ready_knows_transitions)
{
	EXPECT_EQ(by_sense(0x5, 0x04, 0x0a), MPATH_VERDICT_DEAD);
}

TEST(TurVerdict, a_lun_that_is_not_there_is_dead)
{
	EXPECT_EQ(by_sense(0x5, 0x25, 0x00), MPATH_VERDICT_GONE);
}

TEST(TurVerdict, every_other_sense_key_is_dead)
{
	for (const int key : {0x3, 0x4, 0x5, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf})
		EXPECT_EQ(by_sense(static_cast<u8>(key)), MPATH_VERDICT_DEAD) << key;
}

// --- a read ---------------------------------------------------------------------------------

namespace {

mpath_verdict read_by_sense(u8 key, u8 asc = 0, u8 ascq = 0)
{
	const mpath_scsi_answer read{0, 0, 0x02, true, key, asc, ascq};

	return mpath_scsi_read_verdict(&read);
}

mpath_verdict read_by_status(u8 status, u8 host_byte = 0, int error = 0)
{
	const mpath_scsi_answer read{error, host_byte, status, false, 0, 0, 0};

	return mpath_scsi_read_verdict(&read);
}

} // namespace

TEST(ReadVerdict, good_is_fine)
{
	EXPECT_EQ(read_by_status(0x00), MPATH_VERDICT_FINE);
	EXPECT_EQ(read_by_status(0x18), MPATH_VERDICT_FINE) << "reservation conflict";
}

TEST(ReadVerdict, what_was_not_answered_by_the_lun_is_as_for_any_command)
{
	EXPECT_EQ(read_by_status(0x00, 0, -5), MPATH_VERDICT_DEAD);
	EXPECT_EQ(read_by_status(0x00, 0, -12), MPATH_VERDICT_LATER) << "no memory";
	EXPECT_EQ(read_by_status(0x00, kDidNoConnect), MPATH_VERDICT_DEAD);
	EXPECT_EQ(read_by_status(0x00, kDidRequeue), MPATH_VERDICT_LATER);
	EXPECT_EQ(read_by_status(0x08), MPATH_VERDICT_LATER);
	EXPECT_EQ(read_by_status(0x02), MPATH_VERDICT_DEAD) << "without sense data";
}

TEST(ReadVerdict, what_the_lun_says_of_its_data_is_fine)
{
	EXPECT_EQ(read_by_sense(0x3, 0x11, 0x00), MPATH_VERDICT_FINE) << "unrecovered read error";
	EXPECT_EQ(read_by_sense(0x3, 0x31, 0x00), MPATH_VERDICT_FINE) << "medium format corrupted";
	EXPECT_EQ(read_by_sense(0x4, 0x44, 0x00), MPATH_VERDICT_FINE) << "internal target failure";
	EXPECT_EQ(read_by_sense(0x5, 0x21, 0x00), MPATH_VERDICT_FINE) << "LBA out of range";
	EXPECT_EQ(read_by_sense(0x7, 0x27, 0x00), MPATH_VERDICT_FINE) << "write protected";
	EXPECT_EQ(read_by_sense(0x8), MPATH_VERDICT_FINE) << "blank check";
	EXPECT_EQ(read_by_sense(0xb, 0x10, 0x01), MPATH_VERDICT_FINE) << "guard check failed";
	EXPECT_EQ(read_by_sense(0x1), MPATH_VERDICT_FINE) << "recovered";
}

TEST(ReadVerdict, an_aborted_read_is_dead)
{
	EXPECT_EQ(read_by_sense(0xb, 0x47, 0x03), MPATH_VERDICT_DEAD);
	EXPECT_EQ(read_by_sense(0xb), MPATH_VERDICT_DEAD);
}

TEST(ReadVerdict, a_unit_attention_says_later)
{
	EXPECT_EQ(read_by_sense(0x6, 0x29), MPATH_VERDICT_LATER);
}

TEST(ReadVerdict, a_path_that_is_not_ready_does_not_read)
{
	EXPECT_EQ(read_by_sense(0x2, 0x04, 0x0a), MPATH_VERDICT_TRANSITIONING) << "in transition";
	EXPECT_EQ(read_by_sense(0x2, 0x04, 0x0b), MPATH_VERDICT_STANDBY);
	EXPECT_EQ(read_by_sense(0x2, 0x3a), MPATH_VERDICT_DEAD) << "no medium";
}

TEST(ReadVerdict, no_such_lun_is_gone)
{
	EXPECT_EQ(read_by_sense(0x5, 0x25), MPATH_VERDICT_GONE);
}

TEST(ReadVerdict, is_not_asked_for_where_no_io_is_taken)
{
	for (const u8 state : {0x0, 0x1, 0x4, 0x80, 0x81})
		EXPECT_TRUE(mpath_scsi_takes_io(state)) << int{state};
	for (const u8 state : {0x2, 0x3, 0xe, 0xf, 0x82})
		EXPECT_FALSE(mpath_scsi_takes_io(state)) << int{state};
}
