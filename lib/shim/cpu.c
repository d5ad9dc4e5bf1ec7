// SPDX-License-Identifier: GPL-2.0
/* CPUs, nodes, time. */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/topology.h>

#include "count.h"
#include "port.h"

struct mpk_percpu *mpk_percpu_create(size_t size)
{
	const size_t align = is_power_of_2(size) ? size : sizeof(u64);

	BUILD_BUG_ON(sizeof(struct mpath_io_counts) != SMP_CACHE_BYTES);
	return (struct mpk_percpu *)(__force uintptr_t)__alloc_percpu(size, align);
}

void mpk_percpu_destroy(struct mpk_percpu *percpu)
{
	free_percpu(mpk_percpu_in(percpu));
}

void *mpk_percpu_this(struct mpk_percpu *percpu)
{
	return raw_cpu_ptr(mpk_percpu_in(percpu));
}

void *mpk_percpu_of(struct mpk_percpu *percpu, u32 cpu)
{
	return cpu_possible(cpu) ? per_cpu_ptr(mpk_percpu_in(percpu), cpu) : NULL;
}

void mpk_count_sent(struct mpath_io *io)
{
	mpk_count_sent_here(io->head, io->path, io);
}

void mpk_count_back(struct mpk_percpu *percpu, u32 epoch)
{
	mpk_count_back_here(&mpk_counts(percpu)->in_flight[epoch]);
}

/* Acquire: pairs with mpk_count_back(). */
static bool mpk_anything_in_flight(struct mpk_percpu *percpu)
{
	u32 sum = 0;
	u32 epoch;
	int cpu;

	for_each_possible_cpu(cpu)
		for (epoch = 0; epoch < MPATH_EPOCHS; epoch++)
			sum += smp_load_acquire(
				&per_cpu_ptr(mpk_counts(percpu), cpu)->in_flight[epoch]);
	return sum != 0;
}

void mpk_counts_drain(struct mpk_percpu *percpu)
{
	unsigned int ms = 1;

	while (mpk_anything_in_flight(percpu)) {
		msleep(ms);
		ms = min(2 * ms, 32U);
	}
}

u32 mpk_nr_cpus(void)
{
	return nr_cpu_ids;
}

u32 mpk_nr_nodes(void)
{
	return nr_node_ids;
}

u32 mpk_this_node(void)
{
	return numa_node_id();
}

int mpk_node_distance(int a, int b)
{
	return node_distance(a, b);
}

u32 mpk_ticks(void)
{
	return (u32)READ_ONCE(jiffies);
}

u64 mpk_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

u64 mpk_now_ns(void)
{
	return ktime_get_ns();
}

void mpk_msleep(u32 ms)
{
	msleep(ms);
}
