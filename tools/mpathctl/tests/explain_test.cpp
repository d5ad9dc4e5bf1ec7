// SPDX-License-Identifier: GPL-2.0
#include "doctor.hpp"
#include "explain.hpp"
#include "fake_tree.hpp"
#include "report.hpp"

namespace mpathctl {

class Explain : public FakeTree {
protected:
	std::string path_in(const std::string &state, const std::string &reason = "x",
			    long long ms = 2500)
	{
		set("sdb", "mpath_state", state);
		set("sdb", "mpath_state_reason", reason);
		set("sdb", "mpath_state_ms", std::to_string(ms));
		return explain(head().paths[0]);
	}
	bool complains(const std::string &words) const
	{
		for (const Finding &finding : examine(tree, heads()))
			if (finding.bad && finding.what.find(words) != std::string::npos)
				return !finding.advice.empty();
		return false;
	}
};

TEST_F(Explain, says_what_why_since_when_and_what_next)
{
	EXPECT_EQ(
		path_in("dead", "probe: no"),
		"2:0:0:0 (sdb): dead for 2.5 s: probe: no; next: it is asked every second and used "
		"again when it answers well");
}

TEST_F(Explain, knows_every_state)
{
	for (const auto *state :
	     { "usable", "usable-nonoptimized", "marginal", "stalled", "suspect", "dead", "barred",
	       "blocked", "offline", "transitioning", "standby", "foreign" })
		EXPECT_EQ(path_in(state).find("on its way out"), std::string::npos) << state;
}

TEST_F(Explain, counts_down_what_has_an_end)
{
	EXPECT_NE(path_in("marginal", "it fails often", 100000).find("for 3 min 20 s at most"),
		  std::string::npos);
	EXPECT_NE(path_in("marginal", "it fails often", 400000).find("for 0 ms at most"),
		  std::string::npos);
}

TEST_F(Explain, says_who_ends_what_has_none)
{
	EXPECT_NE(path_in("marginal", "disabled by hand").find("mpathctl enable 2:0:0:0"),
		  std::string::npos);
	EXPECT_NE(path_in("offline", "its device is blocked or offline")
			  .find("mpathctl reinstate 2:0:0:0"),
		  std::string::npos);
}

TEST_F(Explain, says_that_a_path_is_activated_only_where_it_is)
{
	const std::string activated = "is asked to when no other path is left";

	set("sdb", "mpath_access_state", "standby");
	EXPECT_NE(path_in("standby", "its access state").find(activated), std::string::npos);
	// NVMe: inaccessible, persistent-loss.
	for (const auto *access : { "unavailable", "offline" }) {
		set("sdb", "mpath_access_state", access);
		EXPECT_EQ(path_in("standby", "its access state").find(activated),
			  std::string::npos);
		EXPECT_NE(path_in("standby", "its access state").find("nothing asks it to"),
			  std::string::npos);
	}
}

TEST_F(Explain, names_the_timer_of_a_transport_that_holds_io)
{
	EXPECT_NE(path_in("blocked", "its device is blocked or offline")
			  .find("iscsi gives up 5 s after the loss (replacement_timeout)"),
		  std::string::npos);
	make("sys/class/iscsi_session/session1/recovery_tmo", "-1");
	EXPECT_NE(path_in("blocked", "its device is blocked or offline").find("never gives up"),
		  std::string::npos);
}

TEST_F(Explain, says_how_the_head_is_doing)
{
	EXPECT_EQ(explain(head()), "sdmpatha: 2 of 2 paths usable");
	set("sdb", "mpath_state", "dead");
	set("sdc", "mpath_state", "marginal");
	EXPECT_EQ(explain(head()),
		  "sdmpatha: 0 of 2 paths usable; I/O goes where it can, slower or at risk");
	set("sdc", "mpath_state", "dead");
	make("sys/block/sdmpatha/mpath_parked", "1");
	EXPECT_EQ(explain(head()), "sdmpatha: 0 of 2 paths usable; 1 I/O waits, for 30 s after the "
				   "first found no path (no_path_timeout_ms)");
	make("sys/block/sdmpatha/no_path_timeout_ms", "-1");
	EXPECT_NE(explain(head()).find("for ever"), std::string::npos);
}

TEST(Duration, has_two_units_at_most)
{
	EXPECT_EQ(duration(0), "0 ms");
	EXPECT_EQ(duration(999), "999 ms");
	EXPECT_EQ(duration(1500), "1.5 s");
	EXPECT_EQ(duration(59999), "59 s");
	EXPECT_EQ(duration(200000), "3 min 20 s");
	EXPECT_EQ(duration(7260000), "2 h 1 min");
	EXPECT_EQ(duration(90000000), "1 d 1 h");
}

using Doctor = Explain;
using Report = Explain;

TEST_F(Doctor, finds_nothing_where_all_is_well)
{
	for (const Finding &finding : examine(tree, heads()))
		EXPECT_FALSE(finding.bad) << finding.what;
}

TEST_F(Doctor, finds_what_may_hurt)
{
	set("sdb", "mpath_state", "dead");
	EXPECT_TRUE(complains("path 2:0:0:0 is dead"));
	make("sys/class/iscsi_session/session1/recovery_tmo", "120");
	EXPECT_TRUE(complains("replacement_timeout is 120 s"));
	set("sdc", "queue/max_hw_sectors_kb", "512");
	EXPECT_TRUE(complains("max_hw_sectors_kb of its paths differ: 1024 to 512"));
	make("sys/block/sdmpatha/no_path_timeout_ms", "-1");
	EXPECT_TRUE(complains("for ever"));
	make("sys/block/sdd/mpath_verdict", "in use");
	EXPECT_TRUE(complains("sdd was left alone"));
	make("proc/77/comm", "multipathd");
	EXPECT_TRUE(complains("multipathd runs, and has not been told"));
	make("etc/multipath/conf.d/sdmpath.conf", "");
	EXPECT_FALSE(complains("multipathd"));
	std::filesystem::remove_all(top / "usr");
	EXPECT_TRUE(complains("rules for udev"));
	std::filesystem::remove_all(top / "sys/devices/platform/host2");
	EXPECT_TRUE(complains("sdmpatha has 1 path"));
}

TEST_F(Doctor, finds_a_module_that_did_not_come_with_this_program)
{
	make("sys/module/scsi_multipath/version", "0.0.1");
	EXPECT_TRUE(complains("scsi_multipath 0.0.1 is loaded"));
}

TEST_F(Doctor, looks_at_the_kernels_that_may_be_booted_next)
{
	for (const std::string release : { "6.12.118+deb12-amd64", "7.3.4+deb13-amd64" }) {
		const std::string modules = "lib/modules/" + release + "/updates/";

		make("boot/vmlinuz-" + release, "");
		EXPECT_TRUE(complains("Linux " + release + " has no scsi_multipath"));
		make(modules + (release[0] == '6' ? "dkms" : "scsi") + "/scsi_multipath.ko.xz", "");
		EXPECT_FALSE(complains(release));
	}
	make("boot/vmlinuz-6.1.0-56-amd64", "");
	EXPECT_FALSE(complains("6.1.0")) << "nobody boots it by accident";
}

TEST_F(Doctor, reads_the_settings)
{
	make("etc/multipath-native.conf", "wwid=naa.* iopolicy=numa # was\n"
					  "wwid=naa.* iopolicy=round-robin\n");
	EXPECT_FALSE(complains("iopolicy"));
	make("etc/multipath-native.conf", "wwid=naa.* iopolicy=numa no_path_timeout_ms=30000");
	EXPECT_TRUE(
		complains("sdmpatha: iopolicy is round-robin, and numa in /etc/multipath-native"));
	EXPECT_FALSE(complains("no_path_timeout_ms"));
	make("etc/multipath-native.conf", "wwid=naa.* iopolicy=numa\nwwid=naa.* policy=numa");
	EXPECT_TRUE(complains("/etc/multipath-native.conf: line 2: 'policy' is none of"));
	EXPECT_FALSE(complains("iopolicy is"));
}

TEST_F(Doctor, knows_fibre_channels_timer)
{
	const std::string timer = "sys/class/fc_remote_ports/rport-7:0-3/fast_io_fail_tmo";

	one_fc_path();
	EXPECT_FALSE(complains("fast_io_fail_tmo"));
	for (const auto *seconds : { "off", "600" }) {
		make(timer, seconds);
		EXPECT_TRUE(
			complains("path 7:0:3:257: fast_io_fail_tmo is " + std::string(seconds)));
	}
}

TEST_F(Doctor, knows_that_nvmes_timer_holds_nothing)
{
	one_nvme_path();
	ASSERT_EQ(head().paths.at(0).transport.name, "tcp");
	EXPECT_TRUE(complains("sdmpatha has 1 path"));
	EXPECT_FALSE(complains("fast_io_fail_tmo"));
}

TEST_F(Doctor, misses_the_modules)
{
	std::filesystem::remove_all(top / "sys/module");
	EXPECT_TRUE(complains("neither scsi_multipath nor nvme_multipath is loaded"));
}

TEST_F(Report, is_of_all_that_matters_and_of_nothing_else)
{
	make("proc/cmdline", "root=UUID=1 rd.iscsi.password=secret "
			     "module_blacklist=scsi_multipath,nvme_multipath");
	make("etc/modprobe.d/san.conf",
	     "options scsi_multipath iopolicy=numa\noptions loop max_loop=8");
	make("etc/multipath-native.conf", "wwid=* iopolicy=round-robin");

	make("sys/block/sdb/queue/iosched/fifo_batch", "16");

	const std::string text = report(tree, heads());

	for (const auto *words :
	     { "mpathctl " MPATH_VERSION " on Linux 6.12.117+deb12-amd64\n",
	       "/proc/cmdline: module_blacklist=scsi_multipath,nvme_multipath\n",
	       "/etc/modprobe.d/san.conf: options scsi_multipath iopolicy=numa\n", "sdb: taken\n",
	       "sdmpatha: 2 of 2 paths usable\n", "/block/sdb/queue/max_hw_sectors_kb: 1024\n",
	       "wwid=* iopolicy=round-robin\n", "\n== doctor\n", "\n== kernel log\n" })
		EXPECT_NE(text.find(words), std::string::npos) << words;
	for (const auto *words : { "secret", "max_loop" })
		EXPECT_EQ(text.find(words), std::string::npos) << words;
}

TEST_F(Report, is_made_without_modules_too)
{
	std::filesystem::remove_all(top / "sys");
	EXPECT_NE(report(tree, heads()).find("! neither scsi_multipath nor nvme_multipath"),
		  std::string::npos);
}

} // namespace mpathctl
