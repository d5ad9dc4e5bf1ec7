// SPDX-License-Identifier: GPL-2.0
// Which namespaces take part, why the others do not, and which are one.
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "mpath_nvme.h"

namespace {

struct Answer {
	const char *reason; // nullptr: takes part
	bool silent;
};

constexpr char kUuid[] = "uuid.00112233-4455-4677-8899-aabbccddeeff";
constexpr char kMadeUp[] = "nvme.1b36-6d70617468-51454d55-00000001";
constexpr char kSubsystem[] = "nqn.2026-01.org.example:mpath";

// native, zoned, has_medium, transport, wwid, subsystem
constexpr mpath_nvme_traits kDisk = {false, false, true, "tcp", kUuid, kSubsystem};

Answer ask(const mpath_nvme_traits &traits, bool enabled = true, bool always = false)
{
	const mpath_nvme_choice choice{enabled, always};
	bool silent = false;
	const char *reason = mpath_nvme_membership(&traits, &choice, &silent);

	return {reason, silent};
}

mpath_nvme_traits with_wwid(const char *wwid, const char *subsystem = kSubsystem)
{
	mpath_nvme_traits traits = kDisk;

	traits.wwid = wwid;
	traits.subsystem = subsystem;
	return traits;
}

mpath_nvme_traits over(const char *transport)
{
	mpath_nvme_traits traits = kDisk;

	traits.transport = transport;
	return traits;
}

mpath_nvme_namespace a_namespace()
{
	mpath_nvme_namespace ns{};

	strcpy(ns.subsystem, kSubsystem);
	strcpy(ns.host, "12345678-9abc-4def-8123-456789abcdef");
	ns.nsid = 1;
	return ns;
}

const char *contradiction(const mpath_nvme_namespace &path)
{
	const mpath_nvme_namespace head = a_namespace();

	return mpath_nvme_contradiction(&head, &path);
}

} // namespace

TEST(NvmeMembership, takes_what_has_an_id_and_comes_over_a_network)
{
	for (const char *transport : {"tcp", "rdma", "fc", "loop", ""})
		EXPECT_EQ(ask(over(transport)).reason, nullptr) << transport;
	for (const char *wwid : {"eui.0011223344556677", "eui.00112233445566778899aabbccddee01"})
		EXPECT_EQ(ask(with_wwid(wwid)).reason, nullptr) << wwid;
}

TEST(NvmeMembership, leaves_everything_to_native_multipath)
{
	mpath_nvme_traits traits = kDisk;

	traits.native = true;
	EXPECT_STREQ(ask(traits, true, true).reason,
		     "native NVMe multipath is on (nvme_core.multipath)");
	EXPECT_TRUE(ask(traits).silent);
}

TEST(NvmeMembership, takes_local_namespaces_on_request_only)
{
	EXPECT_STREQ(ask(over("pcie")).reason, "a local (PCIe) namespace");
	EXPECT_TRUE(ask(over("pcie")).silent);
	EXPECT_EQ(ask(over("pcie"), true, true).reason, nullptr);
	EXPECT_EQ(ask(over("pcie"), false, true).reason, nullptr);
}

TEST(NvmeMembership, can_be_off)
{
	EXPECT_STREQ(ask(kDisk, false).reason, "multipath is off");
	EXPECT_TRUE(ask(kDisk, false).silent);
}

TEST(NvmeMembership, takes_no_zones)
{
	mpath_nvme_traits traits = kDisk;

	traits.zoned = true;
	EXPECT_STREQ(ask(traits).reason, "zoned");
}

TEST(NvmeMembership, without_an_id_needs_the_name_of_the_subsystem)
{
	EXPECT_EQ(ask(with_wwid(kMadeUp)).reason, nullptr);
	EXPECT_NE(ask(with_wwid(kMadeUp, "")).reason, nullptr);
	EXPECT_FALSE(ask(with_wwid(kMadeUp, "")).silent);
	EXPECT_EQ(ask(with_wwid(kUuid, "")).reason, nullptr);
	EXPECT_STREQ(ask(with_wwid("")).reason, "its identity cannot be read");
	EXPECT_FALSE(ask(with_wwid("")).silent);
}

TEST(NvmeMembership, takes_nothing_without_a_size)
{
	mpath_nvme_traits traits = kDisk;

	traits.has_medium = false;
	EXPECT_STREQ(ask(traits).reason, "capacity is 0");
	EXPECT_FALSE(ask(traits).silent);
}

TEST(NvmeName, is_the_id_or_the_subsystem_and_the_number_in_it)
{
	char name[MPATH_WWID_LEN];

	mpath_nvme_name(kUuid, kSubsystem, 7, name);
	EXPECT_STREQ(name, kUuid);
	mpath_nvme_name(kMadeUp, kSubsystem, 0xffffffff, name);
	EXPECT_EQ(name, std::string(kSubsystem) + ":4294967295");
	mpath_nvme_name(kMadeUp, kSubsystem, 10, name);
	EXPECT_EQ(name, std::string(kSubsystem) + ":10");
}

TEST(NvmeName, fits_with_the_longest_name_of_a_subsystem)
{
	const std::string longest(MPATH_NQN_LEN - 1, 'n');
	char name[MPATH_WWID_LEN];

	mpath_nvme_name(kMadeUp, longest.c_str(), 0xffffffff, name);
	EXPECT_EQ(name, longest + ":4294967295");
	mpath_nvme_name(std::string(300, 'x').c_str(), kSubsystem, 1, name);
	EXPECT_LT(strlen(name), sizeof(name));
}

TEST(NvmeNamespace, is_one_where_all_is_equal)
{
	EXPECT_EQ(contradiction(a_namespace()), nullptr);
}

TEST(NvmeNamespace, is_another_in_another_subsystem)
{
	mpath_nvme_namespace path = a_namespace();

	strcat(path.subsystem, "2");
	EXPECT_STREQ(contradiction(path), "it is of another subsystem");
	path.subsystem[0] = '\0';
	EXPECT_STREQ(contradiction(path), "it is of another subsystem");
}

TEST(NvmeNamespace, belongs_to_one_host)
{
	mpath_nvme_namespace path = a_namespace();

	path.host[0] = '8';
	EXPECT_STREQ(contradiction(path), "it is connected in the name of another host");
}

TEST(NvmeNamespace, has_one_number_one_format_and_one_command_set)
{
	mpath_nvme_namespace path = a_namespace();

	path.nsid = 2;
	EXPECT_STREQ(contradiction(path), "it has another namespace identifier");
	path = a_namespace();
	path.metadata_bytes = 8;
	EXPECT_STREQ(contradiction(path), "it has other metadata");
	path = a_namespace();
	path.command_set = 2;
	EXPECT_STREQ(contradiction(path), "it has another command set");
}
