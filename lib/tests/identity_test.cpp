// SPDX-License-Identifier: GPL-2.0
// Who a LUN is: VPD page 83, from designators to the word in sysfs.
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mpath_scsi.h"

namespace {

using Bytes = std::vector<u8>;

// SPC-5 7.7.6.1
constexpr u8 kBinary = 1;
constexpr u8 kAscii = 2;
constexpr u8 kUtf8 = 3;

constexpr u8 kLogicalUnit = 0;
constexpr u8 kTargetPort = 1;
constexpr u8 kTargetDevice = 2;
constexpr u8 kReserved = 3;

constexpr u8 kVendorSpecific = 0;
constexpr u8 kT10VendorId = 1;
constexpr u8 kEui64 = 2;
constexpr u8 kNaa = 3;
constexpr u8 kRelativeTargetPort = 4;
constexpr u8 kTargetPortGroup = 5;
constexpr u8 kLogicalUnitGroup = 6;
constexpr u8 kMd5 = 7;
constexpr u8 kName = 8;
constexpr u8 kProtocolPort = 9;
constexpr u8 kUuid = 10;

struct Designator {
	u8 type;
	u8 code_set;
	Bytes bytes;
	u8 association = kLogicalUnit;
};

Bytes text(const std::string &s)
{
	return Bytes(s.begin(), s.end());
}

// @first, then 1, 2, 3, ...
Bytes counting(u8 first, std::size_t len)
{
	Bytes bytes(len);

	for (std::size_t i = 0; i < len; i++)
		bytes[i] = static_cast<u8>(i);
	bytes[0] = first;
	return bytes;
}

Bytes page(const std::vector<Designator> &designators)
{
	Bytes bytes = {0x00, 0x83, 0, 0};

	for (const auto &d : designators) {
		bytes.push_back(d.code_set);
		bytes.push_back(static_cast<u8>(d.association << 4 | d.type));
		bytes.push_back(0);
		bytes.push_back(static_cast<u8>(d.bytes.size()));
		bytes.insert(bytes.end(), d.bytes.begin(), d.bytes.end());
	}
	bytes[2] = static_cast<u8>((bytes.size() - 4) >> 8);
	bytes[3] = static_cast<u8>(bytes.size() - 4);
	return bytes;
}

struct Identity {
	mpath_wwid_result result;
	std::string wwid;

	bool operator==(const Identity &) const = default;
};

std::ostream &operator<<(std::ostream &out, const Identity &identity)
{
	return out << identity.result << " \"" << identity.wwid << '"';
}

// From memory that ends where the page does, into memory that ends where it may.
Identity parse(const Bytes &bytes)
{
	std::unique_ptr<u8[]> exact(new u8[bytes.size()]);
	std::unique_ptr<char[]> wwid(new char[MPATH_WWID_LEN]);

	std::memcpy(exact.get(), bytes.data(), bytes.size());
	std::memset(wwid.get(), 'x', MPATH_WWID_LEN);

	const auto result = mpath_scsi_wwid(exact.get(), bytes.size(), wwid.get());
	const std::size_t len = strnlen(wwid.get(), MPATH_WWID_LEN);

	EXPECT_LT(len, static_cast<std::size_t>(MPATH_WWID_LEN)) << "no end";
	if (result != MPATH_WWID_OK)
		EXPECT_EQ(len, 0u) << "a wwid without an identity";
	return {result, std::string(wwid.get(), len)};
}

Identity parse(const std::vector<Designator> &designators)
{
	return parse(page(designators));
}

Identity ok(const std::string &wwid)
{
	return {MPATH_WWID_OK, wwid};
}

const Identity kNone = {MPATH_WWID_NONE, ""};
const Identity kWeak = {MPATH_WWID_WEAK, ""};
const Identity kMalformed = {MPATH_WWID_MALFORMED, ""};

const Designator kNaa6 = {kNaa, kBinary, counting(0x60, 16)};
const Designator kNaa5 = {kNaa, kBinary, counting(0x50, 8)};
const Designator kNaa2 = {kNaa, kBinary, counting(0x20, 8)};
const Designator kNaa3 = {kNaa, kBinary, counting(0x30, 8)};
const Designator kEui16 = {kEui64, kBinary, counting(0xe0, 16)};
const Designator kEui12 = {kEui64, kBinary, counting(0xe1, 12)};
const Designator kEui8 = {kEui64, kBinary, counting(0xe2, 8)};
const Designator kLocalUuid = {kUuid, kBinary, counting(0x10, 18)};
const Designator kNameString = {kName, kUtf8, text("iqn.2024-01.org.example:disk1")};
const Designator kT10 = {kT10VendorId, kAscii, text("ACME    disk 1")};

const char *const kNaa6Word = "naa.600102030405060708090a0b0c0d0e0f";
const char *const kNaa5Word = "naa.5001020304050607";
const char *const kNaa2Word = "naa.2001020304050607";
const char *const kEui16Word = "eui.e00102030405060708090a0b0c0d0e0f";
const char *const kEui12Word = "eui.e10102030405060708090a0b";
const char *const kEui8Word = "eui.e201020304050607";
const char *const kUuidWord = "uuid.02030405060708090a0b0c0d0e0f1011";
const char *const kNameWord = "iqn.2024-01.org.example:disk1";

// Best first.
struct Ranked {
	const char *name;
	const Designator *designator;
	const char *word;

