// SPDX-License-Identifier: GPL-2.0
// REPORT TARGET PORT GROUPS data and the designators that place a path in it, as targets write
// them, and as no target should.
#include <vector>

#include <gtest/gtest.h>

#include "port_groups.hpp"
#include "scsi_port_groups.hpp"

using namespace mpath::fake;
using mpath::Answered;
using mpath::PortGroupReport;

namespace {

constexpr int kUnknown = PortGroupReport::kUnknown;

// The state of @group in @bytes, which lie in memory of exactly their length.
int state_of(const Bytes &bytes, int group, int port = kUnknown)
{
	const auto exact = std::make_unique<u8[]>(bytes.size());

	std::copy(bytes.begin(), bytes.end(), exact.get());
	return PortGroupReport(exact.get(), static_cast<u32>(bytes.size())).state_of(group, port);
}

u32 transition_secs(const Bytes &bytes)
{
	return PortGroupReport(bytes.data(), static_cast<u32>(bytes.size())).transition_secs();
}

const Bytes kTwo = report({{1, 0x80, {1, 2}}, {2, 0x02, {3}}});

} // namespace

TEST(PortGroups, are_told_with_either_header)
{
	for (const int secs : {-1, 0, 7}) {
		const Bytes bytes = report({{1, 0x80, {1, 2}}, {2, 0x02, {3}}}, secs);

		EXPECT_EQ(state_of(bytes, 1), 0x80) << secs;
		EXPECT_EQ(state_of(bytes, 2), 0x02) << secs;
	}
}

TEST(PortGroups, tell_how_long_a_transition_takes_or_a_minute_is_assumed)
{
	EXPECT_EQ(transition_secs(report({{1, 0, {1}}}, 7)), 7u);
	EXPECT_EQ(transition_secs(report({{1, 0, {1}}}, 255)), 255u);
	EXPECT_EQ(transition_secs(report({{1, 0, {1}}}, 0)), 60u) << "not told";
	EXPECT_EQ(transition_secs(report({{1, 0, {1}}})), 60u) << "no room to tell it";
	EXPECT_EQ(transition_secs({}), 60u);
}

TEST(PortGroups, that_are_not_there_have_no_state)
{
	EXPECT_EQ(state_of(kTwo, 3), kUnknown);
	EXPECT_EQ(state_of(kTwo, kUnknown), kUnknown);
	EXPECT_EQ(state_of(report({}), 1), kUnknown);
	EXPECT_EQ(state_of({}, 1), kUnknown);
}

TEST(PortGroups, are_found_by_their_ports_where_the_group_is_not_known)
{
	EXPECT_EQ(state_of(kTwo, kUnknown, 2), 0x80);
	EXPECT_EQ(state_of(kTwo, 77, 3), 0x02) << "the port has moved";
	EXPECT_EQ(state_of(kTwo, 1, 3), 0x80) << "the group is known";
	EXPECT_EQ(state_of(kTwo, kUnknown, 4), kUnknown);
}

TEST(PortGroups, hide_what_is_reserved_beside_a_state)
{
	EXPECT_EQ(state_of(report({{1, 0xf1, {1}}}), 1), 0x81);
}

TEST(PortGroups, in_states_that_do_not_exist_are_not_believed)
{
	for (const int state : {0x0, 0x1, 0x2, 0x3, 0x4, 0xe, 0xf})
		EXPECT_EQ(state_of(report({{1, static_cast<u8>(state), {1}}}), 1), state);
	for (const int state : {0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd})
		EXPECT_EQ(state_of(report({{1, static_cast<u8>(state), {1}}}), 1), kUnknown)
			<< state;
}

TEST(PortGroups, without_ports_are_not_believed)
{
	EXPECT_EQ(state_of(report({{0, 0, {}}, {2, 0x02, {3}}}), 0), kUnknown);
	EXPECT_EQ(state_of(report({{0, 0, {}}, {2, 0x02, {3}}}), 2), 0x02) << "the next is";
}

TEST(PortGroups, beyond_what_was_transferred_are_not_there)
{
	Bytes bytes = report({{1, 0x01, {1}}});

	// It says that there is more, and what is there is zeros: group 0, optimized.
	bytes[3] = 200;
	bytes.resize(204);
	EXPECT_EQ(state_of(bytes, 1), 0x01);
	EXPECT_EQ(state_of(bytes, 0), kUnknown);
}

