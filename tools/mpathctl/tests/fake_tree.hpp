// SPDX-License-Identifier: GPL-2.0
// A tree as the kernel's, in a directory of its own: one head, sdmpatha, with two iSCSI paths.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "mpath_version.h"
#include "topology.hpp"
#include "tree.hpp"

namespace mpathctl {

class FakeTree : public ::testing::Test {
protected:
	FakeTree()
	{
		char name[] = "/tmp/mpathctl-XXXXXX";

		top = mkdtemp(name);
		make("sys/module/libmultipath/version", MPATH_VERSION);
		make("sys/module/scsi_multipath/version", MPATH_VERSION);
		make("proc/sys/kernel/osrelease", "6.12.117+deb12-amd64");
		make("usr/lib/udev/rules.d/54-scsi-multipath.rules", "");
		make_head();
		add_path("2:0:0:0", "sdb", 1);
		add_path("10:0:0:0", "sdc", 2);
	}
	~FakeTree() override { std::filesystem::remove_all(top); }

	void make(const std::string &file, const std::string &text)
	{
		const auto path = top / file;

		std::filesystem::create_directories(path.parent_path());
		std::ofstream(path) << text << '\n';
	}
	std::string content(const std::string &file) const { return Tree(top).text("/" + file); }
	void link(const std::string &from, const std::string &to)
	{
		const auto path = top / from;

		std::filesystem::create_directories(path.parent_path());
		std::filesystem::create_symlink(top / to, path);
	}
	// An attribute of a path, by its disk.
	void set(const std::string &disk, const std::string &attribute, const std::string &value)
	{
		make("sys/block/" + disk + "/" + attribute, value);
	}

	// In place of both paths one over Fibre Channel: of an HBA at 0000:05:00.0, LUN 257.
	void one_fc_path()
	{
		const std::string hba = "sys/devices/pci0000:00/0000:05:00.0";
		const std::string device = hba + "/host7/rport-7:0-3/target7:0:3/7:0:3:257";
		const std::string rport = "sys/class/fc_remote_ports/rport-7:0-3/";

		make("sys/bus/pci/uevent", "");
		link(hba + "/subsystem", "sys/bus/pci");
		make("sys/class/fc_host/host7/node_name", "0x20000000c9000001");
		make("sys/class/fc_host/host7/port_name", "0x10000000c9000001");
		make(rport + "node_name", "0x5006016000000000");
		make(rport + "port_name", "0x5006016100000000");
		make(rport + "fast_io_fail_tmo", "5");
		make(device + "/scsi_level", "7");
		make(device + "/block/sdz/mpath_state", "usable");
		link(device + "/block/sdz/device", device);
		only_path("sdz", device + "/block/sdz", device);
	}

	// In place of both paths one of NVMe over TCP, with what the driver has for its timer by itself.
	void one_nvme_path()
	{
		const std::string controller = "sys/devices/virtual/nvme-fabrics/ctl/nvme0";

		make(controller + "/transport", "tcp");
		make(controller + "/address", "traddr=10.0.0.1,trsvcid=4420");
		make(controller + "/fast_io_fail_tmo", "off");
		make(controller + "/model", "Linux");
		make(controller + "/firmware_rev", "6.12");
		make(controller + "/nvme0n1/mpath_state", "usable");
		link(controller + "/nvme0n1/device", controller);
		only_path("nvme0n1", controller + "/nvme0n1", controller + "/nvme0n1");
	}

	std::vector<Head> heads() const { return read_heads(tree); }
	Head head() const { return heads().at(0); }

	static constexpr const char *kDiskLinks = "sys/devices/virtual/block/sdmpatha/multipath";
	static constexpr const char *kDeviceLinks = "sys/class/scsi_mpath_device/0/multipath";

	std::filesystem::path top;
	Tree tree = Tree("/nowhere");

	void SetUp() override { tree = Tree(top); }

private:
	void only_path(const std::string &disk, const std::string &dir, const std::string &member)
	{
		std::filesystem::remove_all(top / kDiskLinks);
		std::filesystem::remove_all(top / kDeviceLinks);
		link("sys/block/" + disk, dir);
		link_path(0, dir, member);
	}
	void link_path(int index, const std::string &dir, const std::string &member)
	{
		link(std::string(kDiskLinks) + "/sdmpatha:" + std::to_string(index), dir);
		link(kDeviceLinks + ("/" + base(member)), member);
	}
	void make_head()
	{
		const std::string disk = "sys/devices/virtual/block/sdmpatha/";
		const std::string device = "sys/class/scsi_mpath_device/0/";

		make("sys/class/scsi_mpath_disk/0/sdmpatha/dev", "252:0");
		make("sys/class/scsi_mpath_disk/0/uevent", "");
		link("sys/block/sdmpatha", disk);
		make(disk + "dev", "252:0");
		make(disk + "size", "131072");
		make(disk + "ro", "0");
		make(disk + "submit_mode", "interpose");
		make(disk + "no_path_timeout_ms", "30000");
		make(disk + "mpath_parked", "0");
		make(disk + "multipath_failover_count", "7");
		make(disk + "io_requeue_no_usable_path_count", "3");
		make(disk + "io_fail_no_available_path_count", "0");
		make(device + "iopolicy", "round-robin");
		make(device + "wwid", "naa.60014051234567890000000000000000");
		make(device + "wwid_multipath_tools", "360014051234567890000000000000000");
	}
	void add_path(const std::string &hcil, const std::string &disk, int session)
	{
		const std::string nr = std::to_string(session);
		const std::string at = "sys/devices/platform/host" +
				       hcil.substr(0, hcil.find(':')) + "/session" + nr;
		const std::string device = at + "/target0/" + hcil;
		const std::string dir = device + "/block/" + disk;

		make(at + "/connection" + nr + ":0/uevent", "");
		make("sys/class/iscsi_connection/connection" + nr + ":0/persistent_address",
		     "10.0.0." + nr);
		make("sys/class/iscsi_connection/connection" + nr + ":0/persistent_port", "3260");
		make("sys/class/iscsi_session/session" + nr + "/recovery_tmo", "5");
		make("sys/class/iscsi_session/session" + nr + "/targetname", "iqn.x:" + nr);
		make("sys/class/iscsi_host/host" + hcil.substr(0, hcil.find(':')) + "/ipaddress",
		     "10.0.0.9");
		make(device + "/scsi_level", "7");
		make(device + "/state", "running");
		make(device + "/vendor", "LIO-ORG");
		make(device + "/model", "lun");
		make(device + "/rev", "4.0");
		make(dir + "/dev", "8:" + std::to_string(16 * session));
		link(dir + "/device", device);
		link("sys/block/" + disk, dir);
		link_path(session - 1, dir, device);
		set(disk, "mpath_state", "usable");
		set(disk, "mpath_state_reason", "added");
		set(disk, "mpath_state_ms", "61000");
		set(disk, "mpath_access_state", "none");
		set(disk, "mpath_preferred", "0");
		set(disk, "mpath_inflight", std::to_string(session));
		set(disk, "mpath_errors_transport", "2");
		set(disk, "mpath_errors_io", "1");
		set(disk, "mpath_reads", "100");
		set(disk, "mpath_writes", "50");
		set(disk, "mpath_read_sectors", "2048");
		set(disk, "mpath_written_sectors", "2048");
		set(disk, "queue/max_hw_sectors_kb", "1024");
		set(disk, "mpath_verdict", "taken");
	}
};

} // namespace mpathctl
