// SPDX-License-Identifier: GPL-2.0
// Which disks take part in multipath, and why the others do not.
#include "mpath_scsi.h"

#include "util/errno.hpp"
#include "util/text.hpp"

namespace {

constexpr u8 kTypeDirectAccess = 0x00;

} // namespace

int mpath_scsi_switch(const char *word) noexcept
{
	if (mpath::is_word(word, "Y") || mpath::is_word(word, "y") || mpath::is_word(word, "1"))
		return 1;
	if (mpath::is_word(word, "N") || mpath::is_word(word, "n") || mpath::is_word(word, "0"))
		return 0;
	return -EINVAL;
}

const char *mpath_scsi_membership(const mpath_scsi_traits *traits, bool enabled, bool always,
				  bool *silent) noexcept
{
	*silent = true;
	if (!enabled && !always)
		return "multipath is off";
	if (traits->type != kTypeDirectAccess)
		return "not a direct access block device";
	if (traits->removable)
		return "removable medium";
	if (traits->zoned)
		return "zoned";
	if (!always && !traits->tpgs)
		return "no asymmetric logical unit access (TPGS is 0)";

	// From here on the disk looks like one that should have been taken.
	*silent = false;
	switch (traits->wwid) {
	case MPATH_WWID_OK:
		break;
	case MPATH_WWID_NONE:
		return "no VPD page 83 designator of the logical unit";
	case MPATH_WWID_WEAK:
		return "VPD page 83 has only designators that several LUNs may share";
	case MPATH_WWID_MALFORMED:
		return "VPD page 83 is malformed";
	}
	if (!traits->has_medium)
		return "capacity is 0";
	return nullptr;
}
