// SPDX-License-Identifier: GPL-2.0
#include <sys/syscall.h>
#include <system_error>

#include "fake_tree.hpp"

namespace {

// What was synced, by the names of that time.
std::vector<std::string> synced;

} // namespace

// In the place of the C library's.
extern "C" int fsync(int fd)
{
	synced.push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)));
	return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace mpathctl {

using TreeFiles = FakeTree;

TEST_F(TreeFiles, are_replaced_as_a_whole)
{
	tree.replace("/etc/multipath-native.conf", "a\nb\n");
	EXPECT_EQ(tree.raw("/etc/multipath-native.conf"), "a\nb\n");
	tree.replace("/etc/multipath-native.conf", "\n\nc\n");
	EXPECT_EQ(tree.raw("/etc/multipath-native.conf"), "\n\nc\n") << "lines are counted";
	EXPECT_FALSE(tree.exists("/etc/multipath-native.conf.new"));
	EXPECT_FALSE(tree.raw("/etc/nothing"));
}

TEST_F(TreeFiles, that_are_replaced_are_on_the_disk_before_their_new_name_and_that_after_it)
{
	const std::string etc = std::filesystem::canonical(top).string() + "/etc";

	synced.clear();
	tree.replace("/etc/multipath-native.conf", "a\n");
	EXPECT_EQ(synced, (std::vector<std::string>{ etc + "/multipath-native.conf.new", etc }));
}

TEST_F(TreeFiles, that_cannot_be_replaced_stay_as_they_are)
{
	make("etc/multipath-native.conf", "a");
	std::filesystem::create_directory(top / "etc/multipath-native.conf.new");
	EXPECT_THROW(tree.replace("/etc/multipath-native.conf", "b\n"), std::system_error);
	EXPECT_EQ(content("etc/multipath-native.conf"), "a");
}

TEST_F(TreeFiles, are_removed_if_they_are_there)
{
	make("etc/multipath-native.conf", "a");
	tree.remove("/etc/multipath-native.conf");
	EXPECT_FALSE(tree.exists("/etc/multipath-native.conf"));
	EXPECT_NO_THROW(tree.remove("/etc/multipath-native.conf"));
	EXPECT_THROW(tree.remove("/etc"), std::system_error);
}

} // namespace mpathctl
