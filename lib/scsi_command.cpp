// SPDX-License-Identifier: GPL-2.0
// What a probe's answer means.
#include "mpath_scsi.h"

#include "access.hpp"
#include "scsi_status.hpp"
#include "util/errno.hpp"

namespace {

using Answer = mpath_scsi_answer;

// LOGICAL UNIT NOT READY: the port group of a path in transition neither serves I/O nor is
// it gone; in standby and unavailable it waits for an administrator or for the array.
mpath_verdict not_ready_verdict(u8 ascq) noexcept
{
	switch (ascq) {
	case 0x0a:
		return MPATH_VERDICT_TRANSITIONING;
	case 0x0b:
		return MPATH_VERDICT_STANDBY;
	case 0x0c:
		return MPATH_VERDICT_UNAVAILABLE;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

// What a LUN may say of itself whatever it was asked; DEAD for the rest.
mpath_verdict common_sense_verdict(const Answer &answer) noexcept
{
	switch (answer.sense_key) {
	case 0:
	case mpath::kRecoveredError:
		return MPATH_VERDICT_FINE;
	case mpath::kNotReady:
		return answer.asc == 0x04 ? not_ready_verdict(answer.ascq) : MPATH_VERDICT_DEAD;
	case mpath::kIllegalRequest:
		// LOGICAL UNIT NOT SUPPORTED
		return answer.asc == 0x25 ? MPATH_VERDICT_GONE : MPATH_VERDICT_DEAD;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

mpath_verdict tur_sense_verdict(const Answer &tur) noexcept
{
	// It answers; what changed is for others to read.
	if (tur.sense_key == mpath::kUnitAttention)
		return MPATH_VERDICT_FINE;
	return common_sense_verdict(tur);
}

mpath_verdict read_sense_verdict(const Answer &read) noexcept
{
	switch (read.sense_key) {
	case mpath::kUnitAttention: // instead of reading
		return MPATH_VERDICT_LATER;
	case mpath::kMediumError:
	case mpath::kHardwareError:
	case mpath::kDataProtect:
	case mpath::kBlankCheck:
		return MPATH_VERDICT_FINE;
	case mpath::kIllegalRequest:
		return read.asc == 0x25 ? MPATH_VERDICT_GONE : MPATH_VERDICT_FINE;
	case mpath::kAbortedCommand:
		// LOGICAL BLOCK GUARD CHECK FAILED and its like: what is stored is wrong.
		return read.asc == 0x10 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD;
	default:
		return common_sense_verdict(read);
	}
}

mpath_verdict verdict(const Answer &answer, mpath_verdict (*by_sense)(const Answer &)) noexcept
{
	// Nothing was asked.
	if (answer.error == -ENOMEM)
		return MPATH_VERDICT_LATER;
	if (answer.error)
		return MPATH_VERDICT_DEAD;
	if (answer.host_byte == mpath::kDidImmRetry || answer.host_byte == mpath::kDidRequeue)
		return MPATH_VERDICT_LATER;
	if (answer.host_byte != mpath::kDidOk)
		return MPATH_VERDICT_DEAD;

	switch (answer.status) {
	case mpath::kGood:
	case mpath::kReservationConflict: // somebody's reservation, and a path that works
		return MPATH_VERDICT_FINE;
	case mpath::kBusy:
	case mpath::kTaskSetFull:
		return MPATH_VERDICT_LATER;
	case mpath::kCheckCondition:
		return answer.sense_valid ? by_sense(answer) : MPATH_VERDICT_DEAD;
	default:
		return MPATH_VERDICT_DEAD;
	}
}

} // namespace

mpath_verdict mpath_scsi_tur_verdict(const mpath_scsi_answer *tur) noexcept
{
	return verdict(*tur, tur_sense_verdict);
}

mpath_verdict mpath_scsi_read_verdict(const mpath_scsi_answer *read) noexcept
{
	return verdict(*read, read_sense_verdict);
}

bool mpath_scsi_takes_io(u8 access_state) noexcept
{
	return mpath::takes_io(access_state);
}
