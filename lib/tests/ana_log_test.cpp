// SPDX-License-Identifier: GPL-2.0
// What tools/ana believes of a log page and of a line of the kernel's tracing.
#include "ana/ana_log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes &to, std::uint64_t value, int len)
{
	for (int i = 0; i < len; i++, value >>= 8)
		to.push_back(static_cast<std::uint8_t>(value));
}

Bytes header(std::uint64_t changes, unsigned groups)
{
	Bytes log;

	put(log, changes, 8);
	put(log, groups, 2);
	log.resize(ana::kHeaderLen);
	return log;
}

void group(Bytes &log, std::uint32_t id, std::uint8_t state, const std::vector<std::uint32_t> &ids)
{
	put(log, id, 4);
	put(log, ids.size(), 4);
	put(log, 7, 8); // its own change count
	log.push_back(state);
	log.resize(log.size() + 15);
	for (const auto nsid : ids)
		put(log, nsid, 4);
}

std::string state(const ana::Log &log, std::uint32_t nsid)
{
	return std::string(ana::state_of(log, nsid).value_or("unknown"));
}

TEST(AnaLog, EachNamespaceHasTheStateOfItsGroup)
{
	Bytes log = header(0x1122334455667788, 5);

	group(log, 1, 0x01, {1, 0x01020304});
	group(log, 2, 0x02, {});
	group(log, 3, 0x03, {2});
	group(log, 4, 0x04, {3});
	group(log, 128, 0x0f, {4});
	EXPECT_EQ(ana::changes(log), 0x1122334455667788);

	const auto parsed = ana::parse(log);

	ASSERT_TRUE(parsed);
	EXPECT_EQ(parsed->changes, 0x1122334455667788);
	ASSERT_EQ(parsed->groups.size(), 5u);
	EXPECT_EQ(parsed->groups[4].id, 128u);
	EXPECT_EQ(state(*parsed, 1), "optimized");
	EXPECT_EQ(state(*parsed, 0x01020304), "optimized");
	EXPECT_EQ(state(*parsed, 2), "inaccessible");
	EXPECT_EQ(state(*parsed, 3), "persistent-loss");
	EXPECT_EQ(state(*parsed, 4), "change");
	EXPECT_EQ(state(*parsed, 5), "unknown");
}

TEST(AnaLog, NonOptimizedIsTwo)
{
	Bytes log = header(1, 1);

	group(log, 1, 0x02, {9});
	EXPECT_EQ(state(*ana::parse(log), 9), "non-optimized");
}

TEST(AnaLog, WhatLiesBehindTheLastGroupIsNotRead)
{
	Bytes log = header(1, 1);

	group(log, 1, 0x01, {1});
	group(log, 2, 0x03, {2});

	const auto parsed = ana::parse(log);

	ASSERT_TRUE(parsed);
	EXPECT_EQ(parsed->groups.size(), 1u);
	EXPECT_EQ(state(*parsed, 2), "unknown");
}

TEST(AnaLog, ALogThatIsCutTellsNothing)
{
	Bytes log = header(1, 2);

	group(log, 1, 0x01, {1, 2});
	group(log, 2, 0x02, {3});
	ASSERT_TRUE(ana::parse(log));
	for (std::size_t len = 0; len < log.size(); len++)
		EXPECT_FALSE(ana::parse(Bytes(log.begin(), log.begin() + static_cast<long>(len))))
			<< len;
}

TEST(AnaLog, AGroupWithMoreNamespacesThanThereIsRoomTellsNothing)
{
	Bytes log = header(1, 1);

	group(log, 1, 0x01, {1});
	for (const std::uint8_t byte : {0x40, 0x80, 0xff}) {
		log[ana::kHeaderLen + 7] = byte; // times 4 it is a small number again
		EXPECT_FALSE(ana::parse(log));
	}
}

TEST(AnaLog, ReservedStatesAndBitsAreNoStates)
{
	for (const std::uint8_t reserved : {0x0, 0x5, 0xe, 0x10}) {
		Bytes log = header(1, 1);

		group(log, 1, reserved, {1});
		EXPECT_EQ(state(*ana::parse(log), 1), "unknown");
	}
	Bytes log = header(1, 1);

	group(log, 1, 0xf1, {1});
	EXPECT_EQ(state(*ana::parse(log), 1), "optimized");
}

TEST(AnaLog, ANamespaceInTwoGroupsHasAStateIfTheyAgree)
{
	Bytes log = header(1, 3);

	group(log, 1, 0x01, {1, 2});
	group(log, 2, 0x02, {2});
	group(log, 3, 0x01, {1});

	const auto parsed = ana::parse(log);

	EXPECT_EQ(state(*parsed, 1), "optimized");
	EXPECT_EQ(state(*parsed, 2), "unknown");
}

std::string changed(const std::string &line)
{
	return std::string(ana::changed_controller(line).value_or("none"));
}

TEST(AnaEvent, NamesTheController)
{
	const std::string front =
		"   kworker/u4:1-123     [000] .....   12.345678: nvme_async_event: ";

	EXPECT_EQ(changed(front + "nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]"), "nvme0");
	EXPECT_EQ(changed(front + "nvme127: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]"), "nvme127");
}

TEST(AnaEvent, OtherLinesNameNone)
{
	const std::string front =
		"   kworker/u4:1-123     [000] .....   12.345678: nvme_async_event: ";

	// Namespaces have changed; discovery; a log page that is another one.
	EXPECT_EQ(changed(front + "nvme0: NVME_AEN=0x040002 [NVME_AER_NOTICE]"), "none");
	EXPECT_EQ(changed(front + "nvme0: NVME_AEN=0x70f002 [NVME_AER_NOTICE]"), "none");
	EXPECT_EQ(changed(front + "nvme0: NVME_AEN=0x010302 [NVME_AER_NOTICE]"), "none");
	EXPECT_EQ(changed(front + "nvme: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]"), "none");
	EXPECT_EQ(changed(front + "nvme0/../x: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]"), "none");
	EXPECT_EQ(changed("CPU:1 [LOST 12 EVENTS]"), "none");
	EXPECT_EQ(changed("nvme0: NVME_AEN=0x0c0302 "), "none");
	EXPECT_EQ(changed(""), "none");
}

} // namespace
