// SPDX-License-Identifier: GPL-2.0
// util/: each of its types, alone.
#include "util/atomic.hpp"

#include <thread>
#include <vector>

#include "lun.hpp"
#include "path_list.hpp"
#include "util/guards.hpp"
#include "util/io_fifo.hpp"
#include "util/owned.hpp"

using mpath::Atomic;
using mpath::IoFifo;
using mpath::Owned;

namespace {

std::vector<mpath_io> records(std::size_t nr)
{
	return std::vector<mpath_io>(nr);
}

// Empties the queue; the places of its records in @all.
std::vector<long> drain(IoFifo &fifo, const std::vector<mpath_io> &all)
{
	std::vector<long> order;

	while (mpath_io *io = fifo.pop_front())
		order.push_back(io - all.data());
	return order;
}

using Order = std::vector<long>;

} // namespace

TEST(IoFifo, gives_back_in_the_order_it_was_given)
{
	auto all = records(3);
	IoFifo fifo;

	for (auto &io : all)
		fifo.push_back(&io);
	EXPECT_EQ(drain(fifo, all), (Order{0, 1, 2}));
}

TEST(IoFifo, is_empty_at_first_and_at_last)
{
	auto all = records(1);
	IoFifo fifo;

	EXPECT_TRUE(fifo.empty());
	fifo.push_back(&all[0]);
	EXPECT_FALSE(fifo.empty());
	EXPECT_EQ(fifo.pop_front(), &all[0]);
	EXPECT_TRUE(fifo.empty());
	EXPECT_EQ(fifo.pop_front(), nullptr);
}

TEST(IoFifo, counts_what_is_in_it)
{
	auto all = records(4);
	IoFifo fifo;
	IoFifo other;

	fifo.push_back(&all[0]);
	fifo.push_back(&all[1]);
	other.push_back(&all[2]);
	other.push_back(&all[3]);
	fifo.prepend(other);
	EXPECT_EQ(fifo.size(), 4u);
	EXPECT_EQ(other.size(), 0u);
	fifo.pop_front();
	EXPECT_EQ(fifo.size(), 3u);
	drain(fifo, all);
}

TEST(IoFifo, can_be_used_again_after_it_was_emptied)
{
	auto all = records(2);
	IoFifo fifo;

	fifo.push_back(&all[0]);
	fifo.pop_front();
	fifo.push_back(&all[1]);
	EXPECT_EQ(drain(fifo, all), (Order{1}));
}

TEST(IoFifo, cuts_the_link_of_what_it_gives_back)
{
	auto all = records(2);
	IoFifo fifo;

	fifo.push_back(&all[0]);
	fifo.push_back(&all[1]);
	EXPECT_EQ(fifo.pop_front()->next, nullptr);
	fifo.pop_front();
}

TEST(IoFifo, does_not_believe_the_link_of_what_it_is_given)
{
	auto all = records(2);
	IoFifo fifo;

	all[0].next = &all[1];
	fifo.push_back(&all[0]);
	EXPECT_EQ(drain(fifo, all), (Order{0}));
}

TEST(IoFifo, prepends_others_before_its_own)
{
	auto all = records(4);
	IoFifo fifo;
	IoFifo other;

	fifo.push_back(&all[2]);
	fifo.push_back(&all[3]);
	other.push_back(&all[0]);
	other.push_back(&all[1]);
	fifo.prepend(other);
	EXPECT_TRUE(other.empty());
	EXPECT_EQ(drain(fifo, all), (Order{0, 1, 2, 3}));
}

TEST(IoFifo, takes_over_everything_when_it_is_empty_itself)
{
	auto all = records(3);
	IoFifo fifo;
	IoFifo other;

	other.push_back(&all[0]);
	other.push_back(&all[1]);
	fifo.prepend(other);
	fifo.push_back(&all[2]);
	EXPECT_EQ(drain(fifo, all), (Order{0, 1, 2}));
}

TEST(IoFifo, does_not_change_when_nothing_is_prepended)
{
	auto all = records(1);
	IoFifo fifo;
	IoFifo other;

	fifo.push_back(&all[0]);
	fifo.prepend(other);
	EXPECT_EQ(drain(fifo, all), (Order{0}));
}

TEST(IoFifo, walks_a_long_chain_without_recursion)
{
	auto all = records(200000);
	IoFifo fifo;

	for (auto &io : all)
		fifo.push_back(&io);
	EXPECT_EQ(drain(fifo, all).size(), all.size());
}

TEST(IoFifoDeathTest, must_not_go_with_bios_in_it)
{
	::testing::FLAGS_gtest_death_test_style = "threadsafe";
	EXPECT_DEATH(
		{
			auto all = records(1);
			IoFifo fifo;

			fifo.push_back(&all[0]);
		},
		"empty\\(\\) does not hold");
}

namespace {

int destroyed;

void destroy_int(int *) noexcept
{
	destroyed++;
}

using OwnedInt = Owned<int, destroy_int>;

} // namespace

TEST(Owned, destroys_what_it_owns_once)
{
	int object = 0;

	destroyed = 0;
	{
		OwnedInt owned(&object);

		EXPECT_EQ(owned.get(), &object);
		EXPECT_TRUE(static_cast<bool>(owned));
	}
	EXPECT_EQ(destroyed, 1);
}

