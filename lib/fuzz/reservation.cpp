// SPDX-License-Identifier: GPL-2.0
// PERSISTENT RESERVE OUT as users send it, and what a LUN answers to PERSISTENT RESERVE IN.
#include "fuzz.hpp"
#include "scsi_pr.hpp"

namespace {

void read_out(const uint8_t *data, size_t size)
{
	if (!size)
		return;

	const size_t cdb_len = data[0] % 33 < size ? data[0] % 33 : size - 1;
	const size_t list_len = size - 1 - cdb_len;
	const auto cdb = copy(data + 1, cdb_len);
	const auto list = copy(data + 1 + cdb_len, list_len);
	mpath_pr_request request;
	mpath_scsi_answer answer;

	if (!mpath_scsi_parse_pr_out(cdb.get(), cdb_len, list.get(), list_len, &request, &answer)) {
		must(mpath::said(answer) == mpath::Said::refused);
		return;
	}
	must(request.action <= MPATH_PR_REGISTER_AND_IGNORE);
	must(!request.type || mpath::is_pr_type(request.type));

	// What was accepted is what is sent.
	u8 out_cdb[mpath::kPrCdbLen], out_list[mpath::kPrListLen];

	mpath::encode_pr_out(request, out_cdb, out_list);
	must((out_cdb[1] & 0x1f) == (cdb[1] & 0x1f));
	must(!memcmp(out_list, list.get(), 16));
	must(!(out_list[20] & ~list[20]));
}

void read_in(const uint8_t *data, size_t size)
{
	const auto bytes = copy(data, size);
	const auto len = static_cast<u32>(size);
	mpath::PrReservation reservation;
	mpath::PrKeys keys;

	if (mpath::find_key(bytes.get(), len, 1, &keys)) {
		must(keys.all_len <= mpath::kPrDataMax);
		must(keys.times * 8 <= len && keys.times * 8 <= keys.all_len);
	}
	if (mpath::parse_reservation(bytes.get(), len, &reservation)) {
		must(!reservation.type || mpath::is_pr_type(reservation.type));
		must(reservation.type || !reservation.key);
	}
	must(len >= 4 || !mpath::parse_persists(bytes.get(), len));
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_out(data, size);
	read_in(data, size);
	return 0;
}
