// SPDX-License-Identifier: GPL-2.0
// What people write into attributes and parameters.
#include "fuzz.hpp"
#include "mpath_nvme.h"
#include "mpath_scsi.h"

namespace {

// Accepted is the word, with at most one newline after it.
void must_be(const char *text, const char *word)
{
	const size_t len = strlen(word);

	must(!strncmp(text, word, len));
	must(!text[len] || (text[len] == '\n' && !text[len + 1]));
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto bytes = copy(data, size);
	const auto text = std::make_unique<char[]>(size + 1);

	if (size)
		memcpy(text.get(), bytes.get(), size);
	text[size] = '\0';

	const int policy = mpath_iopolicy_parse(text.get());
	const int mode = mpath_submit_mode_parse(text.get());
	const int on = mpath_switch_parse(text.get());
	const int ana = mpath_nvme_ana_parse(text.get());

	if (policy >= 0)
		must_be(text.get(), mpath_iopolicy_name(static_cast<mpath_iopolicy>(policy)));
	if (mode >= 0)
		must_be(text.get(), mpath_submit_mode_name(static_cast<mpath_submit_mode>(mode)));
	if (ana >= 0)
		must_be(text.get(), mpath_nvme_ana_name(static_cast<mpath_nvme_ana>(ana)));
	must(on < 0 || on == !!strchr("Yy1", text[0]));
	must(on < 0 || !text[1] || (text[1] == '\n' && !text[2]));
	return 0;
}