TEST(PortGroups, told_twice_are_believed_if_both_say_the_same)
{
	EXPECT_EQ(state_of(report({{1, 0x01, {1}}, {1, 0x01, {2}}}), 1), 0x01);
	EXPECT_EQ(state_of(report({{1, 0x01, {1}}, {1, 0x02, {2}}}), 1), kUnknown);
	EXPECT_EQ(state_of(report({{1, 0x01, {1}}, {2, 0x02, {1}}}), kUnknown, 1), kUnknown);
}

TEST(PortGroups, are_read_as_far_as_the_data_goes_wherever_it_is_cut)
{
	for (const int secs : {-1, 7}) {
		const Bytes whole = report({{1, 0x01, {1, 2}}, {2, 0x02, {3}}}, secs);
		const std::size_t header = secs < 0 ? 4 : 8;

		for (std::size_t len = 0; len <= whole.size(); len++) {
			const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(len));

			SCOPED_TRACE(len);
			EXPECT_EQ(state_of(cut, 1), len >= header + 8 ? 0x01 : kUnknown);
			EXPECT_EQ(state_of(cut, 2), len >= header + 24 ? 0x02 : kUnknown);
			EXPECT_EQ(state_of(cut, kUnknown, 2), len >= header + 16 ? 0x01 : kUnknown);
		}
	}
}

TEST(PortGroups, of_a_length_that_leaves_the_extended_header_out_are_all_read)
{
	// LIO counts the descriptors only.
	Bytes bytes = report({{1, 0x01, {1}}, {2, 0x02, {3}}}, 7);

	bytes[3] = static_cast<u8>(bytes[3] - 4);
	EXPECT_EQ(state_of(bytes, 2), 0x02);
}

TEST(PortGroups, say_how_much_there_is)
{
	const auto wanted = [](Bytes bytes) {
		return PortGroupReport(bytes.data(), static_cast<u32>(bytes.size())).wanted();
	};

	EXPECT_EQ(wanted(kTwo), kTwo.size());
	EXPECT_EQ(wanted({0xff, 0xff, 0xff, 0xff}), 0x100000003ull);
	EXPECT_EQ(wanted({0, 0, 0}), 0u);
	EXPECT_EQ(state_of({0xff, 0xff, 0xff, 0xff}, 0), kUnknown);
}

// --- what becomes of the question ------------------------------------------------------------

namespace {

Answered by_sense(u8 key, u8 asc, u8 ascq, bool extended = false)
{
	return mpath::answered({0, 0, 0x02, true, key, asc, ascq}, extended);
}

} // namespace

TEST(PortGroupsAnswer, is_there_when_the_command_was_good)
{
	EXPECT_EQ(mpath::answered({}, true), Answered::yes);
}

TEST(PortGroupsAnswer, does_not_come_down_a_path_that_fails)
{
	EXPECT_EQ(mpath::answered({-5, 0, 0, false, 0, 0, 0}, true), Answered::no);
	EXPECT_EQ(mpath::answered({0, 1, 0, false, 0, 0, 0}, true), Answered::no);
	EXPECT_EQ(mpath::answered({0, 0, 0x18, false, 0, 0, 0}, true), Answered::no);
	EXPECT_EQ(mpath::answered({0, 0, 0x02, false, 6, 0, 0}, true), Answered::no);
	EXPECT_EQ(by_sense(0x5, 0x25, 0x00, true), Answered::no) << "no such LUN";
	EXPECT_EQ(by_sense(0x2, 0x04, 0x03), Answered::no);
	EXPECT_EQ(by_sense(0xb, 0x00, 0x00), Answered::no);
}

TEST(PortGroupsAnswer, comes_the_next_time_after_a_unit_attention)
{
	EXPECT_EQ(by_sense(0x6, 0x2a, 0x06), Answered::once_more);
	EXPECT_EQ(by_sense(0x6, 0x2a, 0x07), Answered::once_more);
	EXPECT_EQ(by_sense(0x6, 0x29, 0x00), Answered::once_more);
	EXPECT_EQ(mpath::answered({0, 0, 0x08, false, 0, 0, 0}, true), Answered::once_more);
	EXPECT_EQ(mpath::answered({0, 0, 0x28, false, 0, 0, 0}, true), Answered::once_more);
}

TEST(PortGroupsAnswer, comes_plainly_from_a_target_that_knows_no_extended_header)
{
	EXPECT_EQ(by_sense(0x5, 0x24, 0x00, true), Answered::plainly);
	EXPECT_EQ(by_sense(0x5, 0x00, 0x00, true), Answered::plainly);
	EXPECT_EQ(by_sense(0x5, 0x20, 0x00, false), Answered::never);
}

