// SPDX-License-Identifier: GPL-2.0
// PortGroupReport: what REPORT TARGET PORT GROUPS has returned (SPC-5 6.34), as any target may
// write it. A view: it keeps nothing, and reads nothing beyond what it was given.
//
// Believed is a group whose descriptor lies within the data, names at least one port (zeros
// beyond what was transferred look like an optimized group 0) and a state that exists. A group
// that is told of twice, differently, is not.
#pragma once

#include "mpath_scsi.h"

namespace mpath {

// The question, for @len bytes of data, with the extended header or the length-only one.
constexpr u32 kReportCdbLen = 12;
void encode_report(bool extended, u32 len, u8 (&cdb)[kReportCdbLen]) noexcept;

class PortGroupReport {
public:
	static constexpr int kUnknown = -1;
	// Where the report names no time for implicit transitions.
	static constexpr u32 kTransitionSecs = 60;

	PortGroupReport(const u8 *data, u32 len) noexcept;

	// How long the data is that the target has; more than @len: it was cut off.
	u64 wanted() const noexcept { return wanted_; }
	// So long an implicit transition may take.
	u32 transition_secs() const noexcept { return transition_secs_; }

	// The state of the group @group, or where the report does not know it, of the one that has
	// the relative target port @port; bit 7 is PREFERRED. kUnknown may be asked for.
	// Return: 0 to 255, or kUnknown.
	int state_of(int group, int port) const noexcept;

private:
	template <typename Match>
	int find(const Match &match) const noexcept;

	const u8 *groups_;
	const u8 *end_;
	u64 wanted_ = 0;
	u32 transition_secs_ = kTransitionSecs;
};

// What becomes of the question, seeing the command's outcome.
enum class Answered : u8 {
	yes,
	once_more,     // a unit attention came instead, or the LUN was busy for a moment
	plainly,       // ask for the length-only header: it knows no other
	transitioning, // it cannot say, because its group is in transition
	never,         // it does not know the command
	no,            // this path cannot tell
};

Answered answered(const mpath_scsi_answer &answer, bool extended) noexcept;

} // namespace mpath
