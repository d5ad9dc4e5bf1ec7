// SPDX-License-Identifier: GPL-2.0
// What a probe's answer means, and which commands may go through the head.
#include "mpath_scsi.h"

namespace {

// include/scsi/scsi_status.h
constexpr u8 kDidOk = 0x00;
constexpr u8 kDidImmRetry = 0x0c;
constexpr u8 kDidRequeue = 0x0d;

// SAM-6 5.3.1
constexpr u8 kGood = 0x00;
constexpr u8 kCheckCondition = 0x02;
constexpr u8 kBusy = 0x08;
constexpr u8 kReservationConflict = 0x18;
constexpr u8 kTaskSetFull = 0x28;

// SPC-5 table 48
constexpr u8 kRecoveredError = 0x1;
constexpr u8 kNotReady = 0x2;
constexpr u8 kIllegalRequest = 0x5;
constexpr u8 kUnitAttention = 0x6;

mpath_verdict sense_verdict(const mpath_scsi_tur &tur) noexcept
{
	switch (tur.sense_key) {
	case 0:
	case kRecoveredError:
	case kUnitAttention: // it answers; what changed is for others to read
		return MPATH_VERDICT_FINE;
	case kNotReady:
		// 04/0A is a path in transition: it neither serves I/O nor is it gone.
		return tur.asc == 0x04 && tur.ascq == 0x0a ? MPATH_VERDICT_LATER
							   : MPATH_VERDICT_DEAD;
	case kIllegalRequest:
		// LOGICAL UNIT NOT SUPPORTED
		return tur.asc == 0x25 ? MPATH_VERDICT_GONE : MPATH_VERDICT_DEAD;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

constexpr u8 kServiceActionIn16 = 0x9e;
constexpr u8 kMaintenanceIn = 0xa3;

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

} // namespace

mpath_verdict mpath_scsi_tur_verdict(const mpath_scsi_tur *tur) noexcept
{
	if (tur->error)
		return MPATH_VERDICT_DEAD;
	if (tur->host_byte == kDidImmRetry || tur->host_byte == kDidRequeue)
		return MPATH_VERDICT_LATER;
	if (tur->host_byte != kDidOk)
		return MPATH_VERDICT_DEAD;

	switch (tur->status) {
	case kGood:
	case kReservationConflict: // somebody's reservation, and a path that works
		return MPATH_VERDICT_FINE;
	case kBusy:
	case kTaskSetFull:
		return MPATH_VERDICT_LATER;
	case kCheckCondition:
		return tur->sense_valid ? sense_verdict(*tur) : MPATH_VERDICT_DEAD;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

bool mpath_scsi_cdb_may_pass(const u8 *cdb, size_t len) noexcept
{
	if (!len)
		return false;

	switch (cdb[0]) {
	case 0x00:           // TEST UNIT READY
	case 0x03:           // REQUEST SENSE
	case 0x08:           // READ(6)
	case 0x12:           // INQUIRY
	case 0x1a:           // MODE SENSE(6)
	case 0x25:           // READ CAPACITY(10)
	case 0x28:           // READ(10)
	case 0x37:           // READ DEFECT DATA(10)
	case 0x4d:           // LOG SENSE
	case 0x5a:           // MODE SENSE(10)
	case 0x5e:           // PERSISTENT RESERVE IN
	case 0x88:           // READ(16)
	case 0xa0:           // REPORT LUNS
	case 0xa8:           // READ(12)
	case kMaintenanceIn: // REPORT TARGET PORT GROUPS, REPORT SUPPORTED OPERATION CODES, ...
		return true;
	case kServiceActionIn16:
		return len >= 2 && only_reads(cdb[1] & 0x1f);
	default:
		return false;
	}
}
