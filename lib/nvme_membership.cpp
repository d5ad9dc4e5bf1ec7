// SPDX-License-Identifier: GPL-2.0
// Which namespaces take part in multipath, and which of them are one.
#include "mpath_nvme.h"

#include "util/text.hpp"

namespace {

using mpath::same_text;

// What the driver makes up where a namespace has no id: vendor, serial number, model, NSID.
bool is_made_up(const char *wwid) noexcept
{
	const char *made_up = "nvme.";

	while (*made_up && *made_up == *wwid) {
		made_up++;
		wwid++;
	}
	return !*made_up;
}

// Why it cannot be told from others, or not be used; nullptr if it can.
const char *find_fault(const mpath_nvme_traits &traits) noexcept
{
	if (!*traits.wwid)
		return "its identity cannot be read";
	if (is_made_up(traits.wwid) && !*traits.subsystem)
		return "it has no UUID, NGUID or EUI-64, and its subsystem no name";
	return traits.has_medium ? nullptr : "capacity is 0";
}

} // namespace

const char *mpath_nvme_membership(const mpath_nvme_traits *traits, const mpath_nvme_choice *choice,
				  bool *silent) noexcept
{
	*silent = true;
	if (traits->native)
		return "native NVMe multipath is on (nvme_core.multipath)";
	if (traits->zoned)
		return "zoned";
	if (!choice->enabled && !choice->always)
		return "multipath is off";
	if (!choice->always && same_text(traits->transport, "pcie"))
		return "a local (PCIe) namespace";

	// From here on the disk looks like one that should have been taken.
	*silent = false;
	return find_fault(*traits);
}

void mpath_nvme_name(const char *wwid, const char *subsystem, u32 nsid, char *name) noexcept
{
	char digits[10];
	int nr = 0;
	int len = 0;

	for (const char *p = is_made_up(wwid) ? subsystem : wwid; *p && len < MPATH_WWID_LEN - 12;
	     p++)
		name[len++] = *p;
	if (is_made_up(wwid)) {
		name[len++] = ':';
		do {
			digits[nr++] = static_cast<char>('0' + nsid % 10);
			nsid /= 10;
		} while (nsid);
		while (nr)
			name[len++] = digits[--nr];
	}
	name[len] = '\0';
}

const char *mpath_nvme_contradiction(const mpath_nvme_namespace *head,
				     const mpath_nvme_namespace *path) noexcept
{
	if (!same_text(head->subsystem, path->subsystem))
		return "it is of another subsystem";
	if (!same_text(head->host, path->host))
		return "it is connected in the name of another host";
	if (head->nsid != path->nsid)
		return "it has another namespace identifier";
	if (head->metadata_bytes != path->metadata_bytes)
		return "it has other metadata";
	if (head->command_set != path->command_set)
		return "it has another command set";
	return nullptr;
}
