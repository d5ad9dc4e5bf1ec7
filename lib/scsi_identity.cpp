// SPDX-License-Identifier: GPL-2.0
// Who a LUN is: the device identification VPD page, SPC-5 7.7.6.
#include "mpath_scsi.h"

#include "scsi_designators.hpp"

namespace {

constexpr u8 kAssociationLogicalUnit = 0;

enum DesignatorType : u8 {
	kT10VendorId = 1,
	kEui64 = 2,
	kNaa = 3,
	kScsiNameString = 8,
	kUuid = 10,
};

struct Designator {
	u8 code_set;
	u8 type;
	const u8 *bytes;
	size_t len;
};

// What a designator is worth as an identity: higher wins, 0 never counts.
enum Rank : int {
	kWorthless,
	kNameString,
	kUuidRank,
	kEui8,
	kEui12,
	kEui16,
	kNaaExtended,
	kNaaRegistered,
	kNaaRegisteredExtended,
};

constexpr u8 kBinary = 1;
constexpr u8 kUtf8 = 3;

bool starts_with(const Designator &d, const char *prefix) noexcept
{
	size_t i = 0;

	for (; prefix[i]; i++)
		if (i >= d.len || d.bytes[i] != static_cast<u8>(prefix[i]))
			return false;
	return true;
}

bool all_zero(const u8 *bytes, size_t len) noexcept
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

Rank rank_naa(const Designator &d) noexcept
{
	if (d.code_set != kBinary || d.len < 8)
		return kWorthless;

	switch (d.bytes[0] >> 4) {
	case 6:
		return d.len == 16 ? kNaaRegisteredExtended : kWorthless;
	case 5:
		return d.len == 8 ? kNaaRegistered : kWorthless;
	case 2:
		return d.len == 8 ? kNaaExtended : kWorthless;
	default: // 3 is locally assigned: unique only as far as somebody took care
		return kWorthless;
	}
}

Rank rank_eui(const Designator &d) noexcept
{
	if (d.code_set != kBinary)
		return kWorthless;

	switch (d.len) {
	case 16:
		return kEui16;
	case 12:
		return kEui12;
	case 8:
		return kEui8;
	default:
		return kWorthless;
	}
}

// iqn., eui. and naa. are registered name spaces; anything else is just a string.
constexpr size_t kPrefixLen = 4;

Rank rank_name(const Designator &d) noexcept
{
	const bool registered = starts_with(d, "iqn.") || starts_with(d, "eui.") ||
				starts_with(d, "naa.");

	// What is cut off at the length limit may be what tells two LUNs apart.
	if (d.code_set != kUtf8 || !registered || d.len >= MPATH_WWID_LEN)
		return kWorthless;

	// Nothing but zeros after the prefix is a name that was never written.
	bool written = false;

	for (size_t i = 0; i < d.len; i++) {
		if (!d.bytes[i]) {
			if (!all_zero(d.bytes + i, d.len - i))
				return kWorthless;
			break;
		}
		// A wwid is one printable word: it goes to sysfs and into log lines.
		if (d.bytes[i] <= ' ' || d.bytes[i] > '~')
			return kWorthless;
		if (i >= kPrefixLen && d.bytes[i] != '0')
			written = true;
	}
	return written ? kNameString : kWorthless;
}

Rank rank(const Designator &d) noexcept
{
	// An array that never wrote its identity: every LUN of it would look the same.
	if (all_zero(d.bytes, d.len))
		return kWorthless;

	switch (d.type) {
	case kNaa:
		// All bits zero but the type: as good as never written.
		if (d.len && all_zero(d.bytes + 1, d.len - 1))
			return kWorthless;
		return rank_naa(d);
	case kEui64:
		return rank_eui(d);
	case kScsiNameString:
		return rank_name(d);
	case kUuid:
		// SPC-5 7.7.6.11: type nibble 1, one reserved byte, 16 bytes.
		return d.code_set == kBinary && d.len == 18 && d.bytes[0] >> 4 == 1 &&
				       !all_zero(d.bytes + 2, 16)
			       ? kUuidRank
			       : kWorthless;
	default:
		return kWorthless;
	}
}

class WwidWriter {
public:
	explicit WwidWriter(char *to) noexcept : to_(to) {}

	void put(char c) noexcept { *to_++ = c; }
	void text(const char *text) noexcept
	{
		while (*text)
			*to_++ = *text++;
	}
	void raw(const u8 *bytes, size_t len) noexcept
	{
		for (size_t i = 0; i < len && bytes[i]; i++)
			*to_++ = static_cast<char>(bytes[i]);
	}
	void hex(const u8 *bytes, size_t len) noexcept
	{
		constexpr const char *digits = "0123456789abcdef";

		for (size_t i = 0; i < len; i++) {
			*to_++ = digits[bytes[i] >> 4];
			*to_++ = digits[bytes[i] & 0xf];
		}
	}
	void end() noexcept { *to_ = '\0'; }

private:
	char *to_;
};

// No designator that has a rank is longer in text than MPATH_WWID_LEN.
void spell(const Designator &d, char *wwid) noexcept
{
	WwidWriter out(wwid);

	switch (d.type) {
	case kNaa:
		out.text("naa.");
		out.hex(d.bytes, d.len);
		break;
	case kEui64:
		out.text("eui.");
		out.hex(d.bytes, d.len);
		break;
	case kUuid:
		out.text("uuid.");
		out.hex(d.bytes + 2, 16);
		break;
	default:
		out.raw(d.bytes, d.len);
		break;
	}
	out.end();
}

// How multipath-tools spells names of these spaces (parse_vpd_pg83()).
struct Spelling {
	const char *space;
	char digit;
	bool lower_case;
};

constexpr Spelling kSpellings[] = {{"naa.", '3', true}, {"eui.", '2', true}, {"iqn.", '8', false}};

char to_lower(char c) noexcept
{
	return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool has_prefix(const char *text, const char *prefix) noexcept
{
	while (*prefix && *text == *prefix) {
		text++;
		prefix++;
	}
	return !*prefix;
}

} // namespace

void mpath_scsi_wwid_multipath_tools(const char *wwid, char *spelling) noexcept
{
	WwidWriter out(spelling);

	for (const auto &how : kSpellings) {
		if (!has_prefix(wwid, how.space))
			continue;
		out.put(how.digit);
		for (wwid += kPrefixLen; *wwid; wwid++)
			out.put(how.lower_case ? to_lower(*wwid) : *wwid);
		out.end();
		return;
	}
	out.text("none");
	out.end();
}

mpath_wwid_result mpath_scsi_wwid(const u8 *page, size_t len, char *wwid) noexcept
{
	*wwid = '\0';
	if (!page || len < mpath::Designators::kHeaderLen)
		return MPATH_WWID_NONE;

	mpath::Designators all(page, len);
	Rank best = kWorthless;
	Designator chosen{};
	bool seen = false;

	while (all.next()) {
		const Designator d{all.code_set(), all.type(), all.bytes(), all.len()};

		if (all.association() != kAssociationLogicalUnit)
			continue;
		seen = true;
		// Among equals the first: what a target lists first does not depend on the port.
		if (const Rank r = rank(d); r > best) {
			best = r;
			chosen = d;
		}
	}
	// Where it is read only in part, what could be the best designator may be missing.
	if (all.is_malformed())
		return MPATH_WWID_MALFORMED;
	if (best == kWorthless)
		return seen ? MPATH_WWID_WEAK : MPATH_WWID_NONE;
	spell(chosen, wwid);
	return MPATH_WWID_OK;
}
