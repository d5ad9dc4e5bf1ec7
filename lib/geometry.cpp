// SPDX-License-Identifier: GPL-2.0
#include "geometry.hpp"

#include "util/text.hpp"

namespace mpath {

namespace {

void put_number(char (&to)[24], u64 value) noexcept
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = static_cast<char>('0' + value % 10);
		value /= 10;
	} while (value);
	for (int i = 0; i < n; i++)
		to[i] = digits[n - 1 - i];
	to[n] = '\0';
}

Contradiction numbers(const char *what, u64 head, u64 path) noexcept
{
	Contradiction found{what, {}, {}};

	put_number(found.head, head);
	put_number(found.path, path);
	return found;
}

Contradiction texts(const char *what, const char *head, const char *path) noexcept
{
	Contradiction found{what, {}, {}};

	copy_text(found.head, head);
	copy_text(found.path, path);
	return found;
}

} // namespace

Contradiction compare(const mpath_geometry &head, const mpath_geometry &path) noexcept
{
	if (!same_text(head.vendor, path.vendor))
		return texts("vendor", head.vendor, path.vendor);
	if (!same_text(head.product, path.product))
		return texts("product", head.product, path.product);
	if (head.capacity != path.capacity)
		return numbers("capacity in sectors", head.capacity, path.capacity);
	if (head.logical_block_size != path.logical_block_size)
		return numbers("logical block size", head.logical_block_size,
			       path.logical_block_size);
	if (head.protection_type != path.protection_type)
		return numbers("protection type", head.protection_type, path.protection_type);
	if (head.read_only != path.read_only)
		return numbers("write protection", head.read_only, path.read_only);
	return {};
}

} // namespace mpath
