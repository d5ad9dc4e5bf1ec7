// SPDX-License-Identifier: GPL-2.0
// Which disks take part in multipath, and why the others do not.
#include "mpath_scsi.h"

#include "util/text.hpp"

namespace {

constexpr u8 kTypeDirectAccess = 0x00;
constexpr u8 kTypeHostManagedZoned = 0x14;

constexpr const char *kLocalTransports[] = {"ata", "usb", "ufs"};

// Disks that have one way to them, and often ids that are nobody's.
bool is_local(const mpath_scsi_disk &disk) noexcept
{
	for (const char *transport : kLocalTransports)
		if (mpath::same_text(disk.transport, transport))
			return true;
	// SAT-4 8.1.2: behind a SAS host as well.
	return mpath::same_text(disk.vendor, "ATA");
}

// Why a disk is not chosen that could be taken; nullptr if it is.
const char *choose(const mpath_scsi_traits &traits, const mpath_scsi_choice &choice) noexcept
{
	if (mpath_scsi_rules_match(choice.deny, &traits.disk))
		return "denied by a rule";
	if (mpath_scsi_rules_match(choice.allow, &traits.disk))
		return nullptr;
	if (!choice.enabled && !choice.always)
		return "multipath is off";
	if (is_local(traits.disk))
		return "an ATA, USB or UFS disk, and not allowed by a rule";
	if (!choice.always && !traits.tpgs)
		return "no asymmetric logical unit access (TPGS is 0)";
	return nullptr;
}

// Why a disk cannot be told from others, or not be used; nullptr if it can.
const char *find_fault(const mpath_scsi_traits &traits) noexcept
{
	if (traits.zoned || traits.type == kTypeHostManagedZoned)
		return "zoned";
	switch (traits.wwid) {
	case MPATH_WWID_OK:
		break;
	case MPATH_WWID_NONE:
		return "no VPD page 83 designator of the logical unit";
	case MPATH_WWID_WEAK:
		return "VPD page 83 has only designators that several LUNs may share";
	case MPATH_WWID_MALFORMED:
		return "VPD page 83 is malformed";
	}
	return traits.has_medium ? nullptr : "capacity is 0";
}

} // namespace

const char *mpath_scsi_membership(const mpath_scsi_traits *traits, const mpath_scsi_choice *choice,
				  bool *silent) noexcept
{
	*silent = true;
	if (traits->type != kTypeDirectAccess && traits->type != kTypeHostManagedZoned)
		return "not a direct access block device";
	if (traits->removable)
		return "removable medium";
	if (const char *reason = choose(*traits, *choice))
		return reason;

	// From here on the disk looks like one that should have been taken.
	*silent = false;
	return find_fault(*traits);
}