	friend std::ostream &operator<<(std::ostream &out, const Ranked &r)
	{
		return out << r.name;
	}
};

const Ranked kRanking[] = {
	{"naa6", &kNaa6, kNaa6Word},      {"naa5", &kNaa5, kNaa5Word},
	{"naa2", &kNaa2, kNaa2Word},      {"eui16", &kEui16, kEui16Word},
	{"eui12", &kEui12, kEui12Word},   {"eui8", &kEui8, kEui8Word},
	{"uuid", &kLocalUuid, kUuidWord}, {"name", &kNameString, kNameWord},
};

} // namespace

// --- spelling ---------------------------------------------------------------------

class Spelling : public ::testing::TestWithParam<Ranked> {};

TEST_P(Spelling, is_byte_exact)
{
	EXPECT_EQ(parse({*GetParam().designator}), ok(GetParam().word));
}

INSTANTIATE_TEST_SUITE_P(Designators, Spelling, ::testing::ValuesIn(kRanking),
			 [](const auto &info) { return info.param.name; });

TEST(Identity, spells_high_bytes_in_lower_case_hex)
{
	EXPECT_EQ(parse({{kNaa, kBinary, {0x5f, 0xff, 0xab, 0xcd, 0xef, 0x80, 0x90, 0xa0}}}),
		  ok("naa.5fffabcdef8090a0"));
}

TEST(Identity, keeps_the_case_of_a_name_string)
{
	EXPECT_EQ(parse({{kName, kUtf8, text("naa.600A0B80")}}), ok("naa.600A0B80"));
}

TEST(Identity, drops_the_padding_of_a_name_string)
{
	EXPECT_EQ(parse({{kName, kUtf8, {'e', 'u', 'i', '.', '1', '2', 0, 0}}}), ok("eui.12"));
}

TEST(Identity, keeps_a_name_string_of_the_full_length)
{
	const std::string name = "iqn." + std::string(251, 'a');

	EXPECT_EQ(parse({{kName, kUtf8, text(name)}}), ok(name));
}

// --- precedence -------------------------------------------------------------------

struct Pair {
	Ranked better;
	Ranked worse;

	friend std::ostream &operator<<(std::ostream &out, const Pair &p)
	{
		return out << p.better << " over " << p.worse;
	}
};

class Precedence : public ::testing::TestWithParam<Pair> {};

