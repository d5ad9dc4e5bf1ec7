// SPDX-License-Identifier: GPL-2.0
// CPUs and nodes. Kind: says what the test has set. Time is work.cpp's, which moves it.
#include "fake/internal.hpp"

#include <map>
#include <thread>

using mpath::fake::Call;
using mpath::fake::context;
using mpath::fake::Port;

namespace {

// Set before threads start.
std::vector<bool> possible;
u32 nodes;
u32 node;
std::map<std::pair<int, int>, int> distances;

thread_local u32 cpu;

} // namespace

struct mpk_percpu {
	std::size_t size;
	std::vector<std::vector<u64>> objects; // an empty one where the CPU is not possible
	std::atomic<bool> drained{false};
};

namespace mpath::fake {

void reset_cpu()
{
	possible = {true, true};
	nodes = 1;
	node = 0;
	cpu = 0;
	distances.clear();
}

void set_cpus(std::vector<bool> now)
{
	possible = std::move(now);
}

void set_cpu(u32 now)
{
	cpu = now;
}

void set_nodes(u32 nr)
{
	nodes = nr;
}

void set_node(u32 now)
{
	node = now;
}

void set_distance(int a, int b, int distance)
{
	distances[{a, b}] = distance;
	distances[{b, a}] = distance;
}

} // namespace mpath::fake

mpk_percpu *mpk_percpu_create(size_t size) noexcept
{
	Call call(Port::percpu_create);

	mpath::fake::might_sleep("mpk_percpu_create");
	if (mpath::fake::allocation_fails())
		return nullptr;

	auto *percpu = new mpk_percpu{size, {}, false};

	for (const bool there : possible)
		percpu->objects.emplace_back(there ? (size + 7) / 8 : 0);
	mpath::fake::count_objects(1);
	return percpu;
}

void mpk_percpu_destroy(mpk_percpu *percpu) noexcept
{
	Call call(Port::percpu_destroy);

	mpath::fake::count_objects(-1);
	delete percpu;
}

void *mpk_percpu_this(mpk_percpu *percpu) noexcept
{
	Call call(Port::percpu_this);

	return percpu->objects.at(cpu).data();
}

void *mpk_percpu_of(mpk_percpu *percpu, u32 which) noexcept
{
	Call call(Port::percpu_of);
	auto &object = percpu->objects.at(which);

	return object.empty() ? nullptr : object.data();
}

namespace {

mpath_io_counts *counts_of(std::vector<u64> &object)
{
	return reinterpret_cast<mpath_io_counts *>(object.data());
}

mpath_io_counts *counts_of_this_cpu(mpk_percpu *percpu)
{
	return counts_of(percpu->objects.at(cpu));
}

} // namespace

void mpath::fake::count_sent(mpath_io *io, Call::By by)
{
	Call call(Port::count_sent, by);
	const mpath_device_front *path = mpath_device_front_of(io->path);
	auto *counts = counts_of_this_cpu(path->counts);
	const u32 epoch = __atomic_load_n(&path->epoch, __ATOMIC_RELAXED);

	if (!context().read_depth)
		mpath::fake::violation("I/O is counted as sent outside of a read section");
	if (path->counts->drained.load(std::memory_order_relaxed))
		mpath::fake::violation("I/O is counted as sent after the drain began");

	io->epoch = static_cast<u8>(epoch);
	__atomic_fetch_add(&counts->in_flight[epoch], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counts->sectors[io->direction], io->sectors, __ATOMIC_RELAXED);

	const u64 sent = __atomic_add_fetch(&counts->ios[io->direction], 1, __ATOMIC_RELAXED);

	if (sent % MPATH_MEASURED_OF == 0) {
		io->sent_ns = mpath::fake::now_ns();
		io->depth = static_cast<u32>(__atomic_load_n(path->active, __ATOMIC_RELAXED));
		io->measured = true;
		io->news = true;
	}
	if (!__atomic_load_n(&mpath_head_front_of(io->head)->watched, __ATOMIC_RELAXED))
		mpath_head_watch(io->head);
}

void mpk_count_sent(mpath_io *io) noexcept
{
	mpath::fake::count_sent(io, Call::core);
}

void mpath::fake::count_back(mpk_percpu *counts, u32 epoch, Call::By by)
{
	Call call(Port::count_back, by);

	__atomic_fetch_sub(&counts_of_this_cpu(counts)->in_flight[epoch], 1, __ATOMIC_RELEASE);
}

void mpk_count_back(mpk_percpu *percpu, u32 epoch) noexcept
{
	mpath::fake::count_back(percpu, epoch, Call::core);
}

void mpk_counts_drain(mpk_percpu *percpu) noexcept
{
	Call call(Port::counts_drain);
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);

	auto in_flight = [percpu] {
		u32 sum = 0;

		for (auto &object : percpu->objects)
			for (std::size_t epoch = 0; !object.empty() && epoch < MPATH_EPOCHS;
			     epoch++)
				sum += __atomic_load_n(&counts_of(object)->in_flight[epoch],
						       __ATOMIC_ACQUIRE);
		return sum;
	};

	mpath::fake::might_sleep("mpk_counts_drain");
	percpu->drained.store(true, std::memory_order_relaxed);
	if (in_flight())
		mpath::fake::drain_is_blocked();
	while (in_flight()) {
		if (std::chrono::steady_clock::now() > deadline)
			mpath::fake::die("deadlock: a path's I/O does not come back");
		std::this_thread::yield();
	}
}

u32 mpk_nr_cpus() noexcept
{
	Call call(Port::nr_cpus);

	return static_cast<u32>(possible.size());
}

u32 mpk_nr_nodes() noexcept
{
	Call call(Port::nr_nodes);

	return nodes;
}

u32 mpath::fake::this_node()
{
	return node;
}

u32 mpk_this_node() noexcept
{
	Call call(Port::this_node);

	return node;
}

int mpk_node_distance(int a, int b) noexcept
{
	Call call(Port::node_distance);
	const auto found = distances.find({a, b});

	if (found != distances.end())
		return found->second;
	return a == b ? 10 : 20;
}
