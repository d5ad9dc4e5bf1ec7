// SPDX-License-Identifier: GPL-2.0
// How often one bio that succeeds crosses into the shim. Each crossing is a call that no
// optimizer can look into; a new one on the fast path should be a decision, not an accident.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Crossings : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		set_nodes(2);
	}
	// For the third of three bios: the first ones set the hints, and tell of each path.
	unsigned long for_one_bio(mpath_iopolicy iopolicy, mpath_submit_mode mode)
	{
		config.iopolicy = iopolicy;
		config.submit_mode = mode;
		add("a").numa_node = 0;
		add("b").numa_node = 1;
		run_work();
		complete(submit(), MPATH_STS_OK);
		complete(submit(), MPATH_STS_OK);

		const unsigned long before = crossings();

		complete(submit(), MPATH_STS_OK);
		return crossings() - before;
	}
};

// In the order in which they come: all of it the shim does by itself.
const std::vector<Port> kNumaInterposed = {
	Port::io_start, Port::read_lock, Port::count_sent, Port::read_unlock,
	Port::io_send,  Port::io_finish, Port::count_back,
};

} // namespace

TEST_F(Crossings, are_none_under_numa)
{
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_NUMA, MPATH_SUBMIT_INTERPOSE), 0u);
}

TEST_F(Crossings, are_one_under_round_robin_for_where_it_stands)
{
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_ROUND_ROBIN, MPATH_SUBMIT_INTERPOSE), 1u);
}

TEST_F(Crossings, are_none_under_queue_depth)
{
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_SUBMIT_INTERPOSE), 0u);
}

TEST_F(Crossings, are_none_under_service_time)
{
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_SERVICE_TIME, MPATH_SUBMIT_INTERPOSE), 0u);
}

TEST_F(Crossings, are_none_under_service_time_beside_a_path_of_which_nothing_is_known)
{
	new_path("b").access_state = kNonoptimized;
	add(paths.back());
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_SERVICE_TIME, MPATH_SUBMIT_INTERPOSE), 0u);
}

TEST_F(Crossings, are_two_for_a_clone_for_where_it_is)
{
	EXPECT_EQ(for_one_bio(MPATH_IOPOLICY_NUMA, MPATH_SUBMIT_CLONE), 2u);
}

TEST_F(Crossings, are_these)
{
	add("a");
	run_work();
	complete(submit(), MPATH_STS_OK);

	std::vector<Port> seen;

	for (int port = 0; port < static_cast<int>(Port::count); port++)
		before_each(static_cast<Port>(port),
			    [&seen, port] { seen.push_back(static_cast<Port>(port)); });
	complete(submit(), MPATH_STS_OK);

	const std::vector<Port> until_now = seen;

	ASSERT_EQ(until_now.size(), kNumaInterposed.size());
	for (std::size_t i = 0; i < until_now.size(); i++)
		EXPECT_STREQ(port_name(until_now[i]), port_name(kNumaInterposed[i])) << i;
}

TEST_F(Crossings, do_not_grow_with_the_number_of_paths_under_numa)
{
	for (int i = 0; i < 16; i++)
		add("p" + std::to_string(i));
	complete(submit(), MPATH_STS_OK);

	const unsigned long before = crossings();

	complete(submit(), MPATH_STS_OK);
	EXPECT_EQ(crossings() - before, 0u);
}