TEST_P(Precedence, does_not_depend_on_the_order_in_the_page)
{
	const auto &[better, worse] = GetParam();

	EXPECT_EQ(parse({*better.designator, *worse.designator}), ok(better.word));
	EXPECT_EQ(parse({*worse.designator, *better.designator}), ok(better.word));
}

static std::vector<Pair> all_pairs()
{
	std::vector<Pair> pairs;

	for (std::size_t i = 0; i < std::size(kRanking); i++)
		for (std::size_t j = i + 1; j < std::size(kRanking); j++)
			pairs.push_back({kRanking[i], kRanking[j]});
	return pairs;
}

INSTANTIATE_TEST_SUITE_P(Pairs, Precedence, ::testing::ValuesIn(all_pairs()), [](const auto &info) {
	return std::string(info.param.better.name) + "_over_" + info.param.worse.name;
});

TEST(Identity, takes_the_first_among_equals)
{
	const Designator other = {kNaa, kBinary, counting(0x6f, 16)};

	EXPECT_EQ(parse({kNaa6, other}), ok(kNaa6Word));
	EXPECT_EQ(parse({other, kNaa6}), ok("naa.6f0102030405060708090a0b0c0d0e0f"));
}

TEST(Identity, finds_the_strong_designator_among_weak_ones)
{
	EXPECT_EQ(parse({kT10, kNaa3, kEui8, kT10}), ok(kEui8Word));
}

// --- association --------------------------------------------------------------------

class OtherAssociation : public ::testing::TestWithParam<int> {};

TEST_P(OtherAssociation, is_not_the_identity_of_the_lun)
{
	Designator port = kNaa6;

	port.association = static_cast<u8>(GetParam());
	EXPECT_EQ(parse({port}), kNone);
}

TEST_P(OtherAssociation, does_not_win_over_a_lesser_designator_of_the_lun)
{
	Designator port = kNaa6;

	port.association = static_cast<u8>(GetParam());
	EXPECT_EQ(parse({port, kNameString}), ok(kNameWord));
	EXPECT_EQ(parse({kNameString, port}), ok(kNameWord));
}

INSTANTIATE_TEST_SUITE_P(All, OtherAssociation,
			 ::testing::Values(kTargetPort, kTargetDevice, kReserved));

TEST(Identity, does_not_look_at_the_bits_around_type_and_association)
{
	Bytes bytes = page({kNaa5});

	bytes[4] |= 0xf0; // protocol identifier
	bytes[5] |= 0xc0; // PIV, reserved
	bytes[6] = 0xff;  // reserved
	EXPECT_EQ(parse(bytes), ok(kNaa5Word));
}

TEST(Identity, does_not_look_at_the_device_type)
{
	Bytes bytes = page({kNaa5});

	bytes[0] = 0xff;
	EXPECT_EQ(parse(bytes), ok(kNaa5Word));
}

// --- weak: several LUNs may share it ------------------------------------------------

struct Weak {
	const char *name;
	Designator designator;

	friend std::ostream &operator<<(std::ostream &out, const Weak &w) { return out << w.name; }
};

class WeakDesignator : public ::testing::TestWithParam<Weak> {};

TEST_P(WeakDesignator, is_no_identity)
{
	EXPECT_EQ(parse({GetParam().designator}), kWeak);
}

TEST_P(WeakDesignator, does_not_hide_a_strong_one)
{
	EXPECT_EQ(parse({GetParam().designator, kNameString}), ok(kNameWord));
	EXPECT_EQ(parse({kNameString, GetParam().designator}), ok(kNameWord));
}

static Bytes naa(u8 first, std::size_t len)
{
	return counting(first, len);
}

static Bytes zeros_after(u8 first, std::size_t len)
{
	Bytes bytes(len);

	bytes[0] = first;
	return bytes;
}

