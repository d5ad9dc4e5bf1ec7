// SPDX-License-Identifier: GPL-2.0
// A head from creation to destruction, and its paths in between: what may be refused, what
// may fail, and every moment at which a path or the head can go.
#include <cerrno>
#include <thread>

#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Head : public Lun {};
class AddPath : public Lun {};
class Removal : public Lun {};
class Kill : public Lun {};

} // namespace

// --- creation --------------------------------------------------------------------------------

TEST_F(Head, has_the_attributes_it_was_made_with)
{
	config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	config.submit_mode = MPATH_SUBMIT_CLONE;
	config.no_path_timeout_ms = 4711;
	EXPECT_EQ(mpath_head_iopolicy(head()), MPATH_IOPOLICY_QUEUE_DEPTH);
	EXPECT_EQ(mpath_head_submit_mode(head()), MPATH_SUBMIT_CLONE);
	EXPECT_EQ(mpath_head_no_path_timeout_ms(head()), 4711);
}

TEST_F(Head, needs_a_name)
{
	mpath_head *made = nullptr;

	config.name = nullptr;
	EXPECT_EQ(mpath_head_create(&config, &made), -EINVAL);
	EXPECT_EQ(made, nullptr);
}

TEST_F(Head, refuses_a_time_that_is_none)
{
	mpath_head *made = nullptr;

	config.no_path_timeout_ms = -2;
	EXPECT_EQ(mpath_head_create(&config, &made), -EINVAL);
	EXPECT_EQ(made, nullptr);
}

TEST_F(Head, says_so_whatever_allocation_fails_and_leaks_nothing)
{
	unsigned failures = 0;
	const long before = objects();

	for (unsigned nth = 1;; nth++) {
		mpath_head *made = nullptr;

		fail_alloc(nth);

		const int ret = mpath_head_create(&config, &made);

		if (!ret) {
			EXPECT_TRUE(alloc_failure_pending());
			fail_alloc(0);
			mpath_head_destroy(made);
			break;
		}
		failures++;
		EXPECT_EQ(ret, -ENOMEM) << nth;
		EXPECT_EQ(made, nullptr) << nth;
		EXPECT_EQ(objects(), before) << nth;
	}
	// The head, its pool, three locks, the cursors, six work items.
	EXPECT_EQ(failures, 12u);
}

TEST_F(Head, keeps_a_copy_of_its_name)
{
	std::string name = "gone";

	config.name = name.c_str();
	not_live_head();
	name = "else";
	mpath_head_set_live(not_live_head());
	submit();
	EXPECT_TRUE(logged("gone: no available path, failing I/O\n"));
}

TEST_F(Head, cuts_a_name_that_is_too_long)
{
	const std::string name(100, 'n');

	config.name = name.c_str();
	submit();
	EXPECT_TRUE(logged(std::string(MPATH_NAME_LEN - 1, 'n') +
			   ": no available path, failing I/O\n"));
}

TEST_F(Head, starts_its_counters_at_zero)
{
	EXPECT_EQ(stats().failover_count, 0u);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
	EXPECT_EQ(stats().fail_no_available_path_count, 0u);
	EXPECT_EQ(stats().parked, 0u);
}

TEST_F(Head, accepts_io_once_it_is_live)
{
	auto &a = (not_live_head(), add("a"));

	mpath_head_set_live(head());
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Head, stays_dead_when_it_was_killed_before_it_came_to_life)
{
	not_live_head();
	add("a");
	mpath_head_kill(head());
	EXPECT_FALSE(mpath_head_set_live(head()));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Head, stays_dead_when_it_was_killed)
{
	add("a");
	mpath_head_kill(head());
	EXPECT_FALSE(mpath_head_set_live(head()));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Head, can_be_told_twice_that_it_is_live)
{
	auto &a = add("a");

	EXPECT_TRUE(mpath_head_set_live(head()));
	EXPECT_TRUE(is_on(a, submit()));
}

// --- adding paths --------------------------------------------------------------------------------

TEST_F(AddPath, makes_it_carry_io)
{
	auto &a = add("a");

	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(AddPath, says_so_whatever_allocation_fails_and_leaks_nothing)
{
	head();

	const long before = objects();
	unsigned failures = 0;

	for (unsigned nth = 1;; nth++) {
		auto &path = new_path("a");

		fail_alloc(nth);
		if (!try_add(path)) {
			fail_alloc(0);
			break;
		}
		failures++;
		EXPECT_EQ(path.device, nullptr) << nth;
		EXPECT_EQ(objects(), before) << nth;
		EXPECT_EQ(work_due_in(head()).value_or(0), 0u);
	}
	EXPECT_EQ(failures, 5u); // the path, its counters, its reference, its two work items
	run_work();
	EXPECT_TRUE(is_on(paths.back(), submit()));
}

TEST_F(AddPath, tells_paths_apart_that_come_after_each_other)
{
	// A bio that failed on the first must not shun the second for it.
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_IOERR);
	remove(a);

	auto &again = add("again");

	run_work();
	EXPECT_TRUE(is_on(again, bio));
}

