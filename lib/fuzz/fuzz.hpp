// SPDX-License-Identifier: GPL-2.0
// What the targets share: bytes of exactly their length, and what must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A violated property ends the run, as a crash does, and its input is kept.
inline void must(bool holds)
{
	if (!holds)
		abort();
}

// Memory of its own: a byte read beyond it is a finding.
inline std::unique_ptr<uint8_t[]> copy(const uint8_t *data, size_t size)
{
	auto bytes = std::make_unique<uint8_t[]>(size);

	if (size)
		memcpy(bytes.get(), data, size);
	return bytes;
}