INSTANTIATE_TEST_SUITE_P(
	Designators, WeakDesignator,
	::testing::Values(
		Weak{"t10_vendor_id", kT10}, Weak{"naa_locally_assigned", kNaa3},
		Weak{"vendor_specific", {kVendorSpecific, kBinary, counting(1, 8)}},
		Weak{"relative_target_port", {kRelativeTargetPort, kBinary, counting(1, 4)}},
		Weak{"target_port_group", {kTargetPortGroup, kBinary, counting(1, 4)}},
		Weak{"logical_unit_group", {kLogicalUnitGroup, kBinary, counting(1, 4)}},
		Weak{"md5", {kMd5, kBinary, counting(1, 16)}},
		Weak{"protocol_specific_port", {kProtocolPort, kBinary, counting(1, 4)}},
		Weak{"reserved_type", {11, kBinary, counting(1, 16)}},
		Weak{"empty_naa", {kNaa, kBinary, {}}}, Weak{"empty_eui", {kEui64, kBinary, {}}},
		Weak{"empty_name", {kName, kUtf8, {}}}, Weak{"empty_uuid", {kUuid, kBinary, {}}},
		Weak{"naa6_too_short", {kNaa, kBinary, naa(0x60, 8)}},
		Weak{"naa6_too_long", {kNaa, kBinary, naa(0x60, 17)}},
		Weak{"naa5_too_long", {kNaa, kBinary, naa(0x50, 16)}},
		Weak{"naa5_too_short", {kNaa, kBinary, naa(0x50, 7)}},
		Weak{"naa2_too_long", {kNaa, kBinary, naa(0x20, 16)}},
		Weak{"naa_of_one_byte", {kNaa, kBinary, {0x60}}},
		Weak{"naa_unknown_format", {kNaa, kBinary, naa(0x40, 8)}},
		Weak{"naa_in_ascii", {kNaa, kAscii, naa(0x50, 8)}},
		Weak{"eui_of_another_length", {kEui64, kBinary, counting(1, 10)}},
		Weak{"eui_in_ascii", {kEui64, kAscii, counting(1, 8)}},
		Weak{"naa6_zero_but_for_the_type", {kNaa, kBinary, zeros_after(0x60, 16)}},
		Weak{"naa5_zero_but_for_the_type", {kNaa, kBinary, zeros_after(0x50, 8)}},
		Weak{"naa_all_zero", {kNaa, kBinary, zeros_after(0, 8)}},
		Weak{"eui8_all_zero", {kEui64, kBinary, zeros_after(0, 8)}},
		Weak{"eui16_all_zero", {kEui64, kBinary, zeros_after(0, 16)}},
		Weak{"uuid_all_zero", {kUuid, kBinary, zeros_after(0x10, 18)}},
		Weak{"uuid_of_another_type", {kUuid, kBinary, counting(0x20, 18)}},
		Weak{"uuid_too_short", {kUuid, kBinary, counting(0x10, 16)}},
		Weak{"uuid_in_ascii", {kUuid, kAscii, counting(0x10, 18)}},
		Weak{"name_all_zero", {kName, kUtf8, zeros_after(0, 16)}},
		Weak{"name_in_ascii", {kName, kAscii, text("iqn.2024-01.org.example:disk1")}},
		Weak{"name_without_a_registered_space", {kName, kUtf8, text("disk1")}},
		Weak{"name_cut_in_its_prefix", {kName, kUtf8, text("iqn")}},
		Weak{"name_with_a_space", {kName, kUtf8, text("iqn.2024 disk")}},
		Weak{"name_with_a_newline", {kName, kUtf8, text("iqn.2024\ndisk")}},
		Weak{"name_with_delete", {kName, kUtf8, text("iqn.2024\x7f")}},
		// As a signed char these are smaller than a space.
		Weak{"name_with_a_high_byte", {kName, kUtf8, text("iqn.2024\x80")}},
		Weak{"name_with_the_highest_byte", {kName, kUtf8, text("iqn.2024\xff")}},
		Weak{"name_with_text_after_its_end",
		     {kName, kUtf8, {'e', 'u', 'i', '.', '1', 0, '2', 0}}},
		// What an array says that never wrote its identity.
		Weak{"name_of_nothing_but_the_prefix_iqn", {kName, kUtf8, text("iqn.")}},
		Weak{"name_of_nothing_but_the_prefix_naa", {kName, kUtf8, text("naa.")}},
		Weak{"name_of_a_padded_prefix", {kName, kUtf8, {'e', 'u', 'i', '.', 0, 0, 0, 0}}},
		Weak{"name_eui_zero", {kName, kUtf8, text("eui.0000000000000000")}},
		Weak{"name_naa_zero", {kName, kUtf8, text("naa.0000000000000000")}}),
	[](const auto &info) { return info.param.name; });

