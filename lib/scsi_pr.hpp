// SPDX-License-Identifier: GPL-2.0
// scsi_pr: the commands and parameter data of persistent reservations (SPC-5 6.16, 6.17), and
// what an answer to one says. Pure functions.
#pragma once

#include "mpath_scsi.h"

namespace mpath {

using PrAnswer = mpath_scsi_answer;
using PrRequest = mpath_pr_request;

constexpr u32 kPrCdbLen = 10;
constexpr u32 kPrListLen = 24;
// The allocation length of PERSISTENT RESERVE IN has 16 bits.
constexpr u32 kPrDataMax = 0xffff;

// What a nexus has said.
enum class Said : u8 {
	yes,
	conflict, // it is not registered with that key, or somebody else holds the reservation
	refused,  // the LUN does not do such a thing
	nothing,  // no answer, or the path's own trouble: nobody knows whether it was carried out
};

Said said(const PrAnswer &answer) noexcept;
// It was not carried out, but for no reason that would not pass: ask again at once.
bool is_unit_attention(const PrAnswer &answer) noexcept;

PrAnswer conflict_answer() noexcept;
// No path could be asked.
PrAnswer no_connect_answer() noexcept;
// None could be asked yet: try again.
PrAnswer disrupted_answer() noexcept;

void encode_pr_out(const PrRequest &request, u8 (&cdb)[kPrCdbLen], u8 (&list)[kPrListLen]) noexcept;

enum class PrIn : u8 {
	read_keys = 0,
	read_reservation = 1,
	report_capabilities = 2,
};

void encode_pr_in(PrIn what, u32 len, u8 (&cdb)[kPrCdbLen]) noexcept;

// Of a list of registered keys, SPC-5 table 202.
struct PrKeys {
	u32 all_len; // that the whole answer has, perhaps more than was read
	u32 times;   // that the key in question is in it
};

// False if the answer contradicts itself.
bool find_key(const u8 *data, u32 len, u64 key, PrKeys *keys) noexcept;

struct PrReservation {
	u64 key; // 0 for all registrants
	u8 type; // 0: there is none
};

bool parse_reservation(const u8 *data, u32 len, PrReservation *reservation) noexcept;
// PTPL_A: do registrations survive a loss of power? False if it does not say.
bool parse_persists(const u8 *data, u32 len) noexcept;

// SPC-5 table 199.
constexpr u8 kWriteExclusive = 1;
constexpr u8 kExclusiveAccess = 3;
constexpr u8 kWriteExclusiveRegistrants = 5;
constexpr u8 kExclusiveAccessRegistrants = 6;
constexpr u8 kWriteExclusiveAll = 7;
constexpr u8 kExclusiveAccessAll = 8;

constexpr bool is_pr_type(u8 type) noexcept
{
	return type <= 8 && 0b1'1110'1010 >> type & 1;
}
// Only the one nexus that holds it is entitled, registered or not.
constexpr bool is_for_holder_only(u8 type) noexcept
{
	return type == kWriteExclusive || type == kExclusiveAccess;
}
// Each registered nexus holds it.
constexpr bool is_for_all(u8 type) noexcept
{
	return type == kWriteExclusiveAll || type == kExclusiveAccessAll;
}

} // namespace mpath
