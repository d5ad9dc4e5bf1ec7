// SPDX-License-Identifier: GPL-2.0
#include <stdexcept>

#include "fake_tree.hpp"
#include "import_files.hpp"
#include "settings.hpp"

namespace mpathctl {

class ImportFiles : public FakeTree {
protected:
	// Return: modprobe is told something else.
	bool import(const std::string &conf) const
	{
		return write_files(tree,
				   translate(parse_multipath_conf("multipath.conf", conf), {}));
	}
};

TEST_F(ImportFiles, take_the_place_of_nothing_that_was_installed)
{
	// As tools/boot/install names it.
	make("usr/lib/modprobe.d/multipath-native.conf", "softdep sd_mod pre: scsi_multipath");
	import("defaults {\nno_path_retry 12\n}\n");
	ASSERT_EQ(tree.names("/etc/modprobe.d").size(), 1u);
	for (const std::string &name : tree.names("/etc/modprobe.d"))
		EXPECT_FALSE(tree.exists("/usr/lib/modprobe.d/" + name))
			<< "modprobe reads only the one in /etc";
}

TEST_F(ImportFiles, are_only_those_that_say_something)
{
	EXPECT_FALSE(import(""));
	EXPECT_FALSE(tree.exists("/etc")) << "what is there to write?";
	EXPECT_TRUE(import("defaults {\nno_path_retry 12\nreservation_key 0xabc\n}\n"));
	EXPECT_TRUE(tree.exists(kOptionsFile));
	EXPECT_TRUE(tree.exists(kAliasesFile));
	EXPECT_FALSE(tree.exists(kSettingsFile));
	EXPECT_TRUE(import(""));
	EXPECT_FALSE(tree.exists(kOptionsFile));
	EXPECT_FALSE(tree.exists(kAliasesFile));
}

TEST_F(ImportFiles, are_news_for_the_initramfs_if_modprobe_is_told_something_else)
{
	const std::string conf = "defaults {\nno_path_retry 12\n}\n";

	EXPECT_TRUE(import(conf));
	EXPECT_FALSE(import(conf));
	EXPECT_FALSE(import(conf + "overrides {\nno_path_retry fail\n}\n"));
	EXPECT_EQ(content("etc/multipath-native.conf"),
		  std::string("wwid=* no_path_timeout_ms=0") + kImported);
	EXPECT_TRUE(import("defaults {\nno_path_retry 24\n}\n"));
}

TEST_F(ImportFiles, have_what_the_last_import_says)
{
	const auto timeout_after = [this](const std::string &retries) {
		import("multipaths { multipath {\nwwid 360014051234567890000000000000000\n"
		       "no_path_retry " +
		       retries + "\n} }\n");
		return wanted(parse_settings(tree.raw(kSettingsFile).value()), head())
			.at("no_path_timeout_ms");
	};

	make("etc/multipath-native.conf", "# mine\nvendor=* iopolicy=numa");
	EXPECT_EQ(timeout_after("12"), "60000");
	EXPECT_EQ(timeout_after("24"), "120000");
	EXPECT_EQ(timeout_after("12"), "60000");
	EXPECT_EQ(parse_settings(tree.raw(kSettingsFile).value()).size(), 2u);
	import("");
	EXPECT_EQ(content("etc/multipath-native.conf"), "# mine\nvendor=* iopolicy=numa");
}

TEST_F(ImportFiles, of_somebody_else_are_left_alone)
{
	for (const std::string file : { kOptionsFile, kAliasesFile }) {
		make(file.substr(1), "# mine");
		EXPECT_THROW(import("defaults {\nno_path_retry 12\nreservation_key 0xabc\n}\n"
				    "overrides {\nno_path_retry fail\n}\n"),
			     std::runtime_error);
		EXPECT_EQ(content(file.substr(1)), "# mine");
		EXPECT_FALSE(tree.exists(kSettingsFile)) << "all or nothing";
		tree.remove(file);
	}
	make("etc/multipath-native.conf", "wwid=x policy=numa");
	EXPECT_THROW(import("defaults {\nno_path_retry 12\n}\n"), std::invalid_argument);
	EXPECT_FALSE(tree.exists(kOptionsFile));
}

} // namespace mpathctl
