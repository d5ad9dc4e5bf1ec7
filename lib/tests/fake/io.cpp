// SPDX-License-Identifier: GPL-2.0
// I/O records. Kind: records what was sent where, and completes it when the test says so.
#include "fake/internal.hpp"

using mpath::fake::Call;
using mpath::fake::context;
using mpath::fake::Port;

namespace {

enum class Owner { core, path };

struct Record : mpath_io {
	mpk_io_pool *pool = nullptr;
	struct bio *bio = nullptr;
	mpath_submit_mode mode{};
	Owner owner = Owner::core;
	bool is_nowait = false;

	// What the shim leaves as it was is not 0.
	Record() : mpath_io{}
	{
		next = this;
		sent_ns = ~0ull;
		depth = ~0u;
		confirmed = 2;
		waiting = true;
		insisted = true;
		patient = true;
		for (auto &slot : suspected)
			slot = {1, ~0u};
		confirmed_id = 2;
		review = 1;
		status = MPATH_STS_NOSPC;
	}
};

std::atomic<unsigned> in_use;
std::atomic<bool> fail_nowait;

Record *record_of(mpath_io *io)
{
	return static_cast<Record *>(io);
}

// The submitter learns the fate of its bio in the context of whoever ends it.
void end(bio *bio, mpath_status status)
{
	bio->status = status;
	if (bio->on_end)
		bio->on_end();
	if (bio->ended.fetch_add(1, std::memory_order_release))
		mpath::fake::violation("a bio ended twice");
}

void complete_silently(Record *record);

} // namespace

struct mpk_io_pool {
	std::atomic<unsigned> records{0};
};

namespace mpath::fake {

void reset_io()
{
	if (in_use)
		violation("records leaked");
	in_use = 0;
	fail_nowait = false;
}

void complete(mpath_io *io, mpath_status status)
{
	Record *record = record_of(io);

	if (record->owner != Owner::path)
		die("a record is completed that is not on its way");
	record->owner = Owner::core;
	context().completion_depth++;
	if (status == MPATH_STS_OK && !io->news)
		complete_silently(record);
	else
		mpath_io_done(io, status);
	context().completion_depth--;
}

bio *bio_of(const mpath_io *io)
{
	return static_cast<const Record *>(io)->bio;
}

void fail_next_nowait_io_start()
{
	fail_nowait = true;
}

unsigned records_in_use()
{
	return in_use;
}

} // namespace mpath::fake

mpk_io_pool *mpk_io_pool_create() noexcept
{
	Call call(Port::io_pool_create);

	mpath::fake::might_sleep("mpk_io_pool_create");
	if (mpath::fake::allocation_fails())
		return nullptr;
	mpath::fake::count_objects(1);
	return new mpk_io_pool;
}

void mpk_io_pool_destroy(mpk_io_pool *pool) noexcept
{
	Call call(Port::io_pool_destroy);

	mpath::fake::might_sleep("mpk_io_pool_destroy");
	if (pool->records)
		mpath::fake::violation("a pool is destroyed while records of it are in use");
	mpath::fake::count_objects(-1);
	delete pool;
}

namespace {

Record *start(mpk_io_pool *pool, bio *bio, bool nowait)
{
	Call call(Port::io_start, Call::shim);

	if (!nowait)
		mpath::fake::might_sleep("mpk_io_start");
	else if (fail_nowait.exchange(false))
		return nullptr;

	auto *record = new Record;

	record->pool = pool;
	record->bio = bio;
	record->clone = bio->chained;
	record->is_nowait = nowait;
	record->direction = static_cast<u8>(bio->direction);
	record->sectors = bio->sectors;
	pool->records.fetch_add(1, std::memory_order_relaxed);
	in_use.fetch_add(1, std::memory_order_relaxed);
	return record;
}

void send(Record *record)
{
	gendisk *disk = mpath_device_front_of(record->path)->disk;

	mpath::fake::might_sleep("mpk_io_send");
	if (record->owner != Owner::core)
		mpath::fake::die("a record is sent that is on its way already");
	record->owner = Owner::path;
	record->bio->trips.push_back({disk, record->failfast, context().plug_depth > 0,
				      record->clone ? MPATH_SUBMIT_CLONE : MPATH_SUBMIT_INTERPOSE});
	if (disk->on_send)
		disk->on_send(record);
	else
		disk->in_flight.push_back(record);
}

void finish(Record *record, mpath_status status)
{
	bio *bio = record->bio;

	if (record->owner != Owner::core)
		mpath::fake::die("a record is finished that is on its way");
	record->pool->records.fetch_sub(1, std::memory_order_relaxed);
	in_use.fetch_sub(1, std::memory_order_relaxed);
	// Before the bio ends, as in the shim: the submitter may wait for a record.
	delete record;
	end(bio, status);
}

// As the shim, which does not call the core for it.
void complete_silently(Record *record)
{
	const mpath_device_front *path = mpath_device_front_of(record->path);
	mpk_percpu *counts = path->counts;
	const u32 epoch = record->epoch;

	if (record->counted)
		__atomic_fetch_sub(path->active, 1, __ATOMIC_RELAXED);
	{
		Call call(Port::io_finish, Call::shim);

		finish(record, MPATH_STS_OK);
	}
	mpath::fake::count_back(counts, epoch, Call::shim);
}

} // namespace

void mpath_head_submit(mpath_head *head, bio *bio, bool nowait)
{
	Record *record = start(mpath_head_front_of(head)->pool, bio, nowait);
	mpath_device *path;

	if (!record) {
		end(bio, MPATH_STS_AGAIN);
		return;
	}
	record->head = head;
	mpath::fake::read_lock(Call::shim);
	path = bio->continues ? mpath_head_route_along(head, record, bio->continues)
			      : mpath_head_route(head, record, mpath::fake::this_node(),
						 mpath::fake::ticks());
	if (path && path != MPATH_NOWHERE)
		mpath::fake::count_sent(record, Call::shim);
	mpath::fake::read_unlock(Call::shim);
	if (path == MPATH_NOWHERE) {
		Call call(Port::io_finish, Call::shim);

		finish(record, record->status);
	} else if (path) {
		Call call(Port::io_send, Call::shim);

		send(record);
	}
}

void mpk_io_send(mpath_io *io) noexcept
{
	Call call(Port::io_send);

	send(record_of(io));
}

void mpk_io_finish(mpath_io *io, mpath_status status) noexcept
{
	Call call(Port::io_finish);

	finish(record_of(io), status);
}

bool mpk_io_is_nowait(const mpath_io *io) noexcept
{
	Call call(Port::io_is_nowait);

	return record_of(const_cast<mpath_io *>(io))->is_nowait;
}

bool mpk_io_is_ordinary(const mpath_io *io) noexcept
{
	Call call(Port::io_is_ordinary);

	return record_of(const_cast<mpath_io *>(io))->bio->ordinary;
}

void mpk_io_learn_limits(mpath_io *io, gendisk *path) noexcept
{
	Call call(Port::io_learn_limits);

	if (record_of(io)->owner != Owner::core)
		mpath::fake::die("limits are learned from a bio that is on its way");
	path->limits_learned.fetch_add(1, std::memory_order_relaxed);
}

void mpk_plugged(void (*fn)(void *arg), void *arg) noexcept
{
	Call call(Port::plugged);

	context().plug_depth++;
	fn(arg);
	context().plug_depth--;
}
