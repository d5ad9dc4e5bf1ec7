// SPDX-License-Identifier: GPL-2.0
// The commands and parameter data of persistent reservations, byte by byte.
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "scsi_pr.hpp"
#include "util/errno.hpp"

using mpath::Said;

namespace {

using Bytes = std::vector<u8>;

mpath_scsi_answer sense(u8 key, u8 asc, u8 ascq = 0)
{
	mpath_scsi_answer answer{};

	answer.status = 0x02;
	answer.sense_valid = true;
	answer.sense_key = key;
	answer.asc = asc;
	answer.ascq = ascq;
	return answer;
}

class PrOut : public ::testing::Test {
protected:
	Bytes cdb{0x5f, 0x00, 0x00, 0, 0, 0, 0, 0, 24, 0};
	Bytes list = Bytes(24, 0);
	mpath_pr_request request{};
	mpath_scsi_answer answer{};

	bool parse()
	{
		return mpath_scsi_parse_pr_out(cdb.data(), cdb.size(), list.data(), list.size(),
					       &request, &answer);
	}
	// The additional sense code with which it is refused; 0: it is not.
	int refused()
	{
		if (parse())
			return 0;
		EXPECT_EQ(answer.status, 0x02);
		EXPECT_TRUE(answer.sense_valid);
		EXPECT_EQ(answer.sense_key, 5);
		return answer.asc;
	}
};

} // namespace

TEST_F(PrOut, is_read_as_it_was_written)
{
	for (const u8 action : {0, 1, 2, 3, 4, 5, 6}) {
		const u8 type = action == 1 || action == 2 || action == 4 || action == 5 ? 6 : 0;
		const bool aptpl = action == 0 || action == 6;
		const mpath_pr_request sent{action, type, aptpl, 0x0123456789abcdef,
					    0xfedcba9876543210};
		u8 cdb_bytes[mpath::kPrCdbLen];
		u8 list_bytes[mpath::kPrListLen];

		mpath::encode_pr_out(sent, cdb_bytes, list_bytes);
		cdb.assign(cdb_bytes, cdb_bytes + sizeof(cdb_bytes));
		list.assign(list_bytes, list_bytes + sizeof(list_bytes));
		ASSERT_TRUE(parse()) << int{action};
		EXPECT_EQ(request.action, action);
		EXPECT_EQ(request.type, type);
		EXPECT_EQ(request.aptpl, aptpl);
		EXPECT_EQ(request.key, sent.key);
		EXPECT_EQ(request.action_key, sent.action_key);
	}
	EXPECT_EQ(list[0], 0x01);
	EXPECT_EQ(list[15], 0x10);
	EXPECT_EQ(cdb[8], 24);
}

TEST_F(PrOut, is_refused_where_it_goes_beyond_our_own_nexuses)
{
	EXPECT_EQ(refused(), 0);
	list[20] = 0x08; // SPEC_I_PT
	EXPECT_EQ(refused(), 0x26);
	list[20] = 0x04; // ALL_TG_PT
	EXPECT_EQ(refused(), 0x26);
	list[20] = 0x01; // APTPL
	EXPECT_EQ(refused(), 0);
	EXPECT_TRUE(request.aptpl);
	cdb[1] = 0x07; // REGISTER AND MOVE
	EXPECT_EQ(refused(), 0x24);
}

TEST_F(PrOut, has_no_type_but_those_of_the_standard)
{
	for (int type = 0; type < 16; type++) {
		const bool known = type == 1 || type == 3 || (type >= 5 && type <= 8);

		for (const u8 action : {1, 2, 4, 5}) {
			cdb[1] = action;
			cdb[2] = static_cast<u8>(type);
			EXPECT_EQ(refused(), known ? 0 : 0x24) << type;
		}
		cdb[1] = 3; // CLEAR ignores it
		EXPECT_EQ(refused(), 0);
	}
	cdb[1] = 1;
	cdb[2] = 0x15; // a scope
	EXPECT_EQ(refused(), 0x24);
}

TEST_F(PrOut, has_one_length)
{
	for (const std::size_t len : {0, 23, 25}) {
		list.resize(len);
		EXPECT_EQ(refused(), 0x1a) << len;
	}
	list.resize(24);
	cdb[8] = 25;
	EXPECT_EQ(refused(), 0x1a);
	cdb[8] = 24;
	cdb[5] = 1;
	EXPECT_EQ(refused(), 0x1a);
	cdb = {0x5f, 0, 0, 0, 0, 0};
	EXPECT_EQ(refused(), 0x24);
}

