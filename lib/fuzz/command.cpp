// SPDX-License-Identifier: GPL-2.0
// Commands from SG_IO, and what a device answers to a probe.
#include "fuzz.hpp"
#include "mpath_scsi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto cdb = copy(data, size);
	const auto route = mpath_scsi_route(cdb.get(), size);

	must(size || route == MPATH_SCSI_REFUSED);
	// WRITE, UNMAP, FORMAT UNIT, PERSISTENT RESERVE OUT, RESERVE, RELEASE
	if (size)
		must(route != MPATH_SCSI_ANY_PATH ||
		     !memchr("\x04\x0a\x2a\x8a\xaa\x42\x41\x93\x5f\x16\x17\x56\x57", cdb[0], 13));
	// What may be sent twice changes nothing.
	must(route != MPATH_SCSI_ANY_PATH || !mpath_scsi_changes_lun(cdb.get(), size));

	mpath_scsi_answer tur{};

	if (size < 8)
		return 0;
	tur.error = static_cast<int8_t>(data[0]) < 0 ? -data[0] : 0;
	tur.host_byte = data[1];
	tur.status = data[2];
	tur.sense_valid = data[3] & 1;
	tur.sense_key = data[4];
	tur.asc = data[5];
	tur.ascq = data[6];

	const auto verdict = mpath_scsi_tur_verdict(&tur);

	// Who it is, no TEST UNIT READY tells.
	must(verdict != MPATH_VERDICT_FOREIGN);
	// Access states are for the LUN to tell.
	if (verdict == MPATH_VERDICT_STANDBY || verdict == MPATH_VERDICT_UNAVAILABLE ||
	    verdict == MPATH_VERDICT_TRANSITIONING)
		must(!tur.error && !tur.host_byte && tur.sense_valid);
	// What did not come from the LUN says nothing good of it.
	must(verdict != MPATH_VERDICT_FINE || (!tur.error && !tur.host_byte));
	must(verdict != MPATH_VERDICT_GONE || (!tur.error && !tur.host_byte && tur.sense_valid));
	// A way that failed has brought no news of the LUN.
	must(!mpath_scsi_tells_of_change(&tur) || tur.sense_valid);
	must(verdict != MPATH_VERDICT_FINE || !mpath_scsi_way_failed(&tur));
	return 0;
}