TEST_F(AddPath, does_not_read_the_name_later)
{
	auto &path = new_path("a");
	std::string name = "gone";
	mpath_device_config device = path.config();

	device.name = name.c_str();
	ASSERT_EQ(mpath_head_add_path(head(), &device, &path.device), 0);
	run_work();
	name = "else";
	path.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	EXPECT_TRUE(logged("lun0: path gone: usable -> dead (transport error)\n"));
}

struct Difference {
	const char *name;
	void (*apply)(mpath_geometry &geometry);
	const char *message;

	friend std::ostream &operator<<(std::ostream &out, const Difference &d)
	{
		return out << d.name;
	}
};

class Contradiction : public AddPath, public ::testing::WithParamInterface<Difference> {
protected:
	int add_contradicting()
	{
		add("a");

		auto &path = new_path("b");

		GetParam().apply(path.geometry);
		return try_add(path);
	}
};

TEST_P(Contradiction, is_refused)
{
	EXPECT_EQ(add_contradicting(), -EMEDIUMTYPE);
	EXPECT_EQ(paths[1].device, nullptr);
}

TEST_P(Contradiction, names_both_and_the_difference)
{
	add_contradicting();
	EXPECT_TRUE(logged(GetParam().message)) << log_lines().back().text;
	EXPECT_EQ(log_lines().back().level, MPATH_LOG_ERR);
	EXPECT_FALSE(log_lines().back().ratelimited);
}

TEST_P(Contradiction, carries_no_io)
{
	add_contradicting();
	paths[0].device_state = kBlocked;
	EXPECT_EQ(route(submit()), "");
}

static const Difference kDifferences[] = {
	{"capacity", [](mpath_geometry &g) { g.capacity++; },
	 "lun0: path b refused: its capacity in sectors is 204801, that of the head 204800\n"},
	{"no_capacity", [](mpath_geometry &g) { g.capacity = 0; },
	 "lun0: path b refused: its capacity in sectors is 0, that of the head 204800\n"},
	{"largest_capacity", [](mpath_geometry &g) { g.capacity = ~0ull; },
	 "lun0: path b refused: its capacity in sectors is 18446744073709551615, that of the head "
	 "204800\n"},
	{"block_size", [](mpath_geometry &g) { g.logical_block_size = 4096; },
	 "lun0: path b refused: its logical block size is 4096, that of the head 512\n"},
	{"protection", [](mpath_geometry &g) { g.protection_type = 1; },
	 "lun0: path b refused: its protection type is 1, that of the head 0\n"},
	{"read_only", [](mpath_geometry &g) { g.read_only = true; },
	 "lun0: path b refused: its write protection is 1, that of the head 0\n"},
	{"vendor", [](mpath_geometry &g) { g.vendor[0] = 'B'; },
	 "lun0: path b refused: its vendor is BCME, that of the head ACME\n"},
	{"vendor_prefix", [](mpath_geometry &g) { g.vendor[3] = '\0'; },
	 "lun0: path b refused: its vendor is ACM, that of the head ACME\n"},
	{"product", [](mpath_geometry &g) { g.product[6] = '8'; },
	 "lun0: path b refused: its product is ARRAY 8000, that of the head ARRAY 9000\n"},
	{"no_product", [](mpath_geometry &g) { g.product[0] = '\0'; },
	 "lun0: path b refused: its product is , that of the head ARRAY 9000\n"},
};

INSTANTIATE_TEST_SUITE_P(Of, Contradiction, ::testing::ValuesIn(kDifferences),
			 [](const auto &info) { return info.param.name; });

TEST_F(AddPath, accepts_strings_of_the_full_length)
{
	auto &a = new_path("a");
	auto &b = new_path("b");

	for (auto *path : {&a, &b})
		path->geometry = {1, 512, 0, false, "VENDORXX", "PRODUCTPRODUCTXX", true, 0};
	b.geometry.product[15] = 'Y';
	EXPECT_EQ(try_add(a), 0);
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	EXPECT_TRUE(
		logged("lun0: path b refused: its product is PRODUCTPRODUCTXY, that of the head "
		       "PRODUCTPRODUCTXX\n"));
}

TEST_F(AddPath, holds_later_paths_to_the_first_even_when_that_is_gone)
{
	auto &a = add("a");

	add("b");
	remove(a);

	auto &c = new_path("c");

	c.geometry.capacity = 1;
	EXPECT_EQ(try_add(c), -EMEDIUMTYPE);
}

