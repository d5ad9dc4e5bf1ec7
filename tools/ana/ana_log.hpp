// SPDX-License-Identifier: GPL-2.0
// What the target tells of asymmetric namespace access (NVMe Base 2.0, 5.16.1.13): the log
// page, as any target may write it, and the line that the kernel's tracing has of the event
// that announces a change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ana {

// A change count, and after it the number of groups in two bytes.
constexpr std::size_t kHeaderLen = 16;

struct Group {
	std::uint32_t id;
	std::uint8_t state;
	std::vector<std::uint32_t> namespaces;
};

struct Log {
	std::uint64_t changes;
	std::vector<Group> groups;
};

// The log page is little-endian.
template <typename T>
T read_le(std::span<const std::uint8_t> bytes, std::size_t at) noexcept
{
	T value = 0;

	for (std::size_t i = sizeof(T); i-- > 0;)
		value = static_cast<T>(value << 8 | bytes[at + i]);
	return value;
}

// How often the states have changed, as @log says that has its header at least.
inline std::uint64_t changes(std::span<const std::uint8_t> log) noexcept
{
	return read_le<std::uint64_t>(log, 0);
}

// All of it or nothing: what was cut off would leave namespaces without a state.
inline std::optional<Log> parse(std::span<const std::uint8_t> bytes)
{
	constexpr std::size_t kGroupLen = 32;
	constexpr std::size_t kNsidLen = 4;

	if (bytes.size() < kHeaderLen)
		return std::nullopt;

	Log log{ changes(bytes), {} };
	std::size_t at = kHeaderLen;

	for (unsigned left = read_le<std::uint16_t>(bytes, 8); left > 0; left--) {
		if (bytes.size() - at < kGroupLen)
			return std::nullopt;

		const std::size_t count = read_le<std::uint32_t>(bytes, at + 4);
		Group group{ read_le<std::uint32_t>(bytes, at),
			     static_cast<std::uint8_t>(bytes[at + 16] & 0xf),
			     {} };

		at += kGroupLen;
		if ((bytes.size() - at) / kNsidLen < count)
			return std::nullopt;
		for (std::size_t i = 0; i < count; i++, at += kNsidLen)
			group.namespaces.push_back(read_le<std::uint32_t>(bytes, at));
		log.groups.push_back(std::move(group));
	}
	return log;
}

// The word that a path's ana_state takes; none where the log does not tell: no group has the
// namespace, two groups have it that differ, or the state is a reserved one.
inline std::optional<std::string_view> state_of(const Log &log, std::uint32_t nsid)
{
	std::optional<std::uint8_t> state;

	for (const Group &group : log.groups)
		for (const std::uint32_t listed : group.namespaces) {
			if (listed != nsid)
				continue;
			if (state && *state != group.state)
				return std::nullopt;
			state = group.state;
		}
	switch (state.value_or(0)) {
	case 0x1:
		return "optimized";
	case 0x2:
		return "non-optimized";
	case 0x3:
		return "inaccessible";
	case 0x4:
		return "persistent-loss";
	case 0xf:
		return "change";
	default:
		return std::nullopt;
	}
}

// The controller's name, if @line is what the trace event nvme_async_event prints for a change
// of states: "... nvme_async_event: nvme3: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]", where 02 is a
// notice, 03 this one, and 0c the log page.
inline std::optional<std::string_view> changed_controller(std::string_view line)
{
	constexpr std::string_view kEvent = " nvme_async_event: ";
	constexpr std::string_view kChange = ": NVME_AEN=0x0c0302 ";
	const auto event = line.find(kEvent);

	if (event == line.npos)
		return std::nullopt;
	line.remove_prefix(event + kEvent.size());

	const auto end = line.find(kChange);

	if (end == line.npos || end < 5 || !line.starts_with("nvme") ||
	    line.substr(4, end - 4).find_first_not_of("0123456789") != line.npos)
		return std::nullopt;
	return line.substr(0, end);
}

} // namespace ana
