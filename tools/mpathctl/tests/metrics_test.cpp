// SPDX-License-Identifier: GPL-2.0
#include <regex>
#include <set>
#include <sstream>

#include "fake_tree.hpp"
#include "metrics.hpp"

namespace mpathctl {

class Metrics : public FakeTree {
protected:
	bool has(const std::string &line) const
	{
		return ("\n" + metrics_of(tree, heads())).find("\n" + line + "\n") !=
		       std::string::npos;
	}
};

TEST_F(Metrics, are_of_heads_and_paths)
{
	set("sdc", "mpath_state", "dead");
	for (const auto *line : {
		     "mpath_head_size_bytes{head=\"sdmpatha\"} 67108864",
		     "mpath_head_paths{head=\"sdmpatha\"} 2",
		     "mpath_head_usable_paths{head=\"sdmpatha\"} 1",
		     "mpath_head_failovers_total{head=\"sdmpatha\"} 7",
		     "mpath_path_carries_io{head=\"sdmpatha\",path=\"2:0:0:0\"} 1",
		     "mpath_path_carries_io{head=\"sdmpatha\",path=\"10:0:0:0\"} 0",
		     "mpath_path_read_bytes_total{head=\"sdmpatha\",path=\"2:0:0:0\"} 1048576",
		     "mpath_path_errors_total{head=\"sdmpatha\",path=\"2:0:0:0\",kind=\"transport\"} 2",
		     "mpath_path_info{head=\"sdmpatha\",path=\"10:0:0:0\",disk=\"sdc\",state=\"dead\","
		     "transport=\"iscsi\",address=\"10.0.0.2:3260\"} 1",
	     })
		EXPECT_TRUE(has(line)) << line;
}

// What the collector wants of the text: metrics that are told of first, once, and stand together.
TEST_F(Metrics, are_in_the_text_format)
{
	static const std::regex sample(
		"([a-z_]+)\\{([a-z]+=\"[^\"]*\")(,[a-z]+=\"[^\"]*\")*\\} [0-9]+");
	std::istringstream in(metrics_of(tree, heads()));
	std::set<std::string> samples, told;
	std::string name, kind;

	for (std::string line; std::getline(in, line);) {
		std::istringstream words(line);
		std::string sharp, what, metric, type;
		std::smatch parts;

		if (line[0] == '#') {
			words >> sharp >> what >> metric >> type;
			if (what == "HELP") {
				EXPECT_TRUE(told.insert(metric).second) << line;
				name = metric;
				continue;
			}
			EXPECT_EQ(what, "TYPE");
			EXPECT_EQ(metric, name);
			EXPECT_EQ(type, name.ends_with("_total") ? "counter" : "gauge") << line;
			continue;
		}
		ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
		EXPECT_EQ(parts[1], name) << line;
		EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << line;
	}
	EXPECT_GT(samples.size(), 30u);
}

TEST_F(Metrics, quote_what_a_vendor_may_write)
{
	const std::string device = "sys/devices/platform/host2/session1/target0/2:0:0:0";

	make(device + "/vendor", "a\"b\\c");
	EXPECT_NE(metrics_of(tree, heads()).find("vendor=\"a\\\"b\\\\c\""), std::string::npos);
}

TEST_F(Metrics, without_disks_are_headings)
{
	const std::string text = metrics_of(tree, {});

	EXPECT_EQ(text.find('{'), std::string::npos);
	EXPECT_NE(text.find("# TYPE mpath_head_paths gauge\n"), std::string::npos);
}

} // namespace mpathctl