TEST(Owned, has_nothing_to_destroy_when_creation_failed)
{
	destroyed = 0;
	{
		OwnedInt owned(nullptr);

		EXPECT_FALSE(static_cast<bool>(owned));
	}
	EXPECT_EQ(destroyed, 0);
}

TEST(Atomic, reads_what_was_stored)
{
	Atomic<int> value(1);

	EXPECT_EQ(value.load_relaxed(), 1);
	value.store_relaxed(2);
	EXPECT_EQ(value.load_acquire(), 2);
	value.store_release(3);
	EXPECT_EQ(value.load_relaxed(), 3);
}

TEST(Atomic, starts_at_zero)
{
	Atomic<int *> value;

	EXPECT_EQ(value.load_relaxed(), nullptr);
}

TEST(Atomic, exchanges_only_what_was_expected)
{
	Atomic<int> value(1);
	int expected = 2;

	EXPECT_FALSE(value.compare_exchange(expected, 3));
	EXPECT_EQ(expected, 1);
	EXPECT_TRUE(value.compare_exchange(expected, 3));
	EXPECT_EQ(value.load_relaxed(), 3);
}

TEST(Atomic, loses_no_addition)
{
	Atomic<u64> value;
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&value] {
			for (int n = 0; n < 10000; n++)
				n % 2 ? value.fetch_add_relaxed(1) : value.fetch_add_release(1);
		});
	for (auto &thread : threads)
		thread.join();
	EXPECT_EQ(value.load_relaxed(), 40000u);
}

TEST(Atomic, release_and_acquire_order_plain_data)
{
	// A data race for TSan if they do not.
	Atomic<int> flag;
	int data = 0;
	std::thread writer([&] {
		data = 1;
		flag.store_release(1);
	});

	while (!flag.load_acquire())
		std::this_thread::yield();
	EXPECT_EQ(data, 1);
	writer.join();
}

TEST(Atomic, adding_with_release_orders_plain_data)
{
	Atomic<u32> count;
	int data = 0;
	std::thread writer([&] {
		data = 1;
		count.fetch_add_release(1);
	});

	while (!count.load_acquire())
		std::this_thread::yield();
	EXPECT_EQ(data, 1);
	writer.join();
}

class PathListTest : public mpath::fake::Lun {
protected:
	mpath_device *make(const char *name)
	{
		auto &path = new_path(name);
		const mpath_device_config config = path.config();

		return mpath_device::create(*head(), ++last_id_, config);
	}
	std::vector<u32> ids() const
	{
		std::vector<u32> seen;
		mpath::ReadGuard guard;

		for (auto *path = list_.first(guard); path; path = list_.after(*path, guard))
			seen.push_back(path->id());
		return seen;
	}
	void SetUp() override
	{
		Lun::SetUp();
		mutex_ = mpk_mutex_create(MPATH_LOCK_PATHS);
	}
	void TearDown() override
	{
		mpk_mutex_destroy(mutex_);
		Lun::TearDown();
	}

	mpk_mutex *mutex_ = nullptr;
	mpath::PathList list_;

private:
	u32 last_id_ = 0;
};

using Ids = std::vector<u32>;

TEST_F(PathListTest, keeps_the_order_of_attachment)
{
	mpath_device *all[] = {make("a"), make("b"), make("c")};
	{
		mpath::MutexGuard guard(mutex_);

		for (auto *path : all)
			list_.push_back(path, guard);
		EXPECT_EQ(list_.first(guard), all[0]);
	}
	EXPECT_EQ(ids(), (Ids{1, 2, 3}));

	mpath::MutexGuard guard(mutex_);

	for (auto *path : all) {
		list_.remove(path, guard);
		mpath_device::destroy(path);
	}
}

TEST_F(PathListTest, unlinks_first_middle_and_last)
{
	mpath_device *all[] = {make("a"), make("b"), make("c"), make("d")};
	auto locked = [this](auto fn) {
		mpath::MutexGuard guard(mutex_);

		fn(guard);
	};

	locked([&](auto &guard) {
		for (auto *path : all)
			list_.push_back(path, guard);
		list_.remove(all[1], guard);
	});
	EXPECT_EQ(ids(), (Ids{1, 3, 4}));
	locked([&](auto &guard) { list_.remove(all[0], guard); });
	EXPECT_EQ(ids(), (Ids{3, 4}));
	locked([&](auto &guard) { list_.remove(all[3], guard); });
	EXPECT_EQ(ids(), (Ids{3}));
	locked([&](auto &guard) {
		EXPECT_FALSE(list_.empty(guard));
		list_.remove(all[2], guard);
		EXPECT_TRUE(list_.empty(guard));
	});
	EXPECT_EQ(ids(), Ids{});
	for (auto *path : all)
		mpath_device::destroy(path);
}

TEST_F(PathListTest, an_unlinked_path_still_leads_into_the_list)
{
	mpath_device *all[] = {make("a"), make("b"), make("c")};
	{
		mpath::MutexGuard guard(mutex_);

		for (auto *path : all)
			list_.push_back(path, guard);
		list_.remove(all[0], guard);
	}
	{
		mpath::ReadGuard guard;

		EXPECT_EQ(list_.after(*all[0], guard), all[1]);
	}

	mpath::MutexGuard guard(mutex_);

	list_.remove(all[1], guard);
	list_.remove(all[2], guard);
	for (auto *path : all)
		mpath_device::destroy(path);
}