// What a page may well have besides: every one of them with every other, in both orders.
const Designator kWeakOnes[] = {
	kT10,
	kNaa3,
	{kVendorSpecific, kBinary, counting(1, 8)},
	{kLogicalUnitGroup, kBinary, counting(1, 4)},
	{kMd5, kBinary, counting(1, 16)},
	{kEui64, kBinary, Bytes(8)},
	{kName, kUtf8, text("disk1")},
};

TEST_P(Spelling, does_not_change_with_any_weak_designator_beside_it)
{
	const Designator &strong = *GetParam().designator;

	for (const auto &weak : kWeakOnes) {
		EXPECT_EQ(parse({strong, weak}), ok(GetParam().word)) << int{weak.type};
		EXPECT_EQ(parse({weak, strong}), ok(GetParam().word)) << int{weak.type};
	}
}

TEST(Identity, two_weak_designators_are_as_weak_as_one)
{
	for (const auto &one : kWeakOnes)
		for (const auto &other : kWeakOnes)
			EXPECT_EQ(parse({one, other}), kWeak) << int{one.type} << int{other.type};
}

// --- the spelling of multipath-tools ------------------------------------------------------

struct Spelled {
	const char *name;
	const char *wwid;
	const char *spelling;
};

class MultipathTools : public ::testing::TestWithParam<Spelled> {};

TEST_P(MultipathTools, spells_it)
{
	char spelling[MPATH_WWID_LEN];

	mpath_scsi_wwid_multipath_tools(GetParam().wwid, spelling);
	EXPECT_STREQ(spelling, GetParam().spelling);
}

// As parse_vpd_pg83() of multipath-tools 0.14.3 and, but for names, udev's scsi_id.
INSTANTIATE_TEST_SUITE_P(
	All, MultipathTools,
	::testing::Values(Spelled{"naa6", "naa.600140505200a986f0043c9afa1fd077",
				  "3600140505200a986f0043c9afa1fd077"},
			  Spelled{"naa5", "naa.5000c500a1b2c3d4", "35000c500a1b2c3d4"},
			  Spelled{"eui8", "eui.0025385b71b00a12", "20025385b71b00a12"},
			  Spelled{"name_in_capitals", "naa.600A0B80", "3600a0b80"},
			  Spelled{"eui_name_in_capitals", "eui.00A0B8", "200a0b8"},
			  Spelled{"iscsi_name_keeps_its_case", "iqn.2024-01.org.example:Disk1",
				  "82024-01.org.example:Disk1"},
			  Spelled{"uuid", "uuid.88d9d0458338435a9f8cb4dfcf919ed5", "none"},
			  Spelled{"nothing", "", "none"},
			  Spelled{"prefix_alone_is_none", "naa", "none"}),
	[](const auto &info) { return info.param.name; });

TEST(Identity, the_longest_wwid_has_a_spelling_that_fits)
{
	const std::string name = "iqn." + std::string(MPATH_WWID_LEN - 5, 'a');
	char spelling[MPATH_WWID_LEN];

	mpath_scsi_wwid_multipath_tools(name.c_str(), spelling);
	EXPECT_EQ(spelling, "8" + std::string(MPATH_WWID_LEN - 5, 'a'));
}

// --- malformed pages ------------------------------------------------------------------

