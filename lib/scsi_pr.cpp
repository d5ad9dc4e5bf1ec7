// SPDX-License-Identifier: GPL-2.0
#include "scsi_pr.hpp"

#include "scsi_status.hpp"
#include "util/errno.hpp"

namespace mpath {

namespace {

constexpr u8 kOpcodeIn = 0x5e;
constexpr u8 kOpcodeOut = 0x5f;

// In the parameter list of PERSISTENT RESERVE OUT.
constexpr u8 kAptpl = 0x01;
constexpr u8 kAllTgPt = 0x04;
constexpr u8 kSpecIPt = 0x08;

// Of the answers of PERSISTENT RESERVE IN: PRgeneration and additional length.
constexpr u32 kHeaderLen = 8;
constexpr u32 kReservationLen = 22; // as far as the type

void put(u8 *to, u64 value, u32 bytes) noexcept
{
	for (u32 i = 0; i < bytes; i++)
		to[i] = static_cast<u8>(value >> 8 * (bytes - 1 - i));
}

u64 get(const u8 *from, u32 bytes) noexcept
{
	u64 value = 0;

	for (u32 i = 0; i < bytes; i++)
		value = value << 8 | from[i];
	return value;
}

PrAnswer illegal_request(u8 asc, u8 ascq) noexcept
{
	PrAnswer answer{};

	answer.status = kCheckCondition;
	answer.sense_valid = true;
	answer.sense_key = kIllegalRequest;
	answer.asc = asc;
	answer.ascq = ascq;
	return answer;
}

Said said_by_sense(const PrAnswer &answer) noexcept
{
	switch (answer.sense_key) {
	case 0:
	case kRecoveredError:
		return Said::yes;
	case kNotReady:
		// LOGICAL UNIT COMMUNICATION FAILURE: so LIO calls it that a nexus is not registered.
		return answer.asc == 0x08 ? Said::conflict : Said::nothing;
	case kUnitAttention:
	case kAbortedCommand:
		return Said::nothing;
	case kIllegalRequest:
		// LOGICAL UNIT NOT SUPPORTED is a way that has lost its LUN.
		return answer.asc == 0x25 ? Said::nothing : Said::refused;
	default:
		return Said::refused;
	}
}

} // namespace

Said said(const PrAnswer &answer) noexcept
{
	// Some hosts call it an error of their own as well.
	if (!answer.error && answer.status == kReservationConflict)
		return Said::conflict;
	if (answer.error || answer.host_byte)
		return Said::nothing;
	if (answer.status == kGood)
		return Said::yes;
	if (answer.status != kCheckCondition || !answer.sense_valid)
		return Said::nothing;
	return said_by_sense(answer);
}

bool is_unit_attention(const PrAnswer &answer) noexcept
{
	return !answer.error && !answer.host_byte && answer.status == kCheckCondition &&
	       answer.sense_valid && answer.sense_key == kUnitAttention;
}

PrAnswer conflict_answer() noexcept
{
	PrAnswer answer{};

	answer.status = kReservationConflict;
	return answer;
}

PrAnswer no_connect_answer() noexcept
{
	PrAnswer answer{};

	answer.host_byte = kDidNoConnect;
	return answer;
}

PrAnswer disrupted_answer() noexcept
{
	PrAnswer answer{};

	answer.host_byte = kDidTransportDisrupted;
	return answer;
}

void encode_pr_out(const PrRequest &request, u8 (&cdb)[kPrCdbLen], u8 (&list)[kPrListLen]) noexcept
{
	for (u8 &byte : cdb)
		byte = 0;
	for (u8 &byte : list)
		byte = 0;
	cdb[0] = kOpcodeOut;
	cdb[1] = request.action;
	cdb[2] = request.type; // scope 0: the logical unit
	put(&cdb[5], kPrListLen, 4);
	put(&list[0], request.key, 8);
	put(&list[8], request.action_key, 8);
	list[20] = request.aptpl ? kAptpl : 0;
}

void encode_pr_in(PrIn what, u32 len, u8 (&cdb)[kPrCdbLen]) noexcept
{
	for (u8 &byte : cdb)
		byte = 0;
	cdb[0] = kOpcodeIn;
	cdb[1] = static_cast<u8>(what);
	put(&cdb[7], len, 2);
}

bool find_key(const u8 *data, u32 len, u64 key, PrKeys *keys) noexcept
{
	*keys = {};
	if (len < kHeaderLen)
		return false;

	const u64 list_len = get(&data[4], 4);

	if (list_len % 8 || list_len > kPrDataMax - kHeaderLen)
		return false;
	keys->all_len = kHeaderLen + static_cast<u32>(list_len);
	for (u32 at = kHeaderLen; at + 8 <= len && at < keys->all_len; at += 8)
		keys->times += get(&data[at], 8) == key;
	return true;
}

bool parse_reservation(const u8 *data, u32 len, PrReservation *reservation) noexcept
{
	*reservation = {};
	if (len < kHeaderLen)
		return false;
	if (get(&data[4], 4) == 0)
		return true;
	if (len < kReservationLen || get(&data[4], 4) < kReservationLen - kHeaderLen)
		return false;

	const u8 type = data[21] & 0x0f;

	if (!is_pr_type(type))
		return false;
	reservation->type = type;
	reservation->key = is_for_all(type) ? 0 : get(&data[8], 8);
	return true;
}

bool parse_persists(const u8 *data, u32 len) noexcept
{
	return len >= 4 && data[3] & 0x01;
}

} // namespace mpath

