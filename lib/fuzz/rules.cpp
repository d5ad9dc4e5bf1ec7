// SPDX-License-Identifier: GPL-2.0
// Rules for the choice of disks, as people write them into the parameters allow and deny.
#include <string>

#include "fuzz.hpp"
#include "mpath_scsi.h"

namespace {

constexpr mpath_scsi_disk kDisks[] = {
	{"iscsi", "iscsi_tcp", "LIO-ORG", "my disk", "naa.6001405abcd", "36001405abcd"},
	{"other", "", "", "", "", ""},
};

bool means(const char *rules, const mpath_scsi_disk &disk)
{
	return mpath_scsi_rules_match(rules, &disk);
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto bytes = copy(data, size);
	const auto text = std::make_unique<char[]>(size + 1);

	if (size)
		memcpy(text.get(), bytes.get(), size);
	text[size] = '\0';

	const bool is_rules = !mpath_scsi_rules_check(text.get());
	const size_t len = strlen(text.get());

	must(!is_rules || len < MPATH_SCSI_RULES_LEN);
	for (const auto &disk : kDisks) {
		const bool meant = means(text.get(), disk);

		// Without a condition nobody is meant.
		must(!meant || strchr(text.get(), '='));
		if (!is_rules || strchr(text.get(), '\n') || !strchr(text.get(), '='))
			continue;

		// One more rule changes nothing if nobody can fit it, and everything if all do.
		const std::string none = std::string(text.get()) + ",driver=no such driver";
		const std::string all = std::string(text.get()) + ",driver=*";

		must(means(none.c_str(), disk) == meant);
		must(means(all.c_str(), disk));
	}
	return 0;
}
