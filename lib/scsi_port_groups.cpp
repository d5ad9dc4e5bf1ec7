// SPDX-License-Identifier: GPL-2.0
#include "scsi_port_groups.hpp"

#include "access.hpp"
#include "scsi_designators.hpp"
#include "scsi_status.hpp"

namespace mpath {

namespace {

// Parameter data: the length-only header, or the extended one, whose byte 4 has the format in
// bits 4 to 6 and byte 5 the implicit transition time in seconds.
constexpr size_t kPlainHeaderLen = 4;
constexpr size_t kExtendedHeaderLen = 8;
constexpr u8 kFormatMask = 0x70;
constexpr u8 kFormatExtended = 0x10;

// A target port group descriptor, and a target port descriptor in it.
constexpr size_t kGroupLen = 8;
constexpr size_t kPortLen = 4;

u32 be16(const u8 *bytes) noexcept
{
	return static_cast<u32>(bytes[0]) << 8 | bytes[1];
}

u64 be32(const u8 *bytes) noexcept
{
	return static_cast<u64>(be16(bytes)) << 16 | be16(bytes + 2);
}

struct Group {
	const u8 *bytes;
	size_t ports_here; // descriptors of ports within the data

	int id() const noexcept { return static_cast<int>(be16(bytes + 2)); }
	u8 state() const noexcept { return bytes[0] & (kPreferred | kAccessMask); }
	bool is_sound() const noexcept { return bytes[7] && exists(state()); }
	bool has_port(int port) const noexcept
	{
		for (size_t i = 0; i < ports_here; i++)
			if (static_cast<int>(be16(bytes + kGroupLen + i * kPortLen + 2)) == port)
				return true;
		return false;
	}
};

} // namespace

void encode_report(bool extended, u32 len, u8 (&cdb)[kReportCdbLen]) noexcept
{
	constexpr u8 kMaintenanceIn = 0xa3, kReportTargetPortGroups = 0x0a, kExtendedHeader = 0x20;

	for (u8 &byte : cdb)
		byte = 0;
	cdb[0] = kMaintenanceIn;
	cdb[1] = kReportTargetPortGroups | (extended ? kExtendedHeader : 0);
	for (u32 i = 0; i < 4; i++)
		cdb[6 + i] = static_cast<u8>(len >> (24 - 8 * i));
}

PortGroupReport::PortGroupReport(const u8 *data, u32 len) noexcept : groups_(data), end_(data)
{
	if (len < kPlainHeaderLen)
		return;
	wanted_ = be32(data) + kPlainHeaderLen;

	const size_t here = wanted_ < len ? static_cast<size_t>(wanted_) : len;
	// Asked for or not: the format is in the data. A group's descriptor begins with its state,
	// of which no bit is set there.
	const bool extended = here >= kExtendedHeaderLen &&
			      (data[4] & kFormatMask) == kFormatExtended;

	if (extended && data[5])
		transition_secs_ = data[5];
	groups_ = data + (extended ? kExtendedHeaderLen : kPlainHeaderLen);
	end_ = data + (here < kPlainHeaderLen ? kPlainHeaderLen : here);
}

// Who cuts the ports of the last group off has told its state.
template <typename Match>
int PortGroupReport::find(const Match &match) const noexcept
{
	int found = kUnknown;

	for (const u8 *at = groups_; at < end_;) {
		const auto left = static_cast<size_t>(end_ - at);

		if (left < kGroupLen)
			break;

		const size_t size = kGroupLen + at[7] * kPortLen;
		const Group group{at, ((left < size ? left : size) - kGroupLen) / kPortLen};

		if (group.is_sound() && match(group)) {
			if (found != kUnknown && found != group.state())
				return kUnknown;
			found = group.state();
		}
		if (left < size)
			break;
		at += size;
	}
	return found;
}

int PortGroupReport::state_of(int group, int port) const noexcept
{
	int state = kUnknown;

	if (group != kUnknown)
		state = find([group](const Group &g) { return g.id() == group; });
	// The page that named the group may be older than the report.
	if (state == kUnknown && port != kUnknown)
		state = find([port](const Group &g) { return g.has_port(port); });
	return state;
}

Answered answered(const mpath_scsi_answer &answer, bool extended) noexcept
{
	if (answer.error || answer.host_byte)
		return Answered::no;
	if (answer.status == kBusy || answer.status == kTaskSetFull)
		return Answered::once_more;
	if (!answer.status)
		return Answered::yes;
	if (answer.status != kCheckCondition || !answer.sense_valid)
		return Answered::no;

	switch (answer.sense_key) {
	case kUnitAttention:
		return Answered::once_more;
	case kNotReady:
		return answer.asc == 0x04 && answer.ascq == 0x0a ? Answered::transitioning
								 : Answered::no;
	case kIllegalRequest:
		// LOGICAL UNIT NOT SUPPORTED is about the LUN.
		if (answer.asc == 0x25)
			return Answered::no;
		return extended ? Answered::plainly : Answered::never;
	default:
		return Answered::no;
	}
}

} // namespace mpath

void mpath_scsi_find_port(const u8 *page, size_t len, mpath_port_config *port) noexcept
{
	constexpr u8 kAssociationTargetPort = 1;
	constexpr u8 kRelativeTargetPort = 4;
	constexpr u8 kTargetPortGroup = 5;

	port->group = port->relative = mpath::PortGroupReport::kUnknown;
	for (mpath::Designators all(page, len); all.next();) {
		if (all.association() != kAssociationTargetPort || all.len() != 4)
			continue;
		// 0 is reserved as a relative port, not as a group. Of several the first.
		const int value = static_cast<int>(mpath::be16(all.bytes() + 2));

		if (all.type() == kRelativeTargetPort && port->relative < 0 && value)
			port->relative = value;
		else if (all.type() == kTargetPortGroup && port->group < 0)
			port->group = value;
	}
}
