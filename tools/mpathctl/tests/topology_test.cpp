// SPDX-License-Identifier: GPL-2.0
#include <nlohmann/json.hpp>

#include "fake_tree.hpp"
#include "json.hpp"
#include "text.hpp"

namespace mpathctl {

using Topology = FakeTree;

TEST_F(Topology, is_of_heads_and_their_paths_in_the_order_people_count)
{
	ASSERT_EQ(heads().size(), 1u);
	EXPECT_EQ(head().name, "sdmpatha");
	EXPECT_EQ(head().wwid, "naa.60014051234567890000000000000000");
	EXPECT_EQ(head().bytes, 67108864u);
	EXPECT_EQ(head().vendor, "LIO-ORG");
	EXPECT_EQ(head().failed_over, 7);
	ASSERT_EQ(head().paths.size(), 2u);
	EXPECT_EQ(head().paths[0].name, "2:0:0:0");
	EXPECT_EQ(head().paths[1].name, "10:0:0:0");
	EXPECT_EQ(head().paths[1].disk, "sdc");
	EXPECT_EQ(head().paths[1].errors, 3);
	EXPECT_EQ(head().paths[1].transport.name, "iscsi");
	EXPECT_EQ(head().paths[1].transport.address, "10.0.0.2:3260");
}

TEST_F(Topology, has_a_name_for_everything)
{
	const auto all = heads();

	for (const auto *name :
	     { "sdmpatha", "/dev/sdmpatha", "sdmpatha2", "/dev/sdmpatha15", "2:0:0:0", "sdc",
	       "/dev/sdc", "naa.60014051234567890000000000000000",
	       "360014051234567890000000000000000" })
		EXPECT_EQ(find_head(all, name), &all[0]) << name;
	for (const auto *name :
	     { "sdmpathb", "sdmpathaa", "sdmpatha2x", "", "sda", "2:0:0:1", "/dev/" })
		EXPECT_EQ(find_head(all, name), nullptr) << name;
}

TEST_F(Topology, leaves_out_a_path_that_goes_meanwhile)
{
	std::filesystem::remove_all(top / "sys/devices/platform/host2");
	ASSERT_EQ(head().paths.size(), 1u);
	EXPECT_EQ(head().paths[0].name, "10:0:0:0");
}

TEST_F(Topology, takes_what_cannot_be_read_for_what_is_not_there)
{
	EXPECT_FALSE(tree.raw("/sys/block").has_value()) << "a directory opens, and cannot be read";
	std::filesystem::remove(top / "sys/block/sdb/mpath_state");
	std::filesystem::create_directory(top / "sys/block/sdb/mpath_state");
	EXPECT_EQ(head().paths.at(0).state, "");
	EXPECT_EQ(heads().size(), 1u);
}

TEST_F(Topology, without_modules_is_empty)
{
	std::filesystem::remove_all(top / "sys");
	EXPECT_FALSE(modules_are_loaded(tree));
	EXPECT_TRUE(heads().empty());
}

TEST_F(Topology, reads_as_a_tree)
{
	set("sdc", "mpath_state", "dead");
	set("sdc", "mpath_state_reason", "probe: no");
	EXPECT_EQ(
		tree_of(head(), false),
		"sdmpatha (naa.60014051234567890000000000000000, 360014051234567890000000000000000) "
		"LIO-ORG,lun\n"
		"size=64M policy=round-robin mode=interpose rw\n"
		"|- 2:0:0:0  sdb   8:16    usable (added) iscsi 10.0.0.1:3260 inflight=1 errors=3\n"
		"`- 10:0:0:0 sdc   8:32    dead (probe: no) iscsi 10.0.0.2:3260 inflight=2 errors=3\n");
}

TEST_F(Topology, has_colours_only_where_they_are_wanted)
{
	EXPECT_EQ(tree_of(head(), false).find('\033'), std::string::npos);
	EXPECT_NE(tree_of(head(), true).find("\033["), std::string::npos);
}

TEST_F(Topology, shows_every_attribute)
{
	const std::string text = all_of(tree, head());

	for (const auto *words :
	     { "no_path_timeout_ms                30000\n", "multipath_failover_count          7\n",
	       "mpath_reads                       100\n" })
		EXPECT_NE(text.find(words), std::string::npos) << words;
}

// What exporters of multipathd's output look for.
TEST_F(Topology, has_the_keys_of_multipathd_in_json)
{
	set("sdc", "mpath_access_state", "active/non-optimized");
	set("sdc", "mpath_state", "dead");

	const auto json = nlohmann::json::parse(json_of(tree, heads()));
	const auto &map = json.at("maps").at(0);

	for (const auto *key :
	     { "name", "uuid", "sysfs", "failback", "queueing", "paths", "write_prot", "dm_st",
	       "features", "hwhandler", "action", "path_faults", "vend", "prod", "rev",
	       "switch_grp", "map_loads", "total_q_time", "q_timeouts" })
		EXPECT_TRUE(map.contains(key)) << key;
	ASSERT_EQ(map.at("path_groups").size(), 2u);
	for (const auto &group : map.at("path_groups"))
		for (const auto *key :
		     { "selector", "pri", "dm_st", "marginal_st", "group", "paths" })
			EXPECT_TRUE(group.contains(key)) << key;
	for (const auto *key : { "dev", "dev_t", "dm_st", "dev_st", "chk_st", "checker", "pri",
				 "host_wwnn", "target_wwnn", "host_wwpn", "target_wwpn",
				 "host_adapter", "lun_hex", "marginal_st" })
		EXPECT_TRUE(map["path_groups"][0]["paths"][0].contains(key)) << key;
	EXPECT_EQ(map["uuid"], "360014051234567890000000000000000");
	EXPECT_EQ(map["queueing"], "30 sec");
	EXPECT_EQ(map["path_groups"][0]["pri"], 50);
	EXPECT_EQ(map["path_groups"][0]["paths"][0]["mpath_reads"], 100);
	EXPECT_EQ(map["path_groups"][1]["paths"][0]["chk_st"], "faulty");
	EXPECT_EQ(map["path_groups"][1]["paths"][0]["dm_st"], "failed");
}

TEST_F(Topology, names_both_ends_of_a_path_as_multipathd_does)
{
	const auto path = [this] {
		return nlohmann::json::parse(json_of(tree, heads()))
			.at("maps")[0]["path_groups"][0]["paths"][0];
	};

	EXPECT_EQ(path().at("lun_hex"), "0x0000000000000000");
	EXPECT_EQ(path().at("target_wwnn"), "iqn.x:1");
	EXPECT_EQ(path().at("host_adapter"), "10.0.0.9");
	EXPECT_EQ(path().at("host_wwpn"), "[undef]");
	EXPECT_EQ(path().at("target_wwpn"), "[undef]");
}

TEST_F(Topology, knows_a_namespace_by_its_controller)
{
	one_nvme_path();
	EXPECT_EQ(head().product, "Linux");
	EXPECT_EQ(head().revision, "6.12");
	EXPECT_EQ(head().paths.at(0).name, "nvme0n1");
}

TEST_F(Topology, names_both_ends_of_fibre_channel)
{
	one_fc_path();

	const auto path = nlohmann::json::parse(json_of(tree, heads()))
				  .at("maps")[0]["path_groups"][0]["paths"][0];

	EXPECT_EQ(path.at("name"), "7:0:3:257");
	EXPECT_EQ(path.at("host_wwnn"), "0x20000000c9000001");
	EXPECT_EQ(path.at("host_wwpn"), "0x10000000c9000001");
	EXPECT_EQ(path.at("target_wwnn"), "0x5006016000000000");
	EXPECT_EQ(path.at("target_wwpn"), "0x5006016100000000");
	EXPECT_EQ(path.at("host_adapter"), "0000:05:00.0");
	EXPECT_EQ(path.at("lun_hex"), "0x0101000000000000");
}

TEST(SizeText, is_short)
{
	EXPECT_EQ(size_text(0), "0B");
	EXPECT_EQ(size_text(512), "512B");
	EXPECT_EQ(size_text(1536), "1.5K");
	EXPECT_EQ(size_text(67108864), "64M");
	EXPECT_EQ(size_text(10995116277760ull), "10T");
}

} // namespace mpathctl
