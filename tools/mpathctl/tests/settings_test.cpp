// SPDX-License-Identifier: GPL-2.0
#include <system_error>

#include "events.hpp"
#include "fake_tree.hpp"
#include "rates.hpp"
#include "settings.hpp"

namespace mpathctl {

using Settings = FakeTree;

TEST_F(Settings, are_names_and_values)
{
	EXPECT_EQ(parse_setting("iopolicy=numa"), Setting("iopolicy", "numa"));
	for (const auto *text :
	     { "", "iopolicy", "iopolicy=", "=numa", "fail_now=1", "policy=numa" })
		EXPECT_THROW(parse_setting(text), std::invalid_argument) << text;
}

TEST_F(Settings, know_why_failback_is_none)
{
	try {
		parse_setting("failback=manual");
		FAIL() << "it was taken";
	} catch (const std::invalid_argument &refusal) {
		EXPECT_NE(std::string(refusal.what()).find("is immediate"), std::string::npos)
			<< refusal.what();
		EXPECT_NE(std::string(refusal.what()).find("mpathctl disable"), std::string::npos)
			<< refusal.what();
	}
}

TEST_F(Settings, go_to_the_head)
{
	apply(tree, head(), { "iopolicy", "numa" });
	EXPECT_EQ(tree.raw("/sys/class/scsi_mpath_device/0/iopolicy"), "numa\n")
		<< "the state of a SCSI device has to be a line";
	apply(tree, head(), { "no_path_timeout_ms", "10000" });
	EXPECT_EQ(content("sys/block/sdmpatha/no_path_timeout_ms"), "10000");
	EXPECT_THROW(apply(tree, head(), { "stall_timeout_ms", "1" }), std::system_error);
}

TEST_F(Settings, that_the_kernel_refuses_take_the_others_with_them)
{
	// The tree has no stall_timeout_ms.
	const std::string why = apply_all(tree, head(),
					  { { "iopolicy", "numa" },
					    { "no_path_timeout_ms", "1" },
					    { "no_path_timeout_ms", "2" },
					    { "stall_timeout_ms", "1" },
					    { "submit_mode", "clone" } });

	EXPECT_EQ(why, "sdmpatha: stall_timeout_ms '1': No such file or directory");
	EXPECT_EQ(current(tree, head(), "iopolicy"), "round-robin");
	EXPECT_EQ(current(tree, head(), "no_path_timeout_ms"), "30000");
	EXPECT_EQ(current(tree, head(), "submit_mode"), "interpose");
	EXPECT_EQ(apply_all(tree, head(), { { "iopolicy", "numa" }, { "submit_mode", "clone" } }),
		  "");
	EXPECT_EQ(current(tree, head(), "iopolicy"), "numa");
	EXPECT_EQ(current(tree, head(), "submit_mode"), "clone");
}

TEST_F(Settings, of_a_file_are_patterns_and_settings)
{
	const auto lines = parse_settings("# a comment\n\n"
					  "wwid=naa.* iopolicy=numa submit_mode=clone # and why\n"
					  "vendor=LIO*&product=lun stall_timeout_ms=0\n");

	ASSERT_EQ(lines.size(), 2u);
	EXPECT_EQ(lines[0].pattern, "wwid=naa.*");
	ASSERT_EQ(lines[0].settings.size(), 2u);
	EXPECT_EQ(lines[0].settings[1], Setting("submit_mode", "clone"));
	EXPECT_TRUE(fits(head(), lines[0].pattern));
	EXPECT_TRUE(fits(head(), lines[1].pattern));
	EXPECT_TRUE(fits(head(), "wwid=36001405*"));
	EXPECT_FALSE(fits(head(), "vendor=LIO*&product=disk"));
}

TEST_F(Settings, know_the_vendor_when_the_disk_has_just_appeared)
{
	std::filesystem::remove_all(top / kDiskLinks);
	EXPECT_TRUE(head().paths.empty());
	EXPECT_TRUE(fits(head(), "vendor=LIO*&product=lun"));
}

TEST_F(Settings, that_make_no_sense_are_named_with_their_line)
{
	for (const auto *text : { "\nwwid=x\n", "\nwwid iopolicy=numa\n",
				  "\nname=x iopolicy=numa\n", "\nwwid=x policy=numa\n" })
		try {
			parse_settings(text);
			FAIL() << text;
		} catch (const std::invalid_argument &error) {
			EXPECT_EQ(std::string(error.what()).substr(0, 7), "line 2:") << text;
		}
}

TEST_F(Settings, are_kept_in_the_line_of_their_head)
{
	const std::string mine = "wwid=" + head().wwid;

	EXPECT_EQ(with_setting("", head(), { "iopolicy", "numa" }), mine + " iopolicy=numa\n");
	EXPECT_EQ(with_setting("# all\nwwid=* submit_mode=clone\n" + mine +
				       " iopolicy=numa stall_timeout_ms=0\n",
			       head(), { "iopolicy", "round-robin" }),
		  "# all\nwwid=* submit_mode=clone\n" + mine +
			  " stall_timeout_ms=0 iopolicy=round-robin\n");
}

TEST_F(Settings, that_are_kept_are_not_overruled_by_what_stands_below)
{
	const std::string mine = "wwid=" + head().wwid;
	const Setting setting("iopolicy", "round-robin");
	const std::string all = "vendor=LIO* iopolicy=numa submit_mode=clone # all\n";
	const std::string kept =
		with_setting(mine + " iopolicy=numa # mine\n" + all, head(), setting);

	EXPECT_EQ(kept, all + mine + " iopolicy=round-robin\n");
	EXPECT_EQ(wanted(parse_settings(kept), head())["iopolicy"], "round-robin");
	EXPECT_EQ(with_setting(mine + " iopolicy=numa stall_timeout_ms=0\n" + all, head(), setting),
		  mine + " stall_timeout_ms=0\n" + all + mine + " iopolicy=round-robin\n");
	EXPECT_EQ(with_setting(kept, head(), { "submit_mode", "interpose" }),
		  all + mine + " iopolicy=round-robin submit_mode=interpose\n");
	EXPECT_EQ(with_setting(mine + " stall_timeout_ms=0\n" + all, head(),
			       { "parked_limit_kib", "0" }),
		  mine + " stall_timeout_ms=0 parked_limit_kib=0\n" + all)
		<< "nobody says otherwise";
}

TEST_F(Settings, that_are_kept_are_in_no_line_that_the_next_import_replaces)
{
	const std::string mine = "wwid=" + head().wwid;
	const std::string imported = mine + " iopolicy=numa" + kImported + "\n";

	EXPECT_EQ(with_setting(imported, head(), { "iopolicy", "round-robin" }),
		  imported + mine + " iopolicy=round-robin\n");
}

TEST_F(Settings, of_an_import_stand_where_those_of_the_one_before_stood)
{
	const std::string imported = kImported;

	EXPECT_EQ(with_imported("# mine", { "wwid=a iopolicy=numa" }),
		  "# mine\nwwid=a iopolicy=numa" + imported + "\n");
	EXPECT_EQ(with_imported("# mine\nwwid=a iopolicy=numa" + imported +
					"\nwwid=b iopolicy=numa" + imported + "\n# below\n",
				{ "wwid=c iopolicy=numa" }),
		  "# mine\nwwid=c iopolicy=numa" + imported + "\n# below\n");
	EXPECT_EQ(with_imported("wwid=a iopolicy=numa" + imported + "\n", {}), "");
	EXPECT_EQ(parse_settings(with_imported("", { "wwid=a iopolicy=numa" })).at(0).settings,
		  std::vector<Setting>{ Setting("iopolicy", "numa") });
}

TEST_F(Settings, rates_are_of_what_came_between_two_looks)
{
	Loads before = look(tree, heads());

	set("sdb", "mpath_reads", "400");
	set("sdc", "mpath_reads", "200");
	set("sdb", "mpath_read_sectors", "6144");

	const Loads now = look(tree, heads());

	EXPECT_GT(now.when, before.when);
	before.when = now.when - std::chrono::seconds(2);

	const std::string text = rates(heads(), before, now, false);

	EXPECT_NE(text.find("sdmpatha                       200       1.0"), std::string::npos)
		<< text;
	EXPECT_NE(
		text.find("  2:0:0:0 sdb                  150       1.0        0        0     75%"),
		std::string::npos)
		<< text;
}

TEST(Sequence, tells_of_events_that_did_not_come)
{
	Sequence sequence;

	EXPECT_EQ(sequence.lost_before({ .head = "sdmpatha", .number = 5 }), 0u);
	EXPECT_EQ(sequence.lost_before({ .head = "sdmpatha", .number = 6 }), 0u);
	EXPECT_EQ(sequence.lost_before({ .head = "sdmpathb", .number = 1 }), 0u);
	EXPECT_EQ(sequence.lost_before({ .head = "sdmpatha", .number = 9 }), 2u);
	// A head of the same name that is new counts from the start.
	EXPECT_EQ(sequence.lost_before({ .head = "sdmpatha", .number = 1 }), 0u);
}

} // namespace mpathctl
