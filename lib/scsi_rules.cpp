// SPDX-License-Identifier: GPL-2.0
// Rules by which an administrator chooses disks: how they are read, and which disk they mean.
#include "mpath_scsi.h"

#include "util/errno.hpp"
#include "util/text.hpp"

namespace {

using Disk = mpath_scsi_disk;

enum class Key : u8 { transport, driver, vendor, product, wwid };

struct KeyWord {
	const char *word;
	Key key;
	size_t max_len; // of what the disk says: a longer pattern fits nothing
};

constexpr KeyWord kKeys[] = {
	{"transport", Key::transport, 8},    {"driver", Key::driver, 64},
	{"vendor", Key::vendor, 8},          {"product", Key::product, 16},
	{"wwid", Key::wwid, MPATH_WWID_LEN},
};

// A name of the transport classes of the kernel, and ours for it.
struct Transport {
	const char *host_class;
	const char *word;
};

constexpr Transport kTransports[] = {
	{"fc_host", "fc"},   {"iscsi_host", "iscsi"}, {"sas_host", "sas"},
	{"spi_host", "spi"}, {"srp_host", "srp"},     {"ata_port", "ata"},
};

// Those without a class, and the rest.
constexpr const char *kUsb = "usb";
constexpr const char *kUfs = "ufs";
constexpr const char *kOther = "other";

// A pattern of the text it stands in: * is any characters, ? is one.
struct Pattern {
	const char *text;
	size_t len;

	bool fits(const char *said) const noexcept
	{
		const char *resume = nullptr; // where the last * has got to
		size_t after_star = 0;
		size_t i = 0;

		while (*said) {
			if (i < len && text[i] == '*') {
				after_star = ++i;
				resume = said;
			} else if (i < len && (text[i] == '?' || text[i] == *said)) {
				i++;
				said++;
			} else if (resume) {
				i = after_star;
				said = ++resume;
			} else {
				return false;
			}
		}
		while (i < len && text[i] == '*')
			i++;
		return i == len;
	}

	size_t min_len() const noexcept
	{
		size_t n = 0;

		for (size_t i = 0; i < len; i++)
			n += text[i] != '*';
		return n;
	}
};

struct Condition {
	const KeyWord *key;
	bool negated;
	Pattern pattern;
	bool ends_rule;
};

// Conditions of a text, one by one.
class Reader {
public:
	explicit Reader(const char *text) noexcept : at_(text) {}

	enum class Got : u8 { condition, end, nonsense };

	Got next(Condition *found) noexcept
	{
		skip_spaces();
		if (is_end())
			return promised_ ? Got::nonsense : Got::end;
		if (!read_key(found) || !read_pattern(&found->pattern))
			return Got::nonsense;
		promised_ = *at_ == ',' || *at_ == '&';
		found->ends_rule = *at_ != '&';
		at_ += promised_;
		return Got::condition;
	}

private:
	bool is_end() const noexcept
	{
		return at_[0] == '\0' || (at_[0] == '\n' && at_[1] == '\0');
	}

	void skip_spaces() noexcept
	{
		while (*at_ == ' ')
			at_++;
	}

	bool skip(const char *word) noexcept
	{
		const char *at = at_;

		while (*word && *at == *word) {
			at++;
			word++;
		}
		if (*word)
			return false;
		at_ = at;
		return true;
	}

	bool read_key(Condition *found) noexcept
	{
		for (const auto &key : kKeys) {
			if (!skip(key.word))
				continue;
			found->key = &key;
			found->negated = skip("!");
			return skip("=");
		}
		return false;
	}

	bool read_pattern(Pattern *pattern) noexcept
	{
		pattern->text = at_;
		for (; !is_end() && *at_ != ',' && *at_ != '&'; at_++)
			if (*at_ < ' ' || *at_ > '~' || *at_ == '=')
				return false;
		pattern->len = static_cast<size_t>(at_ - pattern->text);
		// What a disk says comes without its padding.
		while (pattern->len && pattern->text[pattern->len - 1] == ' ')
			pattern->len--;
		return pattern->len;
	}

	const char *at_;
	bool promised_ = false; // a comma or an ampersand: more must follow
};

bool fits(const Condition &c, const Disk &disk) noexcept
{
	switch (c.key->key) {
	case Key::transport:
		return c.pattern.fits(disk.transport);
	case Key::driver:
		return c.pattern.fits(disk.driver);
	case Key::vendor:
		return c.pattern.fits(disk.vendor);
	case Key::product:
		return c.pattern.fits(disk.product);
	case Key::wwid:
		return c.pattern.fits(disk.wwid) || c.pattern.fits(disk.wwid_multipath_tools);
	}
	return false;
}

bool names_a_transport(const Pattern &pattern) noexcept
{
	for (const auto &transport : kTransports)
		if (pattern.fits(transport.word))
			return true;
	return pattern.fits(kUsb) || pattern.fits(kUfs) || pattern.fits(kOther);
}

// Could any disk be like that? What none can be was meant differently.
bool is_possible(const Condition &c) noexcept
{
	if (c.key->key == Key::transport)
		return names_a_transport(c.pattern);
	return c.pattern.min_len() <= c.key->max_len;
}

} // namespace

const char *mpath_scsi_transport(const char *host_class, const char *driver, bool usb) noexcept
{
	for (const auto &transport : kTransports)
		if (mpath::same_text(host_class, transport.host_class))
			return transport.word;
	if (usb)
		return kUsb;
	return mpath::same_text(driver, "ufshcd") ? kUfs : kOther;
}

int mpath_scsi_rules_check(const char *rules) noexcept
{
	Reader reader(rules);
	Condition c;
	size_t len = 0;

	while (rules[len])
		if (++len >= MPATH_SCSI_RULES_LEN)
			return -EINVAL;
	for (;;) {
		switch (reader.next(&c)) {
		case Reader::Got::condition:
			if (!is_possible(c))
				return -EINVAL;
			break;
		case Reader::Got::end:
			return 0;
		case Reader::Got::nonsense:
			return -EINVAL;
		}
	}
}

bool mpath_scsi_rules_match(const char *rules, const Disk *disk) noexcept
{
	Reader reader(rules);
	Condition c;
	bool all = true;

	while (reader.next(&c) == Reader::Got::condition) {
		all = all && fits(c, *disk) != c.negated;
		if (!c.ends_rule)
			continue;
		if (all)
			return true;
		all = true;
	}
	return false;
}
