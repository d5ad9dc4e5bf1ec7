// SPDX-License-Identifier: GPL-2.0
// VPD page 83, as any target may answer it.
#include "fuzz.hpp"
#include "mpath_scsi.h"

namespace {

// One printable word from a registered name space: it goes to sysfs and into log lines.
bool has_form(const char *wwid)
{
	size_t prefix = 0;

	for (const char *space : {"naa.", "eui.", "uuid.", "iqn."})
		if (!strncmp(wwid, space, strlen(space)))
			prefix = strlen(space);
	for (const char *c = wwid; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return prefix && wwid[prefix];
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto page = copy(data, size);
	char wwid[MPATH_WWID_LEN], again[MPATH_WWID_LEN];

	memset(wwid, 'x', sizeof(wwid));
	memset(again, 'y', sizeof(again));

	const auto result = mpath_scsi_wwid(page.get(), size, wwid);

	must(memchr(wwid, '\0', sizeof(wwid)));
	must((result == MPATH_WWID_OK) == (wwid[0] != '\0'));
	must(result != MPATH_WWID_OK || has_form(wwid));

	// In the other spelling it is no longer, and a word as well.
	memset(again, 'z', sizeof(again));
	mpath_scsi_wwid_multipath_tools(wwid, again);
	must(!strcmp(again, "none") || strchr("238", again[0]));
	must(strlen(again) <= (result == MPATH_WWID_OK ? strlen(wwid) : strlen("none")));

	// The answer depends on the page alone, and not on what lies behind its end.
	must(mpath_scsi_wwid(page.get(), size, again) == result && !strcmp(wwid, again));
	must(!memcmp(page.get(), data, size));
	return 0;
}