TEST(PortGroupsAnswer, can_be_that_there_is_none_now)
{
	EXPECT_EQ(by_sense(0x2, 0x04, 0x0a), Answered::transitioning);
}

// --- where a path is -------------------------------------------------------------------------

namespace {

mpath_port_config port_of(const Bytes &bytes)
{
	const auto exact = std::make_unique<u8[]>(bytes.size());
	mpath_port_config port{99, 99, 3};

	std::copy(bytes.begin(), bytes.end(), exact.get());
	mpath_scsi_find_port(exact.get(), bytes.size(), &port);
	EXPECT_EQ(port.tpgs, 3) << "no business of the page's";
	return port;
}

// Association and type, then the bytes.
Bytes page(const std::vector<Bytes> &designators)
{
	Bytes bytes = {0x00, 0x83, 0x00, 0x00};

	for (const auto &d : designators) {
		bytes.insert(bytes.end(), {0x01, d[0], 0x00, static_cast<u8>(d.size() - 1)});
		bytes.insert(bytes.end(), d.begin() + 1, d.end());
	}
	bytes[2] = static_cast<u8>((bytes.size() - 4) >> 8);
	bytes[3] = static_cast<u8>(bytes.size() - 4);
	return bytes;
}

const Bytes kNaa = {0x03, 0x50, 1, 2, 3, 4, 5, 6, 7};
const Bytes kRelative = {0x94, 0, 0, 0x80, 0x01};
const Bytes kGroup = {0x95, 0, 0, 0xff, 0xfe};

} // namespace

TEST(PortDesignators, tell_the_group_and_the_relative_port)
{
	const auto port = port_of(page({kNaa, kRelative, kGroup}));

	EXPECT_EQ(port.group, 0xfffe);
	EXPECT_EQ(port.relative, 0x8001);
	EXPECT_EQ(port_of(page({{0x95, 0, 0, 0, 0}})).group, 0) << "a group like any";
}

TEST(PortDesignators, need_not_be_there)
{
	for (const Bytes &bytes : {Bytes{}, Bytes{0x00, 0x83}, page({}), page({kNaa})}) {
		EXPECT_EQ(port_of(bytes).group, -1);
		EXPECT_EQ(port_of(bytes).relative, -1);
	}

	mpath_port_config port{99, 99, 3};

	mpath_scsi_find_port(nullptr, 0, &port);
	EXPECT_EQ(port.group, -1);
}

TEST(PortDesignators, of_other_associations_or_lengths_do_not_count)
{
	EXPECT_EQ(port_of(page({{0x05, 0, 0, 0, 1}})).group, -1) << "logical unit";
	EXPECT_EQ(port_of(page({{0xa5, 0, 0, 0, 1}})).group, -1) << "target device";
	EXPECT_EQ(port_of(page({{0x95, 0, 0, 0}})).group, -1);
	EXPECT_EQ(port_of(page({{0x95}})).group, -1);
	EXPECT_EQ(port_of(page({{0x95, 0, 0, 0, 1, 0}})).group, -1);
	EXPECT_EQ(port_of(page({{0x94, 0, 0, 0, 0}})).relative, -1) << "reserved";
}

TEST(PortDesignators, that_come_first_count)
{
	EXPECT_EQ(port_of(page({{0x95, 0, 0, 0, 1}, {0x95, 0, 0, 0, 2}})).group, 1);
	EXPECT_EQ(port_of(page({{0x94, 0, 0, 0, 1}, {0x94, 0, 0, 0, 2}})).relative, 1);
}

TEST(PortDesignators, are_read_as_far_as_the_page_goes_wherever_it_is_cut)
{
	const Bytes whole = page({kNaa, kGroup, kRelative});

	for (std::size_t len = 0; len <= whole.size(); len++) {
		const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(len));

		SCOPED_TRACE(len);
		EXPECT_EQ(port_of(cut).group, len >= whole.size() - 8 ? 0xfffe : -1);
		EXPECT_EQ(port_of(cut).relative, len == whole.size() ? 0x8001 : -1);
	}
}

TEST(PortDesignators, of_another_page_are_none)
{
	Bytes bytes = page({kGroup});

	bytes[1] = 0x80;
	EXPECT_EQ(port_of(bytes).group, -1);
}

TEST(PortDesignators, behind_the_end_of_the_page_are_none)
{
	Bytes bytes = page({kNaa, kGroup});

	bytes[3] = 12;
	EXPECT_EQ(port_of(bytes).group, -1);
}
