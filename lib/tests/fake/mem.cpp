// SPDX-License-Identifier: GPL-2.0
// Memory of the core's objects. Kind: imitates; fails when told to.
//
// No lock and no list: what the sanitizers watch must not be ordered by the allocator.
#include "fake/internal.hpp"

#include <cstdlib>
#include <cstring>

using mpath::fake::Call;
using mpath::fake::Port;

namespace {

// As in the shim, where sizes are rounded up to a power of two.
constexpr std::size_t kAlign = 64;

} // namespace

void *mpk_alloc(size_t size) noexcept
{
	Call call(Port::alloc);

	mpath::fake::might_sleep("mpk_alloc");
	if (mpath::fake::allocation_fails())
		return nullptr;

	void *memory = nullptr;

	if (posix_memalign(&memory, kAlign, size))
		mpath::fake::die("out of memory");
	std::memset(memory, 0, size);
	mpath::fake::count_objects(1);
	return memory;
}

void mpk_free(void *memory) noexcept
{
	Call call(Port::free);

	if (!memory)
		return;
	mpath::fake::count_objects(-1);
	std::free(memory);
}

void *mpk_object_alloc(mpath_object kind) noexcept
{
	return mpk_alloc(mpath_object_size(kind));
}

void mpk_object_free(mpath_object, void *memory) noexcept
{
	mpk_free(memory);
}