TEST_F(AddPath, holds_a_path_to_the_first_even_when_all_are_gone)
{
	remove(add("a"));

	auto &b = new_path("b");

	b.geometry.capacity = 1;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	EXPECT_EQ(try_add(new_path("c")), 0);
}

TEST_F(AddPath, is_not_touched_by_a_path_that_was_refused)
{
	add("a");

	auto &b = new_path("b");

	b.geometry.capacity = 1;
	try_add(b);
	EXPECT_EQ(try_add(new_path("c")), 0);
}

// --- removing paths ---------------------------------------------------------------------------------

TEST_F(Removal, waits_for_the_io_in_flight)
{
	auto &a = add("a");
	auto &bio = submit();
	bool waited = false;

	at_blocked_drain([&] {
		waited = true;
		on_another_cpu([&] { complete(bio, MPATH_STS_OK); });
	});
	remove(a);
	EXPECT_TRUE(waited);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Removal, moves_io_in_flight_that_fails_meanwhile)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	at_blocked_drain(
		[&] { on_another_cpu([&] { complete_and_settle(bio, MPATH_STS_OFFLINE); }); });
	remove(a);
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Removal, moves_io_in_flight_that_fails_of_an_unknown_cause)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	at_blocked_drain(
		[&] { on_another_cpu([&] { complete_and_settle(bio, MPATH_STS_IOERR); }); });
	remove(a);
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_EQ(a.probes, 0) << "a path that leaves is not asked any more";
}

TEST_F(Removal, holds_io_of_the_last_path_as_long_as_it_may_wait)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");
	auto &bio = submit();

	at_blocked_drain([&] { on_another_cpu([&] { complete(bio, MPATH_STS_OFFLINE); }); });
	remove(a);
	advance_ms(1000);
	EXPECT_TRUE(waits(bio));

	auto &again = add("again");

	run_work();
	EXPECT_TRUE(is_on(again, bio));
}

TEST_F(Removal, of_the_last_path_fails_io_that_may_not_wait)
{
	auto &a = add("a");
	auto &bio = submit();

	at_blocked_drain([&] { on_another_cpu([&] { complete(bio, MPATH_STS_OFFLINE); }); });
	remove(a);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Removal, of_a_path_that_parked_bios_wait_for_leaves_them_waiting)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	remove(a);
	run_work();
	EXPECT_TRUE(waits(bio));
	EXPECT_TRUE(work_due_in(head()).has_value()) << "nobody will look at it";
}

TEST_F(Removal, waits_for_a_probe_that_runs)
{
	auto &a = add("a");
	Gate cancelling;
	std::atomic<bool> removed{false};
	std::thread remover;

	before(Port::work_cancel, [&] { cancelling.open(); });
	a.on_probe = [&] {
		remover = std::thread([&] {
			remove(a);
			removed = true;
		});
		EXPECT_TRUE(cancelling.wait());
		EXPECT_FALSE(eventually([&] { return removed.load(); }, 20));
		return MPATH_VERDICT_DEAD;
	};
	mpath_device_recheck(a.device);
	run_work_of(a.device);
	remover.join();
	advance_ms(10000);
	EXPECT_EQ(a.probes, 1);
}

TEST_F(Removal, asks_no_path_that_leaves)
{
	auto &a = add("a");

	complete(submit(), MPATH_STS_IOERR); // a probe is due
	due_work_runs_at_cancel(true);       // and begins now
	remove(a);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Removal, asks_nothing_when_it_has_returned)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	remove(a);
	a.probes = 0;
	advance_ms(10000);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Removal, is_not_undone_by_news_of_the_transport)
{
	auto &a = add("a");

	before(Port::mutex_lock, [&, device = a.device] {
		on_another_cpu([&] {
			mpath_device_recheck(device);
			run_work();
		});
		EXPECT_STREQ(mpath_device_state_name(device), "removing");
	});
	remove(a);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Removal, sends_no_more_io_from_its_first_step_on)
{
	auto &a = add("a");
	auto &b = add("b");

	before(Port::synchronize,
	       [&] { on_another_cpu([&] { EXPECT_TRUE(is_on(b, submit())); }); });
	remove(a);
	EXPECT_EQ(a.disk.in_flight.size(), 0u);
}

TEST_F(Removal, waits_for_two_grace_periods_and_the_third_passes_meanwhile)
{
	auto &a = add("a");
	std::vector<Port> seen;

	for (const auto port : {Port::synchronize, Port::ref_drain_soon, Port::ref_drain})
		before_each(port, [&seen, port] { seen.push_back(port); });
	remove(a);
	EXPECT_EQ(seen, (std::vector<Port>{Port::synchronize, Port::ref_drain_soon,
					   Port::synchronize, Port::ref_drain}));
}

