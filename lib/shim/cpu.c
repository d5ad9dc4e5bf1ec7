// SPDX-License-Identifier: GPL-2.0
/* CPUs, nodes, time. */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/topology.h>

#include "port.h"

struct mpk_percpu *mpk_percpu_create(size_t size)
{
	return (__force struct mpk_percpu *)__alloc_percpu(size, sizeof(u64));
}

void mpk_percpu_destroy(struct mpk_percpu *percpu)
{
	free_percpu((__force void __percpu *)percpu);
}

void *mpk_percpu_this(struct mpk_percpu *percpu)
{
	return raw_cpu_ptr((__force void __percpu *)percpu);
}

void *mpk_percpu_of(struct mpk_percpu *percpu, u32 cpu)
{
	return cpu_possible(cpu) ? per_cpu_ptr((__force void __percpu *)percpu, cpu) : NULL;
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

u64 mpk_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}
