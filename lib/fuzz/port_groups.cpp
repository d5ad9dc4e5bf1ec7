// SPDX-License-Identifier: GPL-2.0
// REPORT TARGET PORT GROUPS data, and the port in VPD page 83, as any target may answer.
#include "access.hpp"
#include "fuzz.hpp"
#include "scsi_port_groups.hpp"

using mpath::PortGroupReport;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto bytes = copy(data, size);
	const PortGroupReport report(bytes.get(), static_cast<u32>(size));
	mpath_port_config port{77, 77, 1};

	must(report.transition_secs() >= 1 && report.transition_secs() <= 255);
	must(report.state_of(PortGroupReport::kUnknown, PortGroupReport::kUnknown) ==
	     PortGroupReport::kUnknown);
	for (int id = 0; id < 0x10000; id += id < 64 ? 1 : 251) {
		const int state = report.state_of(id, id);

		must(state == PortGroupReport::kUnknown ||
		     (state >= 0 && state <= 255 && mpath::exists(static_cast<u8>(state))));
		// Twice the same question, twice the same answer.
		must(report.state_of(id, id) == state);
	}

	mpath_scsi_find_port(bytes.get(), size, &port);
	must(port.group >= -1 && port.group <= 0xffff);
	must(port.relative == -1 || (port.relative > 0 && port.relative <= 0xffff));
	must(port.tpgs == 1);
	must(!size || !memcmp(bytes.get(), data, size));
	return 0;
}