TEST(PrSaid, tells_no_from_no_answer)
{
	mpath_scsi_answer answer{};

	EXPECT_EQ(mpath::said(answer), Said::yes);
	answer.status = 0x18;
	EXPECT_EQ(mpath::said(answer), Said::conflict);
	answer.host_byte = 0x07; // DID_ERROR, as some hosts have it
	EXPECT_EQ(mpath::said(answer), Said::conflict);
	answer.status = 0;
	EXPECT_EQ(mpath::said(answer), Said::nothing);
	answer.host_byte = 0;
	answer.error = -5;
	EXPECT_EQ(mpath::said(answer), Said::nothing);
	for (const u8 busy : {0x08, 0x28, 0x40}) {
		answer = {};
		answer.status = busy;
		EXPECT_EQ(mpath::said(answer), Said::nothing) << int{busy};
	}
	EXPECT_EQ(mpath::said(sense(0, 0)), Said::yes);
	EXPECT_EQ(mpath::said(sense(1, 0x17)), Said::yes);
	EXPECT_EQ(mpath::said(sense(2, 0x04, 0x0b)), Said::nothing);
	EXPECT_EQ(mpath::said(sense(2, 0x08)), Said::conflict) << "LIO, of a nexus without a key";
	EXPECT_EQ(mpath::said(sense(5, 0x25)), Said::nothing) << "a path without its LUN";
	EXPECT_EQ(mpath::said(sense(5, 0x26)), Said::refused);
	EXPECT_EQ(mpath::said(sense(5, 0x55, 0x04)), Said::refused);
	EXPECT_EQ(mpath::said(sense(6, 0x2a, 0x05)), Said::nothing);
	EXPECT_EQ(mpath::said(sense(0xb, 0x44)), Said::nothing);
	EXPECT_EQ(mpath::said(sense(4, 0x44)), Said::refused);
}

TEST(PrStatus, is_what_sd_returns)
{
	mpath_scsi_answer answer{};

	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0);
	answer = mpath::conflict_answer();
	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0x18);
	answer = mpath::no_connect_answer();
	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0x10000);
	for (const u8 host : {0x02, 0x0e, 0x14}) {
		answer.host_byte = host;
		EXPECT_EQ(mpath_scsi_pr_status(&answer), 0xe0000) << int{host};
	}
	answer.host_byte = 0x0f;
	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0xf0000);
	answer.host_byte = 0x03;
	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0x2);
	answer = sense(5, 0x26);
	EXPECT_EQ(mpath_scsi_pr_status(&answer), -EINVAL);
	answer = sense(5, 0x24);
	EXPECT_EQ(mpath_scsi_pr_status(&answer), -EINVAL);
	answer = sense(5, 0x55, 0x04);
	EXPECT_EQ(mpath_scsi_pr_status(&answer), 0x2);
	answer = {};
	answer.error = -ENOMEM;
	EXPECT_EQ(mpath_scsi_pr_status(&answer), -ENOMEM);
}

TEST(PrTypes, of_the_block_layer_are_those_of_the_wire)
{
	constexpr std::array<u8, 8> kWire{0, 1, 3, 5, 6, 7, 8, 0};

	for (u32 type = 0; type < kWire.size(); type++)
		EXPECT_EQ(mpath_scsi_pr_type(type), kWire[type]);
	EXPECT_EQ(mpath_scsi_pr_type(0xffffffff), 0);
}

TEST(PrIn, counts_a_key)
{
	Bytes data{0, 0, 0, 3, 0, 0, 0, 24};
	mpath::PrKeys keys;

	for (const u8 key : {7, 1, 7})
		for (int i = 0; i < 8; i++)
			data.push_back(i == 7 ? key : 0);
	ASSERT_TRUE(mpath::find_key(data.data(), static_cast<u32>(data.size()), 7, &keys));
	EXPECT_EQ(keys.times, 2u);
	EXPECT_EQ(keys.all_len, 32u);
	ASSERT_TRUE(mpath::find_key(data.data(), 31, 7, &keys)) << "the last one is cut";
	EXPECT_EQ(keys.times, 1u);
	EXPECT_EQ(keys.all_len, 32u);
	data[7] = 8; // what is beyond is not part of the list
	ASSERT_TRUE(mpath::find_key(data.data(), static_cast<u32>(data.size()), 1, &keys));
	EXPECT_EQ(keys.times, 0u);
	data[7] = 20;
	EXPECT_FALSE(mpath::find_key(data.data(), static_cast<u32>(data.size()), 7, &keys));
	data[4] = 0xff;
	EXPECT_FALSE(mpath::find_key(data.data(), static_cast<u32>(data.size()), 7, &keys));
	EXPECT_FALSE(mpath::find_key(data.data(), 7, 7, &keys));
}

TEST(PrIn, reads_the_reservation)
{
	Bytes data(24, 0);
	mpath::PrReservation what;

	ASSERT_TRUE(mpath::parse_reservation(data.data(), 8, &what));
	EXPECT_EQ(what.type, 0);
	data[7] = 16;
	data[15] = 9;
	data[21] = 0x05;
	ASSERT_TRUE(mpath::parse_reservation(data.data(), 24, &what));
	EXPECT_EQ(what.type, 5);
	EXPECT_EQ(what.key, 9u);
	data[21] = 0x07; // all registrants: the key says nothing
	ASSERT_TRUE(mpath::parse_reservation(data.data(), 24, &what));
	EXPECT_EQ(what.key, 0u);
	data[21] = 0x02;
	EXPECT_FALSE(mpath::parse_reservation(data.data(), 24, &what)) << "no such type";
	data[21] = 0x05;
	EXPECT_FALSE(mpath::parse_reservation(data.data(), 21, &what));
	data[7] = 8;
	EXPECT_FALSE(mpath::parse_reservation(data.data(), 24, &what));
	EXPECT_FALSE(mpath::parse_reservation(data.data(), 7, &what));
}

TEST(PrIn, tells_whether_registrations_survive)
{
	Bytes data{0, 8, 0, 0x01, 0, 0, 0, 0};

	EXPECT_TRUE(mpath::parse_persists(data.data(), 8));
	EXPECT_FALSE(mpath::parse_persists(data.data(), 3));
	data[3] = 0x80;
	EXPECT_FALSE(mpath::parse_persists(data.data(), 8));
}