bool mpath_scsi_parse_pr_out(const u8 *cdb, size_t cdb_len, const u8 *list, size_t list_len,
			     mpath_pr_request *request, mpath_scsi_answer *answer) noexcept
{
	using namespace mpath;

	*request = {};
	*answer = illegal_request(0x24, 0x00); // INVALID FIELD IN CDB
	if (cdb_len < kPrCdbLen || cdb[0] != kOpcodeOut)
		return false;
	request->action = cdb[1] & 0x1f;
	request->type = cdb[2] & 0x0f;
	switch (request->action) {
	case MPATH_PR_RESERVE:
	case MPATH_PR_RELEASE:
	case MPATH_PR_PREEMPT:
	case MPATH_PR_PREEMPT_AND_ABORT:
		// The scope is the logical unit: there is no other.
		if (!is_pr_type(request->type) || cdb[2] >> 4)
			return false;
		break;
	case MPATH_PR_REGISTER:
	case MPATH_PR_REGISTER_AND_IGNORE:
	case MPATH_PR_CLEAR:
		request->type = 0; // ignored, says the standard
		break;
	default: // REGISTER AND MOVE: to a nexus that is not ours
		return false;
	}
	*answer = illegal_request(0x1a, 0x00); // PARAMETER LIST LENGTH ERROR
	if (get(&cdb[5], 4) != kPrListLen || list_len != kPrListLen)
		return false;
	request->key = get(&list[0], 8);
	request->action_key = get(&list[8], 8);

	const bool registers = request->action == MPATH_PR_REGISTER ||
			       request->action == MPATH_PR_REGISTER_AND_IGNORE;

	// ALL_TG_PT and SPEC_I_PT register nexuses that are not among the paths, or that are
	// registered one by one here.
	*answer = illegal_request(0x26, 0x00); // INVALID FIELD IN PARAMETER LIST
	if (list[20] & kSpecIPt || (registers && list[20] & kAllTgPt))
		return false;
	request->aptpl = registers && list[20] & kAptpl;
	*answer = {};
	return true;
}

u8 mpath_scsi_pr_type(u32 block_type) noexcept
{
	// include/uapi/linux/pr.h, enum pr_type
	constexpr u8 kTypes[] = {0,
				 mpath::kWriteExclusive,
				 mpath::kExclusiveAccess,
				 mpath::kWriteExclusiveRegistrants,
				 mpath::kExclusiveAccessRegistrants,
				 mpath::kWriteExclusiveAll,
				 mpath::kExclusiveAccessAll};

	return block_type < sizeof(kTypes) ? kTypes[block_type] : 0;
}

int mpath_scsi_pr_status(const mpath_scsi_answer *answer) noexcept
{
	// include/uapi/linux/pr.h, enum pr_status; the host's as far as that has words for them
	constexpr int kIoError = 0x2;
	constexpr int kRetryPathFailure = 0xe0000;
	constexpr int kPathFastFailed = 0xf0000;
	constexpr int kPathFailed = 0x10000;

	if (answer->error)
		return answer->error;
	if (mpath::said(*answer) == mpath::Said::yes)
		return 0;
	if (answer->status == mpath::kReservationConflict)
		return mpath::kReservationConflict;
	switch (answer->host_byte) {
	case 0x02: // DID_BUS_BUSY
	case 0x0e: // DID_TRANSPORT_DISRUPTED
	case 0x14: // DID_TRANSPORT_MARGINAL
		return kRetryPathFailure;
	case mpath::kDidNoConnect:
		return kPathFailed;
	case 0x0f: // DID_TRANSPORT_FAILFAST
		return kPathFastFailed;
	default:
		break;
	}
	if (answer->sense_valid && answer->sense_key == mpath::kIllegalRequest &&
	    (answer->asc == 0x24 || answer->asc == 0x26))
		return -EINVAL;
	return kIoError;
}
