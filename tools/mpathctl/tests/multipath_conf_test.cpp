// SPDX-License-Identifier: GPL-2.0
#include <stdexcept>

#include <gtest/gtest.h>

#include "multipath_conf.hpp"

namespace mpathctl {

namespace {

std::vector<ConfEntry> parse(const std::string &text)
{
	return parse_multipath_conf("/etc/multipath.conf", text);
}

std::string complaint(const std::string &text)
{
	try {
		parse(text);
	} catch (const std::runtime_error &error) {
		return error.what();
	}
	return "none";
}

} // namespace

TEST(MultipathConf, has_sections_names_and_values)
{
	const auto conf = parse("# all\n"
				"defaults {\n"
				"\tpath_selector \"round-robin 0\" # in turn\n"
				"\tno_path_retry 12\n"
				"}\n"
				"\n"
				"devices {\n"
				"\tdevice {\n"
				"\t\tvendor \"HPE\"\n"
				"\t}\n"
				"}\n");

	ASSERT_EQ(conf.size(), 2u);
	EXPECT_TRUE(conf[0].is_section);
	EXPECT_EQ(conf[0].name, "defaults");
	ASSERT_EQ(conf[0].entries.size(), 2u);
	EXPECT_EQ(conf[0].entries[0].name, "path_selector");
	EXPECT_EQ(conf[0].entries[0].value, "round-robin 0");
	EXPECT_EQ(conf[0].entries[0].where, "multipath.conf:3");
	EXPECT_EQ(conf[0].entries[1].value, "12");
	ASSERT_EQ(conf[1].entries.size(), 1u);
	EXPECT_EQ(conf[1].entries[0].entries[0].value, "HPE");
}

TEST(MultipathConf, is_read_with_braces_anywhere)
{
	for (const auto *text :
	     { "defaults{\nverbosity 2\n}\n", "defaults\n{\nverbosity 2\n}",
	       "defaults { verbosity 2 }", "defaults {\r\n\tverbosity 2\r\n}\r\n" }) {
		const auto conf = parse(text);

		ASSERT_EQ(conf.size(), 1u) << text;
		ASSERT_EQ(conf[0].entries.size(), 1u) << text;
		EXPECT_EQ(conf[0].entries[0].value, "2") << text;
	}
}

TEST(MultipathConf, has_comments_of_two_kinds_but_not_in_quotes)
{
	const auto conf = parse("! none\nblacklist { # here\n"
				"\twwid \"!^3600#1\" ! and here\n}");

	ASSERT_EQ(conf.size(), 1u);
	ASSERT_EQ(conf[0].entries.size(), 1u);
	EXPECT_EQ(conf[0].entries[0].value, "!^3600#1");
}

TEST(MultipathConf, has_quotes_in_quotes)
{
	const auto conf = parse("device { product \"A \"\"B\"\" {C}\" vendor \"\" }");

	ASSERT_EQ(conf[0].entries.size(), 1u) << "the rest of the line";
	EXPECT_EQ(conf[0].entries[0].value, "A \"B\" {C}");
	EXPECT_TRUE(conf[0].entries[0].has_more);
}

TEST(MultipathConf, may_be_empty)
{
	for (const auto *text : { "", "\n\n", "# nothing", "defaults {\n}\n" })
		EXPECT_EQ(complaint(text), "none") << text;
	EXPECT_TRUE(parse("").empty());
}

TEST(MultipathConf, that_makes_no_sense_is_named_with_its_line)
{
	EXPECT_EQ(complaint("defaults {\n"), "/etc/multipath.conf:1: '{' is never closed");
	EXPECT_EQ(complaint("\n}\n"), "/etc/multipath.conf:2: '}' closes nothing");
	EXPECT_EQ(complaint("defaults {\n}\n}\n"), "/etc/multipath.conf:3: '}' closes nothing");
	EXPECT_EQ(complaint("\n{\n}\n"), "/etc/multipath.conf:2: '{' of a section without a name");
	EXPECT_EQ(complaint("defaults {\n\tverbosity\n}\n"),
		  "/etc/multipath.conf:2: 'verbosity' has no value");
	EXPECT_EQ(complaint("defaults {\n\talias \"x\n}\n"),
		  "/etc/multipath.conf:2: a quote that does not end in its line");
	EXPECT_EQ(complaint("defaults"), "/etc/multipath.conf:1: 'defaults' has no value");
}

TEST(MultipathConf, cannot_exhaust_the_stack)
{
	std::string deep;

	for (int i = 0; i < 100000; i++)
		deep += "a {\n";
	EXPECT_EQ(complaint(deep), "/etc/multipath.conf:9: too many sections in each other");
}

} // namespace mpathctl
