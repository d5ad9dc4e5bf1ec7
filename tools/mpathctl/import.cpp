// SPDX-License-Identifier: GPL-2.0
#include "import.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "conf_entries.hpp"
#include "import_choice.hpp"
#include "import_remarks.hpp"
#include "import_settings.hpp"
#include "settings.hpp"

namespace mpathctl {

namespace {

// From section to section; what each has to say is gathered.
class Importer {
public:
	explicit Importer(const Entries &conf) : conf_(conf), defaults_(all_in(conf, "defaults")) {}

	Import run(const std::vector<Binding> &bindings)
	{
		std::string options;

		check_sections();
		for (const Setting &setting : settings_.of(defaults_))
			options += fmt::format(" {}={}", setting.first, setting.second);
		choice_.blacklist(all_in(conf_, "blacklist"),
				  all_in(conf_, "blacklist_exceptions"));
		for (const ConfEntry &device : all_in(conf_, "devices"))
			if (device.is_section)
				add_device(device);
		if (const Entries overrides = all_in(conf_, "overrides"); !overrides.empty())
			add_line("wwid=*", settings_.of(overrides));
		for (const ConfEntry &lun : all_in(conf_, "multipaths"))
			if (lun.is_section)
				add_lun(lun);
		// Devices and LUNs make rules, too.
		options += choice_.options();
		names_.add_bindings(conf_, bindings);
		if (const ConfEntry *key = find_entry(defaults_, "reservation_key"))
			names_.add_key(*key);

		if (!options.empty())
			import_.options = fmt::format("{}\noptions scsi_multipath{}\n",
						      kMadeByImport, options);
		import_.aliases = names_.rules();
		import_.remarks = remarks_.all();
		return import_;
	}

private:
	void check_sections()
	{
		static constexpr std::array known = {
			"defaults", "blacklist", "blacklist_exceptions",
			"devices",  "overrides", "multipaths"
		};

		for (const ConfEntry &entry : conf_)
			if (!entry.is_section ||
			    std::find(known.begin(), known.end(), entry.name) == known.end())
				remarks_.on(entry, "no section that is known here");
	}

	void add_line(const std::string &pattern, const std::vector<Setting> &settings)
	{
		std::string line = pattern;

		for (const Setting &setting : settings)
			line += fmt::format(" {}={}", setting.first, setting.second);
		if (!settings.empty())
			import_.settings.push_back(line);
	}

	void add_device(const ConfEntry &device)
	{
		const auto settings = settings_.of(device.entries);
		const auto rule = rule_of_device(device, remarks_);

		if (const ConfEntry *entry = find_entry(device.entries, "product_blacklist"))
			choice_.deny_product(device, *entry);
		if (!rule)
			return;
		// A line of the settings has no other sign for this.
		if (std::any_of(rule->begin(), rule->end(),
				[](const Condition &c) { return c.negated; }))
			remarks_.on(device, "settings for all but some disks cannot be said");
		else
			add_line(text_of(*rule), settings);
	}

	void add_lun(const ConfEntry &lun)
	{
		const auto settings = settings_.of(lun.entries);
		const ConfEntry *wwid = find_entry(lun.entries, "wwid");

		if (!wwid) {
			remarks_.on(lun, "of which LUN?");
			return;
		}

		const std::string pattern = pattern_of_text(wwid->value);

		add_line("wwid=" + pattern, settings);
		choice_.allow({ { "wwid", pattern } }, *wwid);
		if (const ConfEntry *alias = find_entry(lun.entries, "alias"))
			names_.add_alias(*alias, wwid->value);
		if (const ConfEntry *key = find_entry(lun.entries, "reservation_key"))
			names_.add_key(*key, wwid->value);
	}

	const Entries &conf_;
	const Entries defaults_;
	Remarks remarks_;
	SettingsImport settings_{ defaults_, remarks_ };
	ChoiceImport choice_{ remarks_ };
	NamesImport names_{ remarks_ };
	Import import_;
};

} // namespace

Import translate(const std::vector<ConfEntry> &conf, const std::vector<Binding> &bindings)
{
	return Importer(conf).run(bindings);
}

std::string text_of(const Import &found)
{
	std::string text;

	if (!found.options.empty())
		text += fmt::format("== {}\n{}", kOptionsFile, found.options);
	if (!found.settings.empty())
		text += fmt::format("== {}\n{}\n", kSettingsFile, fmt::join(found.settings, "\n"));
	if (!found.aliases.empty())
		text += fmt::format("== {}\n{}", kAliasesFile, found.aliases);
	if (!found.remarks.empty())
		text += fmt::format("== without a counterpart\n{}\n",
				    fmt::join(found.remarks, "\n"));
	return text;
}

} // namespace mpathctl