TEST_F(Removal, clears_the_hints)
{
	for (const auto policy :
	     {MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN, MPATH_IOPOLICY_QUEUE_DEPTH}) {
		mpath_head_set_iopolicy(head(), policy);

		auto &a = add("a");

		complete(submit(), MPATH_STS_OK); // the hint
		remove(a);

		// For ASan: what a hint points to is gone.
		auto &bio = submit();

		EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	}
}

TEST_F(Removal, lets_another_path_be_added_meanwhile)
{
	auto &a = add("a");
	Path *b = nullptr;
	int times = 0;

	before_each(Port::synchronize, [&] {
		if (!times++)
			on_another_cpu([&] { b = &add("b"); });
	});
	remove(a);
	EXPECT_TRUE(is_on(*b, submit()));
}

TEST_F(Removal, lets_its_neighbours_be_removed_meanwhile)
{
	add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &d = add("d");
	int times = 0;

	before_each(Port::synchronize, [&] {
		// Within the first grace period of b, and within the second.
		if (++times == 1)
			on_another_cpu([&] { remove(c); });
		else if (times == 4)
			on_another_cpu([&] { remove(paths[0]); });
	});
	remove(b);
	EXPECT_GE(times, 6);
	EXPECT_TRUE(is_on(d, submit()));
}

TEST_F(Removal, lets_the_policy_change_meanwhile)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	complete(submit(), MPATH_STS_OK);
	before(Port::mutex_lock, [&] {
		on_another_cpu([&] {
			mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
			submit();
			run_work();
		});
	});
	remove(a);
	EXPECT_TRUE(waits(bios.back()));

	auto &b = add("b");

	run_work();
	EXPECT_TRUE(is_on(b, bios.back()));
}

TEST_F(Removal, of_all_paths_and_their_return_loses_nothing)
{
	config.no_path_timeout_ms = -1;
	for (int round = 0; round < 5; round++) {
		auto &path = add("p" + std::to_string(round));

		run_work();

		auto &bio = submit();

		at_blocked_drain(
			[&] { on_another_cpu([&] { complete_all(path, MPATH_STS_TRANSPORT); }); });
		remove(path);
		run_work();
		EXPECT_TRUE(waits(bio));
	}

	auto &last = add("last");

	run_work();
	EXPECT_EQ(last.disk.in_flight.size(), 5u);
}

TEST_F(Removal, forgets_suspicions_against_the_path)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_LATER;
	b.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	remove(a);
	b.verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(b.device);
	run_work();
	// No verdict on the path that is gone is waited for.
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_EQ(route(bio), "a b b");
}

// --- the end of the head --------------------------------------------------------------------------------

TEST_F(Kill, fails_what_is_parked)
{
	config.no_path_timeout_ms = -1;
	auto &first = submit();
	auto &second = submit();

	mpath_head_kill(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, first));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, second));
	EXPECT_EQ(end_order(), "0 1");
}

TEST_F(Kill, fails_new_io)
{
	add("a");
	mpath_head_kill(head());
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Kill, fails_a_nowait_bio_with_an_error_and_not_with_try_again)
{
	config.no_path_timeout_ms = -1;
	mpath_head_kill(head());
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit(true)));
}

TEST_F(Kill, lets_io_in_flight_succeed)
{
	add("a");
	auto &bio = submit();

	mpath_head_kill(head());
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Kill, fails_io_in_flight_that_would_have_to_move)
{
	config.no_path_timeout_ms = -1;
	add("a");
	add("b");
	auto &bio = submit();

	mpath_head_kill(head());
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a");
}

TEST_F(Kill, fails_io_that_pauses)
{
	add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_RESOURCE);
	mpath_head_kill(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Kill, can_be_repeated)
{
	config.no_path_timeout_ms = -1;
	auto &bio = submit();

	mpath_head_kill(head());
	mpath_head_kill(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Kill, fails_a_bio_that_had_found_no_path_but_was_not_parked_yet)
{
	config.no_path_timeout_ms = -1;
	before(Port::io_start, [&] {
		on_another_cpu([&] {
			mpath_head_kill(head());
			run_work();
		});
	});

	auto &bio = submit();

	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Kill, lets_a_bio_go_down_the_path_that_it_had_found)
{
	auto &a = add("a");

	before(Port::io_send, [&] { on_another_cpu([&] { mpath_head_kill(head()); }); });
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Kill, and_then_removal_leaves_nothing_in_flight)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	mpath_head_kill(head());
	at_blocked_drain([&] { on_another_cpu([&] { complete(bio, MPATH_STS_TRANSPORT); }); });
	remove(a);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(records_in_use(), 0u);
}

TEST_F(Kill, counts_what_it_failed)
{
	config.no_path_timeout_ms = -1;
	submit();
	mpath_head_kill(head());
	run_work();
	EXPECT_EQ(stats().fail_no_available_path_count, 1u);
	EXPECT_EQ(stats().parked, 0u);
}