TEST(Identity, is_none_without_a_page)
{
	char wwid[MPATH_WWID_LEN] = "x";

	EXPECT_EQ(mpath_scsi_wwid(nullptr, 0, wwid), MPATH_WWID_NONE);
	EXPECT_STREQ(wwid, "");
}

TEST(Identity, is_none_in_a_page_shorter_than_its_header)
{
	for (std::size_t len = 0; len < 4; len++)
		EXPECT_EQ(parse(Bytes(len, 0x83)), kNone) << len;
}

TEST(Identity, is_none_in_an_empty_page)
{
	EXPECT_EQ(parse(std::vector<Designator>{}), kNone);
}

TEST(Identity, refuses_another_page)
{
	Bytes bytes = page({kNaa6});

	bytes[1] = 0x80;
	EXPECT_EQ(parse(bytes), kMalformed);
}

TEST(Identity, refuses_a_page_that_was_read_only_in_part)
{
	const Bytes whole = page({kNaa6, kNaa5});

	for (std::size_t len = 4; len < whole.size(); len++)
		EXPECT_EQ(parse(Bytes(whole.begin(), whole.begin() + static_cast<long>(len))),
			  kMalformed)
			<< len;
}

TEST(Identity, does_not_read_what_follows_the_page)
{
	Bytes bytes = page({kNaa5});
	const Bytes more = page({kNaa6});

	bytes.insert(bytes.end(), more.begin() + 4, more.end());
	EXPECT_EQ(parse(bytes), ok(kNaa5Word));
}

TEST(Identity, refuses_a_designator_longer_than_the_page)
{
	Bytes bytes = page({kNaa5});

	bytes[7]++;
	EXPECT_EQ(parse(bytes), kMalformed);
}

TEST(Identity, refuses_a_page_that_ends_within_a_designator_header)
{
	for (u8 extra = 1; extra < 4; extra++) {
		Bytes bytes = page({kNaa5});

		bytes.insert(bytes.end(), extra, 0);
		bytes[3] = static_cast<u8>(bytes[3] + extra);
		EXPECT_EQ(parse(bytes), kMalformed) << int{extra};
	}
}

TEST(Identity, refuses_the_whole_page_for_one_bad_designator)
{
	Bytes bytes = page({kNaa6, kNaa5});

	bytes[bytes.size() - 9] = 200; // length of the second
	EXPECT_EQ(parse(bytes), kMalformed);
}

TEST(Identity, goes_on_after_an_empty_designator)
{
	EXPECT_EQ(parse({{kVendorSpecific, kBinary, {}}, kNaa5}), ok(kNaa5Word));
}

TEST(Identity, reads_a_page_longer_than_256_bytes)
{
	std::vector<Designator> many(20, Designator{kVendorSpecific, kBinary, counting(1, 30)});

	many.push_back(kNaa6);
	EXPECT_EQ(parse(many), ok(kNaa6Word));
}

TEST(Identity, stays_within_its_memory_whatever_the_page_says)
{
	// For ASan; the pages begin as good ones, so that the damage goes deep.
	const Bytes good = page({kNaa6, kNameString, kEui12, kLocalUuid, kT10, kNaa5});
	std::mt19937 random(1);

	for (int round = 0; round < 20000; round++) {
		Bytes bytes = good;

		for (int i = 0; i < 1 + round % 3; i++)
			bytes[random() % bytes.size()] = static_cast<u8>(random());
		bytes[1] = 0x83;
		bytes.resize(4 + random() % bytes.size());
		parse(bytes);
	}
}

TEST(Identity, is_the_same_through_every_port)
{
	// What differs from port to port is not the LUN's.
	const Designator port1 = {kRelativeTargetPort, kBinary, {0, 0, 0, 1}, kTargetPort};
	const Designator port2 = {kRelativeTargetPort, kBinary, {0, 0, 0, 2}, kTargetPort};
	const Designator node = {kNaa, kBinary, counting(0x61, 16), kTargetPort};

	EXPECT_EQ(parse({port1, kNaa6}), parse({node, kNaa6, port2}));
}
