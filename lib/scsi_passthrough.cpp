// SPDX-License-Identifier: GPL-2.0
// Commands that users send through the head: which way they go, and what their answer says.
#include "mpath_scsi.h"

#include "scsi_status.hpp"

namespace {

constexpr u8 kVariableLength = 0x7f; // the service action is in bytes 8 and 9
constexpr u8 kServiceActionIn16 = 0x9e;
constexpr u8 kMaintenanceIn = 0xa3;
constexpr u8 kZbcIn = 0x95;

u8 service_action(const u8 *cdb, size_t len) noexcept
{
	return len >= 2 ? cdb[1] & 0x1f : 0xff;
}

// SBC-4 table 35: what the opcode does is in byte 1, and "in" tells only the direction of
// its data. STREAM CONTROL (14h) and BACKGROUND CONTROL (15h) change the LUN, and from 18h
// on it is REMOVE ELEMENT AND TRUNCATE and its like.
bool only_reads(u8 service_action) noexcept
{
	switch (service_action) {
	case 0x10: // READ CAPACITY(16)
	case 0x12: // GET LBA STATUS
	case 0x13: // REPORT REFERRALS
	case 0x16: // GET STREAM STATUS
	case 0x17: // GET PHYSICAL ELEMENT STATUS
		return true;
	default:
		return false;
	}
}

// SPC-5 table 192.
bool only_reports(u8 service_action) noexcept
{
	switch (service_action) {
	case 0x05: // REPORT IDENTIFYING INFORMATION
	case 0x0a: // REPORT TARGET PORT GROUPS
	case 0x0b: // REPORT ALIASES
	case 0x0c: // REPORT SUPPORTED OPERATION CODES
	case 0x0d: // REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS
	case 0x0f: // REPORT TIMESTAMP
		return true;
	default:
		return false;
	}
}

bool is_read_32(const u8 *cdb, size_t len) noexcept
{
	return len >= 10 && cdb[8] == 0x00 && cdb[9] == 0x09;
}

// May it be sent again, down another path? It changes nothing, and is about the LUN, not about
// the nexus: REQUEST SENSE, the echo buffer and what RECEIVE COPY STATUS asks after belong to one.
bool is_idempotent(const u8 *cdb, size_t len) noexcept
{
	switch (cdb[0]) {
	case 0x00: // TEST UNIT READY
	case 0x08: // READ(6)
	case 0x12: // INQUIRY
	case 0x1a: // MODE SENSE(6)
	case 0x25: // READ CAPACITY(10)
	case 0x28: // READ(10)
	case 0x5a: // MODE SENSE(10)
	case 0x5e: // PERSISTENT RESERVE IN
	case 0x88: // READ(16)
	case 0xa0: // REPORT LUNS
	case 0xa8: // READ(12)
		return true;
	case 0x4d: // LOG SENSE; with SP it saves what it reports
		return len >= 2 && !(cdb[1] & 0x01);
	case kVariableLength:
		return is_read_32(cdb, len);
	case kZbcIn: // REPORT ZONES
		return service_action(cdb, len) == 0x00;
	case kServiceActionIn16:
		return only_reads(service_action(cdb, len));
	case kMaintenanceIn:
		return only_reports(service_action(cdb, len));
	default:
		return false;
	}
}

// SPC-5 table 238: the modes of WRITE BUFFER that download microcode.
bool downloads_microcode(u8 mode) noexcept
{
	return (mode >= 0x04 && mode <= 0x07) || (mode >= 0x0d && mode <= 0x0f);
}

} // namespace

enum mpath_scsi_route mpath_scsi_route(const u8 *cdb, size_t len) noexcept
{
	if (!len)
		return MPATH_SCSI_REFUSED;
	switch (cdb[0]) {
	case 0x16: // RESERVE(6)
	case 0x17: // RELEASE(6)
	case 0x56: // RESERVE(10)
	case 0x57: // RELEASE(10)
		return MPATH_SCSI_REFUSED;
	case 0x5f: // PERSISTENT RESERVE OUT
		return MPATH_SCSI_EVERY_NEXUS;
	default:
		return is_idempotent(cdb, len) ? MPATH_SCSI_ANY_PATH : MPATH_SCSI_ONE_PATH;
	}
}

bool mpath_scsi_changes_lun(const u8 *cdb, size_t len) noexcept
{
	if (!len)
		return false;
	switch (cdb[0]) {
	case 0x04: // FORMAT UNIT
	case 0x15: // MODE SELECT(6)
	case 0x38: // FORMAT WITH PRESET
	case 0x55: // MODE SELECT(10)
		return true;
	case 0x3b: // WRITE BUFFER
		return downloads_microcode(service_action(cdb, len));
	default:
		return false;
	}
}

bool mpath_scsi_way_failed(const mpath_scsi_answer *answer) noexcept
{
	return answer->error || answer->host_byte != mpath::kDidOk;
}

bool mpath_scsi_tells_of_change(const mpath_scsi_answer *answer) noexcept
{
	if (!answer->sense_valid || answer->sense_key != mpath::kUnitAttention)
		return false;
	switch (answer->asc << 8 | answer->ascq) {
	case 0x2a01: // MODE PARAMETERS CHANGED
	case 0x2a09: // CAPACITY DATA HAS CHANGED
	case 0x3f03: // INQUIRY DATA HAS CHANGED
		return true;
	default:
		return false;
	}
}
