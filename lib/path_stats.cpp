// SPDX-License-Identifier: GPL-2.0
#include "path_stats.hpp"

namespace mpath {

mpath_error_class error_class(mpath_status status) noexcept
{
	switch (status) {
	case MPATH_STS_TRANSPORT:
	case MPATH_STS_OFFLINE:
		return MPATH_ERROR_TRANSPORT;
	case MPATH_STS_TIMEOUT:
		return MPATH_ERROR_TIMEOUT;
	case MPATH_STS_RESOURCE:
	case MPATH_STS_DEV_RESOURCE:
	case MPATH_STS_AGAIN:
		return MPATH_ERROR_BUSY;
	case MPATH_STS_NOTSUPP:
	case MPATH_STS_NOSPC:
	case MPATH_STS_TARGET:
	case MPATH_STS_RESV_CONFLICT:
	case MPATH_STS_MEDIUM:
	case MPATH_STS_PROTECTION:
	case MPATH_STS_INVAL:
	case MPATH_STS_ZONE_RESOURCE:
	case MPATH_STS_ZONE_OPEN_RESOURCE:
	case MPATH_STS_ZONE_ACTIVE_RESOURCE:
	case MPATH_STS_DURATION_LIMIT:
		return MPATH_ERROR_LUN;
	case MPATH_STS_OK:
	case MPATH_STS_IOERR:
	case MPATH_STS_MAX:
		break;
	}
	return MPATH_ERROR_IO;
}

// Acquire, of words that the shim adds to: pairs with the release of mpk_count_back(). Whoever
// reads that an I/O has come back, on whatever CPU, and goes on reading, also reads that it
// was sent.
template <typename Field>
auto IoCounts::sum(Field field) const noexcept
{
	std::remove_cvref_t<decltype(*field(static_cast<const mpath_io_counts *>(nullptr)))> sum =
		0;

	for (u32 cpu = 0; cpu < mpk_nr_cpus(); cpu++)
		if (const void *counts = mpk_percpu_of(percpu_.get(), cpu))
			sum += __atomic_load_n(field(static_cast<const mpath_io_counts *>(counts)),
					       __ATOMIC_ACQUIRE);
	return sum;
}

// The log2 bucket of mpath_device_latency.
static u32 bucket_of(u64 ns) noexcept
{
	const u64 us = ns / 1000;
	const u32 bits = us ? 64 - static_cast<u32>(__builtin_clzll(us)) : 0;

	return bits < MPATH_LATENCY_BUCKETS ? bits : MPATH_LATENCY_BUCKETS - 1;
}

void Latencies::took(mpath_direction direction, u64 ns) noexcept
{
	counts_[direction][bucket_of(ns)].fetch_add_relaxed(1);
}

u64 IoCounts::Glance::all_in_flight() const noexcept
{
	u64 sum = 0;

	for (const u64 count : in_flight)
		sum += count;
	return sum;
}

// What is in flight before what was sent: an I/O whose return was seen is among the sent. So
// where that has not changed since the last glance, no sending was missed; nor is one of an
// epoch that is over. What may be missed then are returns: the count is right or too big.
// Otherwise it can miss a sending whose return it sees, and be less than nothing.
IoCounts::Glance IoCounts::glance() const noexcept
{
	Glance glance{};

	for (u32 epoch = 0; epoch < MPATH_EPOCHS; epoch++) {
		const u32 count = sum([epoch](const mpath_io_counts *counts) {
			return &counts->in_flight[epoch];
		});

		glance.in_flight[epoch] = static_cast<int>(count) < 0 ? 0 : count;
	}
	for (u32 direction = 0; direction < MPATH_DIRECTIONS; direction++)
		glance.sent[direction] = ios(direction);
	return glance;
}

u64 IoCounts::ios(u32 direction) const noexcept
{
	return sum([direction](const mpath_io_counts *counts) { return &counts->ios[direction]; });
}

u64 IoCounts::sectors(u32 direction) const noexcept
{
	return sum(
		[direction](const mpath_io_counts *counts) { return &counts->sectors[direction]; });
}

} // namespace mpath
