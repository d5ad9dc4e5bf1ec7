// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include "conf_rules.hpp"
#include "import.hpp"
#include "settings.hpp"

namespace mpathctl {

namespace {

constexpr const char *kLun = "360014051234567890000000000000000";
constexpr const char *kOther = "360014059999999990000000000000000";

Import from(const std::string &text, const std::vector<Binding> &bindings = {})
{
	return translate(parse_multipath_conf("multipath.conf", text), bindings);
}

std::string options(const std::string &text)
{
	return from(text).options;
}

bool remarks(const Import &found, const std::string &words)
{
	for (const std::string &remark : found.remarks)
		if (remark.find(words) != std::string::npos)
			return true;
	return false;
}

std::string options_with(const std::string &words)
{
	return std::string(kMadeByImport) + "\noptions scsi_multipath " + words + "\n";
}

} // namespace

TEST(Pattern, says_what_a_regular_expression_does)
{
	EXPECT_EQ(pattern_of("^HPE$"), "HPE");
	EXPECT_EQ(pattern_of("HPE"), "*HPE*");
	EXPECT_EQ(pattern_of("^MSA.*"), "MSA*");
	EXPECT_EQ(pattern_of(".*"), "*");
	EXPECT_EQ(pattern_of("*"), "*");
	EXPECT_EQ(pattern_of(""), "*");
	EXPECT_EQ(pattern_of("^MSA.0"), "MSA?0*");
	EXPECT_EQ(pattern_of("^A.+$"), "A?*");
	EXPECT_EQ(pattern_of("^DS4300\\.1$"), "DS4300.1");
	EXPECT_EQ(pattern_of("^Universal Xport$"), "Universal?Xport");
	EXPECT_EQ(pattern_of("^a,b&c=d\\*$"), "a?b?c?d?");
}

TEST(Pattern, does_not_guess)
{
	for (const auto *regex : { "(A|B)", "A|B", "[ab]", "A+", "A*", "A?", "A{2}", ".?", "a^b",
				   "a$b", "\\d", "\\", "A\\.+", "(" })
		EXPECT_FALSE(pattern_of(regex)) << regex;
}

TEST(ImportRules, are_those_of_the_blacklist)
{
	EXPECT_EQ(
		options("blacklist {\n"
			"\twwid 360014051234567890000000000000000\n"
			"\twwid \"^3600a0b80.*\"\n"
			"\tdevice {\n\t\tvendor \"^LSI$\"\n\t\tproduct \"^Universal Xport$\"\n\t}\n"
			"\tprotocol \"scsi:(ata|usb)\"\n"
			"}\n"),
		options_with("deny=wwid=360014051234567890000000000000000,wwid=3600a0b80*,"
			     "vendor=LSI&product=Universal?Xport,transport=ata,transport=usb"));
}

TEST(ImportRules, lift_what_is_excepted)
{
	EXPECT_EQ(options("blacklist {\n\twwid \".*\"\n}\n"
			  "blacklist_exceptions {\n\twwid 360014051234567890000000000000000\n}\n"),
		  options_with("deny=wwid=*&wwid!=360014051234567890000000000000000 "
			       "allow=wwid=360014051234567890000000000000000"));
	// Exceptions of one kind say nothing of another.
	EXPECT_EQ(options("blacklist {\n\tprotocol \"scsi:sas\"\n}\n"
			  "blacklist_exceptions {\n\twwid 360014051234567890000000000000000\n}\n"),
		  options_with("deny=transport=sas "
			       "allow=wwid=360014051234567890000000000000000"));
}

TEST(ImportRules, of_devices_are_lifted_part_by_part)
{
	EXPECT_EQ(options("blacklist { device {\nvendor .*\n} }\n"
			  "blacklist_exceptions { device {\nvendor ^A$\nproduct ^B$\n} }\n"),
		  options_with("deny=vendor=*&vendor!=A,vendor=*&product!=B "
			       "allow=vendor=A&product=B"));
}

TEST(ImportRules, that_are_excepted_as_a_whole_are_gone)
{
	const Rule rule = { { "wwid", "a" } }, other = { { "wwid", "b" } };

	EXPECT_TRUE(without(rule, rule).empty());
	EXPECT_EQ(without(rule, other), std::vector<Rule>{ rule });
}

TEST(ImportRules, turn_round_what_is_inverted)
{
	EXPECT_EQ(
		options("blacklist {\n\twwid \"!^3600\"\n\tprotocol \"!scsi:(fcp|iscsi|s.*|u.*|ata)\"\n}\n"),
		options_with("deny=wwid!=3600*"));
}

TEST(ImportRules, that_no_disk_can_fit_are_left_out)
{
	const Import found = from("blacklist { device {\nvendor ^TooLongAVendor$\n} }");

	EXPECT_EQ(found.options, "");
	EXPECT_TRUE(remarks(found, "multipath.conf:1: device { }: no disk can be like that"));
}

TEST(ImportRules, that_are_too_many_are_named)
{
	std::string conf = "blacklist {\n";

	for (int i = 0; i < 100; i++)
		conf += "wwid 36001405123456789000000000000" + std::to_string(1000 + i) + "\n";

	const Import found = from(conf + "}\n");

	EXPECT_LT(found.options.size(), 1100u);
	EXPECT_TRUE(remarks(found, "no room for more rules"));
}

TEST(ImportRules, are_not_made_of_names)
{
	const Import found =
		from("blacklist {\n\tdevnode \"^sd[a-c]\"\n\tproperty \"ID_X\"\n}\n"
		     "blacklist_exceptions {\n\tproperty \"(SCSI_IDENT_|ID_WWN)\"\n}\n");

	EXPECT_EQ(found.options, "");
	EXPECT_TRUE(remarks(found, "multipath.conf:2: devnode ^sd[a-c]: disks are chosen before"));
	EXPECT_TRUE(remarks(found, "multipath.conf:3: property ID_X"));
	EXPECT_TRUE(remarks(found, "multipath.conf:6: property"));
}

TEST(ImportRules, are_added_once)
{
	EXPECT_EQ(with_rule("", "wwid=a"), "wwid=a");
	EXPECT_EQ(with_rule("vendor=B", "wwid=a"), "vendor=B,wwid=a");
	EXPECT_EQ(with_rule("wwid=a,vendor=B", "wwid=a"), "wwid=a,vendor=B");
	EXPECT_EQ(with_rule("wwid=ab", "wwid=a"), "wwid=ab,wwid=a");
}

TEST(ImportSettings, of_all_are_options_of_the_module)
{
	EXPECT_EQ(
		options("defaults {\n\tpath_selector \"queue-length 0\"\n\tno_path_retry 12\n}\n"),
		options_with("iopolicy=queue-depth no_path_timeout_ms=60000"));
	EXPECT_EQ(options("defaults {\n\tpolling_interval 10\n\tno_path_retry 12\n}\n"),
		  options_with("no_path_timeout_ms=120000"));
}

TEST(ImportSettings, know_three_ways_to_have_no_path)
{
	const auto retry = [](const std::string &value) {
		return from("defaults {\nno_path_retry " + value + "\n}\n");
	};

	EXPECT_EQ(retry("fail").options, options_with("no_path_timeout_ms=0"));
	EXPECT_EQ(retry("0").options, options_with("no_path_timeout_ms=0"));
	EXPECT_EQ(retry("queue").options, options_with("no_path_timeout_ms=-1"));
	EXPECT_EQ(retry("30").options, options_with("no_path_timeout_ms=150000"));
	// What the kernel takes, and what no number holds.
	EXPECT_EQ(retry("999999").options, options_with("no_path_timeout_ms=86400000"));
	EXPECT_TRUE(remarks(retry("999999"), "a day is the longest time"));
	for (const auto *value : { "-3", "often", "12x", "99999999999999999999" }) {
		EXPECT_EQ(retry(value).options, "") << value;
		EXPECT_TRUE(remarks(retry(value), "neither fail nor queue")) << value;
	}
}

TEST(ImportSettings, know_the_old_word_for_waiting_for_ever)
{
	EXPECT_EQ(options("defaults { features \"1 queue_if_no_path\" }"),
		  options_with("no_path_timeout_ms=-1"));
	EXPECT_EQ(options("defaults {\nfeatures \"1 queue_if_no_path\"\nno_path_retry fail\n}"),
		  options_with("no_path_timeout_ms=0"));

	const Import found =
		from("defaults { features \"3 queue_if_no_path pg_init_retries 50\" }");

	EXPECT_TRUE(remarks(found, "only queue_if_no_path"));
}

TEST(ImportSettings, have_one_path_at_a_time_where_it_was_so)
{
	EXPECT_EQ(options("defaults {\npath_grouping_policy failover\n"
			  "path_selector \"round-robin 0\"\n}\n"),
		  options_with("iopolicy=numa"));
	EXPECT_EQ(options("defaults {\npath_grouping_policy group_by_prio\n}\n"),
		  options_with("iopolicy=service-time"));

	const Import found = from("defaults { path_selector \"io-affinity 0\" }");

	EXPECT_EQ(found.options, "");
	EXPECT_TRUE(remarks(found, "no such policy here"));
}

TEST(ImportSettings, of_devices_overrides_and_luns_are_lines_the_last_of_which_wins)
{
	const Import found =
		from("multipaths { multipath {\n"
		     "wwid 360014051234567890000000000000000\nno_path_retry fail\n} }\n"
		     "overrides { no_path_retry queue }\n"
		     "devices { device {\nvendor \"^HPE$\"\nproduct \"^MSA .*\"\n"
		     "no_path_retry 18\npath_selector \"service-time 0\"\n} }\n");

	ASSERT_EQ(found.settings.size(), 3u);
	EXPECT_EQ(found.settings[0],
		  "vendor=HPE&product=MSA?* iopolicy=service-time no_path_timeout_ms=90000");
	EXPECT_EQ(found.settings[1], "wwid=* no_path_timeout_ms=-1");
	EXPECT_EQ(found.settings[2], "wwid=360014051234567890000000000000000 no_path_timeout_ms=0");
	for (const std::string &line : found.settings)
		EXPECT_EQ(parse_settings(line).size(), 1u) << line;
	EXPECT_EQ(found.options, options_with("allow=wwid=360014051234567890000000000000000"));
}

TEST(ImportSettings, take_the_selector_of_the_defaults_for_a_device)
{
	const Import found =
		from("defaults { path_selector \"round-robin 0\" }\n"
		     "devices {\ndevice {\nvendor ^A$\npath_grouping_policy multibus\n}\n"
		     "device {\nvendor ^B$\npath_grouping_policy failover\n}\n}\n");

	ASSERT_EQ(found.settings.size(), 2u);
	EXPECT_EQ(found.settings[0], "vendor=A iopolicy=round-robin");
	EXPECT_EQ(found.settings[1], "vendor=B iopolicy=numa");
}

TEST(ImportSettings, keep_off_what_a_vendor_makes_besides)
{
	EXPECT_EQ(
		options("devices { device {\nvendor ^IBM$\nproduct_blacklist \"^Universal Xport\"\n} }"),
		options_with("deny=vendor=IBM&product=Universal?Xport*"));
}

TEST(ImportSettings, that_have_no_meaning_are_listed_with_why)
{
	const Import found =
		from("defaults {\n\tfailback manual\n\tprio alua\n\tdev_loss_tmo 60\n"
		     "\tnobody_knows yes\n\tverbosity 2 3\n}\nnonsense {\n}\n"
		     "overrides { protocol {\ntype scsi:fcp\nfast_io_fail_tmo 5\n} }\n");

	EXPECT_TRUE(remarks(found, "multipath.conf:2: failback manual: it is immediate"));
	EXPECT_TRUE(remarks(found, "multipath.conf:3: prio alua: what the target says"));
	EXPECT_TRUE(remarks(found, "multipath.conf:4: dev_loss_tmo 60: the transport's own"));
	EXPECT_TRUE(remarks(found, "multipath.conf:5: nobody_knows yes: not known here"));
	EXPECT_TRUE(remarks(found, "multipath.conf:6: verbosity 2: what follows"));
	EXPECT_TRUE(remarks(found, "multipath.conf:6: verbosity 2: there is no daemon"));
	EXPECT_TRUE(remarks(found, "multipath.conf:8: nonsense { }: no section"));
	EXPECT_TRUE(remarks(found, "multipath.conf:10: protocol { }: transports are not set here"));
	EXPECT_EQ(found.options, "");
	EXPECT_TRUE(found.settings.empty());
	EXPECT_EQ(found.aliases, "");
}

TEST(ImportSettings, have_nothing_to_say_of_a_failback_that_is_immediate)
{
	EXPECT_TRUE(from("defaults {\n\tfailback immediate\n}\n").remarks.empty());
	for (const std::string other : { "manual", "followover", "15" })
		EXPECT_TRUE(
			remarks(from("devices { device {\nvendor HPE\nfailback " + other + "\n} }"),
				"failback " + other + ": it is immediate"));
}

TEST(ImportNames, are_links)
{
	const Import found =
		from("multipaths { multipath {\nwwid 360014051234567890000000000000000\n"
		     "alias data\n} }\n");

	EXPECT_EQ(found.aliases,
		  std::string(kMadeByImport) +
			  "\nSUBSYSTEM!=\"block\", GOTO=\"multipath_native_end\"\n"
			  "ACTION==\"remove\", GOTO=\"multipath_native_end\"\n"
			  "KERNEL!=\"sdmpath*\", GOTO=\"multipath_native_end\"\n"
			  "ENV{ID_SERIAL}==\"360014051234567890000000000000000\", "
			  "ENV{DEVTYPE}==\"disk\", SYMLINK+=\"mapper/data\"\n"
			  "ENV{ID_SERIAL}==\"360014051234567890000000000000000\", "
			  "ENV{DEVTYPE}==\"partition\", SYMLINK+=\"mapper/data-part%n\"\n"
			  "LABEL=\"multipath_native_end\"\n");
}

TEST(ImportNames, that_multipath_tools_gave_count_where_they_were_wanted)
{
	const std::vector<Binding> bindings =
		parse_bindings("# comment\nmpatha 360014051234567890000000000000000\n"
			       "mpathb 360014059999999990000000000000000\nbroken\n");

	ASSERT_EQ(bindings.size(), 2u);
	EXPECT_EQ(bindings[1], Binding("mpathb", kOther));
	EXPECT_EQ(from("defaults { find_multipaths yes }", bindings).aliases, "");

	const Import found =
		from("defaults { user_friendly_names yes }\n"
		     "multipaths { multipath {\nwwid 360014051234567890000000000000000\n"
		     "alias data\n} }\n",
		     bindings);

	EXPECT_NE(found.aliases.find("mapper/data\""), std::string::npos);
	EXPECT_EQ(found.aliases.find("mapper/mpatha\""), std::string::npos) << "it has a name";
	EXPECT_NE(found.aliases.find("mapper/mpathb\""), std::string::npos);
}

TEST(ImportNames, do_not_get_out_of_their_rule)
{
	for (const auto *alias : { "../sda", "a b", "a\"\"b", "", ".", "$env", "a*" }) {
		const Import found = from("multipaths { multipath {\nwwid " + std::string(kLun) +
					  "\nalias \"" + alias + "\"\n} }\n");

		EXPECT_EQ(found.aliases, "") << alias;
		EXPECT_TRUE(remarks(found, "not a name that a link can have")) << alias;
	}

	const Import found = from("multipaths { multipath {\nwwid \"3600*\"\nalias data\n"
				  "reservation_key 0x1\n} }\n");

	EXPECT_EQ(found.aliases, "");
}

TEST(ImportKeys, are_adopted_where_the_lun_lists_them)
{
	const Import found =
		from("defaults { reservation_key 0xabc }\n"
		     "multipaths { multipath {\nwwid 360014051234567890000000000000000\n"
		     "reservation_key 123abc:aptpl\n} }\n");

	EXPECT_NE(found.aliases.find("ENV{ID_SERIAL}==\"360014051234567890000000000000000\", "
				     "ATTR{reservation_key}=\"0x123abc\"\n"),
		  std::string::npos)
		<< found.aliases;
	EXPECT_NE(found.aliases.find("ENV{ID_SERIAL}==\"?*\", ATTR{reservation_key}=\"0xabc\"\n"),
		  std::string::npos);
	for (const auto *key : { "file", "0x", "12345678901234567", "key" }) {
		const Import none = from("defaults { reservation_key " + std::string(key) + " }");

		EXPECT_EQ(none.aliases, "") << key;
		EXPECT_EQ(none.remarks.size(), 1u) << key;
	}
}

TEST(ImportText, has_the_name_of_each_file)
{
	const std::string text = text_of(from("defaults {\nno_path_retry queue\nprio alua\n}\n"
					      "overrides { no_path_retry fail }\n"));

	EXPECT_EQ(text,
		  "== /etc/modprobe.d/multipath-native-import.conf\n" +
			  options_with("no_path_timeout_ms=-1") +
			  "== /etc/multipath-native.conf\n"
			  "wwid=* no_path_timeout_ms=0\n"
			  "== without a counterpart\n"
			  "multipath.conf:3: prio alua: what the target says by ALUA decides\n");
	EXPECT_EQ(text_of(from("")), "");
}

} // namespace mpathctl
