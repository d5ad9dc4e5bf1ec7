// SPDX-License-Identifier: GPL-2.0
#include "import.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <regex.h>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "conf_rules.hpp"
#include "settings.hpp"

namespace mpathctl {

namespace {

using Entries = std::vector<ConfEntry>;

// What the module takes of rules, with the zero at the end.
constexpr size_t kRulesLength = 1024;
constexpr size_t kMaxRulesOfOne = 16;
// A day is the longest time but for ever.
constexpr long long kMaxTimeoutMs = 24ll * 3600 * 1000;
constexpr long long kDefaultPollingSecs = 5;
// In a rule of udev.
constexpr const char *kAnyWwid = "?*";

// --- why something has no counterpart ------------------------------------------------------

struct Why {
	std::string_view names; // separated by blanks
	const char *why;
};

constexpr std::array kReasons = {
	Why{ "failback", "paths are used again as soon as they work" },
	Why{ "prio prio_args detect_prio detect_pgpolicy detect_pgpolicy_use_tpg pg_timeout "
	     "ghost_delay all_tg_pt",
	     "what the target says by ALUA decides" },
	Why{ "path_checker detect_checker checker_timeout log_checker_err",
	     "the kernel asks paths itself: TEST UNIT READY, identity, a read" },
	Why{ "rr_min_io rr_min_io_rq rr_weight minio_q minio_rq", "each I/O finds its own path" },
	Why{ "fast_io_fail_tmo dev_loss_tmo eh_deadline max_retries",
	     "the transport's own: mpathctl doctor looks at it and names the file" },
	Why{ "marginal_path_err_sample_time marginal_path_err_rate_threshold "
	     "marginal_path_err_recheck_gap_time marginal_path_double_failed_time "
	     "marginal_pathgroups san_path_err_threshold san_path_err_forget_rate "
	     "san_path_err_recovery_time delay_watch_checks delay_wait_checks",
	     "a path that flaps or lies is marginal without being told" },
	Why{ "hardware_handler retain_attached_hw_handler",
	     "scsi_dh_alua is used where it is attached" },
	Why{ "uid_attribute uid_attrs getuid_callout recheck_wwid disable_changed_wwids",
	     "a LUN is known by its id in VPD page 83, and is asked for it again" },
	Why{ "find_multipaths find_multipaths_timeout wwids_file",
	     "a LUN with a unique id and ALUA is taken, with one path, too" },
	Why{ "flush_on_last_del deferred_remove queue_without_daemon",
	     "a head goes with its last path; see delayed_removal_secs" },
	Why{ "skip_kpartx partition_delimiter", "partitions are the kernel's" },
	Why{ "mode uid gid", "as of any disk: a rule of udev" },
	Why{ "max_sectors_kb", "queue/max_sectors_kb of the head" },
	Why{ "prkeys_file", "who manages the cluster says which key it was" },
	Why{ "alias_prefix", "heads are sdmpatha, sdmpathb, ...; names are links" },
	Why{ "max_polling_interval verbosity reassign_maps multipath_dir max_fds strict_timing "
	     "retrigger_tries retrigger_delay missing_uev_wait_timeout uev_wait_timeout "
	     "uxsock_timeout force_sync config_dir remove_retries auto_resize enable_foreign "
	     "use_watchdog allow_usb_devices no_foreign",
	     "there is no daemon" },
};

std::string why_not(const std::string &name)
{
	for (const Why &reason : kReasons) {
		std::istringstream names{ std::string(reason.names) };

		for (std::string known; names >> known;)
			if (known == name)
				return reason.why;
	}
	return "not known here";
}

// --- looking at entries ---------------------------------------------------------------------

// The last one counts.
const ConfEntry *find(const Entries &entries, const std::string &name)
{
	const auto found =
		std::find_if(entries.rbegin(), entries.rend(), [&name](const ConfEntry &entry) {
			return !entry.is_section && entry.name == name;
		});

	return found == entries.rend() ? nullptr : &*found;
}

std::string value_in(const Entries &entries, const std::string &name)
{
	const ConfEntry *entry = find(entries, name);

	return entry ? entry->value : "";
}

// What all sections of that name have.
Entries all_in(const Entries &conf, const std::string &section)
{
	Entries all;

	for (const ConfEntry &entry : conf)
		if (entry.is_section && entry.name == section)
			all.insert(all.end(), entry.entries.begin(), entry.entries.end());
	return all;
}

std::string first_word(const std::string &text)
{
	return text.substr(0, text.find(' '));
}

// Of a link, and in a rule of udev, without a meaning there.
bool is_name(const std::string &text)
{
	return !text.empty() && text[0] != '.' &&
	       std::all_of(text.begin(), text.end(), [](unsigned char c) {
		       return std::isalnum(c) ||
			      std::string_view("-_.:+").find(static_cast<char>(c)) !=
				      std::string_view::npos;
	       });
}

std::optional<long long> number_of(const std::string &text)
{
	long long number = 0;
	const auto end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number);

	if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end)
		return std::nullopt;
	return number;
}

// --- rules ----------------------------------------------------------------------------------

struct Protocol {
	const char *name, *transport;
};

constexpr std::array kProtocols = {
	Protocol{ "scsi:fcp", "fc" },  Protocol{ "scsi:spi", "spi" },
	Protocol{ "scsi:srp", "srp" }, Protocol{ "scsi:iscsi", "iscsi" },
	Protocol{ "scsi:sas", "sas" }, Protocol{ "scsi:ata", "ata" },
	Protocol{ "scsi:usb", "usb" }, Protocol{ "scsi:unspec", "other" },
};

// As multipath-tools match: extended, somewhere in the text.
std::vector<Rule> rules_of_protocol(const std::string &value)
{
	const bool inverted = value.starts_with('!');
	std::vector<Rule> rules;
	regex_t regex;

	if (regcomp(&regex, value.c_str() + inverted, REG_EXTENDED | REG_NOSUB))
		return rules;
	for (const Protocol &protocol : kProtocols)
		if ((regexec(&regex, protocol.name, 0, nullptr, 0) == 0) != inverted)
			rules.push_back({ { "transport", protocol.transport } });
	regfree(&regex);
	return rules;
}

// multipath-tools' own spelling of an id that they look at as a whole.
bool is_whole_wwid(const std::string &text)
{
	return (text.size() == 17 || text.size() == 33) && text[0] >= '1' && text[0] <= '3' &&
	       std::all_of(text.begin(), text.end(),
			   [](unsigned char c) { return std::isxdigit(c); });
}

std::optional<Condition> condition_of(const std::string &key, const std::string &value)
{
	const bool inverted = value.starts_with('!');
	const std::string regex = value.substr(inverted);
	const auto pattern = key == "wwid" && is_whole_wwid(regex) ? regex : pattern_of(regex);

	if (!pattern)
		return std::nullopt;
	return Condition{ key, *pattern, inverted };
}

// --- one run --------------------------------------------------------------------------------

class Importer {
public:
	Importer(const Entries &conf, const std::vector<Binding> &bindings)
		: conf_(conf), bindings_(bindings), defaults_(all_in(conf, "defaults"))
	{
	}

	Import run()
	{
		std::string options;

		check_sections();
		for (const Setting &setting : settings_of(defaults_))
			options += fmt::format(" {}={}", setting.first, setting.second);
		choose();
		for (const ConfEntry &device : all_in(conf_, "devices"))
			if (device.is_section)
				add_device(device);
		if (const Entries overrides = all_in(conf_, "overrides"); !overrides.empty())
			add_line("wwid=*", settings_of(overrides));
		for (const ConfEntry &lun : all_in(conf_, "multipaths"))
			if (lun.is_section)
				add_lun(lun);
		// Devices and LUNs make rules, too.
		options += rules_option("deny", deny_) + rules_option("allow", allow_);
		if (!options.empty())
			import_.options = fmt::format("{}\noptions scsi_multipath{}\n",
						      kMadeByImport, options);
		name_bindings();
		finish_aliases();
		return import_;
	}

private:
	void remark(const ConfEntry &entry, const std::string &why)
	{
		const std::string what = entry.is_section ? entry.name + " { }"
							  : entry.name + " " + entry.value;

		import_.remarks.push_back(fmt::format("{}: {}: {}", entry.where, what, why));
	}

	void check_sections()
	{
		static constexpr std::array known = {
			"defaults", "blacklist", "blacklist_exceptions",
			"devices",  "overrides", "multipaths"
		};

		for (const ConfEntry &entry : conf_)
			if (!entry.is_section ||
			    std::find(known.begin(), known.end(), entry.name) == known.end())
				remark(entry, "no section that is known here");
	}

	// --- settings of a disk, or of all

	// What no other section says, the defaults do.
	std::string effective(const Entries &entries, const std::string &name) const
	{
		const std::string own = value_in(entries, name);

		return own.empty() ? value_in(defaults_, name) : own;
	}

	std::string iopolicy(const Entries &entries)
	{
		static const std::map<std::string, std::string> policies = {
			{ "", "service-time" },
			{ "round-robin", "round-robin" },
			{ "queue-length", "queue-depth" },
			{ "service-time", "service-time" },
			{ "historical-service-time", "service-time" },
		};

		// One path at a time, as numa has it for each node.
		if (effective(entries, "path_grouping_policy") == "failover")
			return "numa";

		const auto policy = policies.find(first_word(effective(entries, "path_selector")));

		if (policy != policies.end())
			return policy->second;
		if (const ConfEntry *entry = find(entries, "path_selector"))
			remark(*entry, "no such policy here: numa, round-robin, queue-depth, "
				       "service-time");
		return "";
	}

	// In milliseconds; nothing if they do not say.
	std::optional<long long> timeout(const Entries &entries)
	{
		const ConfEntry *entry = find(entries, "no_path_retry");

		if (!entry) {
			if (value_in(entries, "features").find("queue_if_no_path") !=
			    std::string::npos)
				return -1;
			return std::nullopt;
		}
		if (entry->value == "queue")
			return -1;
		if (entry->value == "fail")
			return 0;

		const auto retries = number_of(entry->value);
		const auto interval = number_of(value_in(defaults_, "polling_interval"))
					      .value_or(kDefaultPollingSecs);

		if (!retries || *retries < 0 || interval <= 0) {
			remark(*entry, "neither fail nor queue nor a number");
			return std::nullopt;
		}
		// Without multiplying what might not fit.
		if (*retries > kMaxTimeoutMs / 1000 / interval) {
			remark(*entry, "a day is the longest time but for ever");
			return kMaxTimeoutMs;
		}
		return *retries * interval * 1000;
	}

	void remark_grouping(const ConfEntry &entry)
	{
		if (entry.value == "group_by_serial" || entry.value == "group_by_node_name")
			remark(entry, "paths are equal that have the same access state");
	}

	// "1 queue_if_no_path": the number of words, and the words.
	void remark_features(const ConfEntry &entry)
	{
		std::istringstream words(entry.value);
		std::string word;

		words >> word;
		while (words >> word)
			if (word != "queue_if_no_path") {
				remark(entry,
				       "of features, only queue_if_no_path has a meaning here");
				return;
			}
	}

	void remark_rest(const Entries &entries)
	{
		static constexpr std::array handled = { "path_selector",
							"no_path_retry",
							"polling_interval",
							"wwid",
							"alias",
							"reservation_key",
							"vendor",
							"product",
							"product_blacklist",
							"bindings_file",
							"user_friendly_names" };

		for (const ConfEntry &entry : entries) {
			if (entry.has_more)
				remark(entry, "what follows in this line counts for nothing, there "
					      "as well");
			if (entry.name == "path_grouping_policy")
				remark_grouping(entry);
			else if (entry.name == "features")
				remark_features(entry);
			else if (entry.is_section || std::find(handled.begin(), handled.end(),
							       entry.name) == handled.end())
				remark(entry, entry.is_section ? "transports are not set here"
							       : why_not(entry.name));
		}
	}

	std::vector<Setting> settings_of(const Entries &entries)
	{
		std::vector<Setting> settings;

		remark_rest(entries);
		if (find(entries, "path_selector") || find(entries, "path_grouping_policy"))
			if (const std::string policy = iopolicy(entries); !policy.empty())
				settings.emplace_back("iopolicy", policy);
		if (const auto ms = timeout(entries))
			settings.emplace_back("no_path_timeout_ms", std::to_string(*ms));
		return settings;
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
		const auto settings = settings_of(device.entries);
		const auto rule = rule_of_device(device);

		if (const ConfEntry *entry = find(device.entries, "product_blacklist"))
			deny_product(device, *entry);
		if (!rule)
			return;
		// A line of the settings has no other sign for this.
		if (std::any_of(rule->begin(), rule->end(),
				[](const Condition &c) { return c.negated; }))
			remark(device, "settings for all but some disks cannot be said");
		else
			add_line(text_of(*rule), settings);
	}

	void add_lun(const ConfEntry &lun)
	{
		const auto settings = settings_of(lun.entries);
		const ConfEntry *wwid = find(lun.entries, "wwid");

		if (!wwid) {
			remark(lun, "of which LUN?");
			return;
		}

		const std::string pattern = pattern_of_text(wwid->value);

		add_line("wwid=" + pattern, settings);
		add_rule(allow_, { { "wwid", pattern } }, *wwid);
		if (const ConfEntry *alias = find(lun.entries, "alias"))
			add_alias(alias->value, wwid->value, alias);
		if (const ConfEntry *key = find(lun.entries, "reservation_key"))
			add_key(*key, wwid->value);
	}

	// --- which disks

	std::optional<Rule> rule_of_device(const ConfEntry &device)
	{
		Rule rule;

		for (const char *key : { "vendor", "product" }) {
			const ConfEntry *entry = find(device.entries, key);

			if (!entry)
				continue;

			const auto condition = condition_of(key, entry->value);

			if (!condition) {
				remark(*entry, "no pattern of * and ? says this");
				return std::nullopt;
			}
			if (condition->pattern != "*")
				rule.push_back(*condition);
		}
		if (rule.empty()) // every device
			rule.push_back({ "vendor", "*" });
		return rule;
	}

	// The rules of one entry of a blacklist or its exceptions, by what they look at.
	std::vector<Rule> rules_of(const ConfEntry &entry)
	{
		if (entry.is_section && entry.name == "device") {
			const auto rule = rule_of_device(entry);

			return rule ? std::vector<Rule>{ *rule } : std::vector<Rule>{};
		}
		if (entry.name == "protocol") {
			const auto rules = rules_of_protocol(entry.value);

			if (rules.empty())
				remark(entry, "no transport of SCSI is like that");
			return rules;
		}
		if (entry.name == "wwid") {
			if (const auto condition = condition_of("wwid", entry.value))
				return { { *condition } };
			remark(entry, "no pattern of * and ? says this");
		} else if (entry.name == "devnode") {
			remark(entry, "disks are chosen before they have a name; choose by wwid, "
				      "vendor, product, driver or transport");
		} else if (entry.name == "property") {
			remark(entry, "the kernel knows no properties of udev");
		} else {
			remark(entry, "no way to choose disks that is known here");
		}
		return {};
	}

	void add_rule(std::vector<std::string> &rules, const Rule &rule, const ConfEntry &entry)
	{
		const std::string text = text_of(rule);

		if (!is_possible(rule))
			remark(entry, "no disk can be like that");
		else if (std::find(rules.begin(), rules.end(), text) == rules.end())
			rules.push_back(text);
	}

	// A blacklist of one kind is lifted by exceptions of the same kind only.
	std::vector<Rule> with_exceptions(const ConfEntry &entry, const Rule &rule,
					  const Entries &exceptions)
	{
		std::vector<Rule> rules = { rule };

		for (const ConfEntry &exception : exceptions) {
			if (exception.name != entry.name)
				continue;
			for (const Rule &excepted : quietly(exception)) {
				std::vector<Rule> left;

				for (const Rule &one : rules)
					for (Rule &part : without(one, excepted))
						left.push_back(std::move(part));
				if (left.size() > kMaxRulesOfOne) {
					remark(exception,
					       "one exception too many for " + entry.where);
					return rules;
				}
				rules = left;
			}
		}
		return rules;
	}

	// For once without remarks, which have been made.
	std::vector<Rule> quietly(const ConfEntry &entry)
	{
		const size_t remarks = import_.remarks.size();
		auto rules = rules_of(entry);

		import_.remarks.resize(remarks);
		return rules;
	}

	void choose()
	{
		const Entries exceptions = all_in(conf_, "blacklist_exceptions");

		for (const ConfEntry &entry : exceptions)
			for (const Rule &rule : rules_of(entry))
				add_rule(allow_, rule, entry);
		for (const ConfEntry &entry : all_in(conf_, "blacklist"))
			for (const Rule &rule : rules_of(entry))
				for (const Rule &part : with_exceptions(entry, rule, exceptions))
					add_rule(deny_, part, entry);
	}

	// What this vendor makes beside its disks.
	void deny_product(const ConfEntry &device, const ConfEntry &product)
	{
		ConfEntry part = device;

		part.entries = { product };
		part.entries[0].name = "product";
		if (const ConfEntry *vendor = find(device.entries, "vendor"))
			part.entries.push_back(*vendor);
		if (const auto rule = rule_of_device(part))
			add_rule(deny_, *rule, product);
	}

	std::string rules_option(const char *name, const std::vector<std::string> &rules)
	{
		std::string text;

		for (const std::string &rule : rules) {
			const std::string longer = text + (text.empty() ? "" : ",") + rule;

			if (longer.size() >= kRulesLength) {
				import_.remarks.push_back(
					fmt::format("{}: from {} on: no room for more rules; join "
						    "some by * and ?",
						    name, rule));
				break;
			}
			text = longer;
		}
		return text.empty() ? "" : fmt::format(" {}={}", name, text);
	}

	// --- names, and keys

	void add_alias(const std::string &alias, const std::string &wwid, const ConfEntry *entry)
	{
		if (!is_name(alias) || !is_name(wwid)) {
			if (entry)
				remark(*entry, "not a name that a link can have");
			return;
		}
		if (std::find(named_.begin(), named_.end(), wwid) != named_.end())
			return;
		named_.push_back(wwid);
		aliases_ += fmt::format(
			"ENV{{ID_SERIAL}}==\"{0}\", ENV{{DEVTYPE}}==\"disk\", SYMLINK+=\"mapper/{1}\"\n"
			"ENV{{ID_SERIAL}}==\"{0}\", ENV{{DEVTYPE}}==\"partition\", "
			"SYMLINK+=\"mapper/{1}-part%n\"\n",
			wwid, alias);
	}

	void name_bindings()
	{
		const auto wanted = [](const ConfEntry &entry) {
			return entry.name == "user_friendly_names" &&
			       (entry.value == "yes" || entry.value == "1");
		};
		const auto wanted_in = [&wanted](const Entries &entries) {
			return std::any_of(entries.begin(), entries.end(), wanted);
		};
		bool any = wanted_in(defaults_) || wanted_in(all_in(conf_, "overrides"));

		for (const char *section : { "devices", "multipaths" })
			for (const ConfEntry &entry : all_in(conf_, section))
				any |= wanted_in(entry.entries);
		if (any)
			for (const auto &[alias, wwid] : bindings_)
				add_alias(alias, wwid, nullptr);
	}

	void add_key(const ConfEntry &entry, const std::string &wwid)
	{
		// ":aptpl" is said to mpathpersist by an option of its own.
		const std::string key = entry.value.substr(0, entry.value.find(':'));
		const std::string digits = key.substr(key.starts_with("0x") ? 2 : 0);

		if (digits.empty() || digits.size() > 16 ||
		    !std::all_of(digits.begin(), digits.end(),
				 [](unsigned char c) { return std::isxdigit(c); }) ||
		    (wwid != kAnyWwid && !is_name(wwid))) {
			remark(entry, entry.value == "file" ? why_not("prkeys_file")
							    : "no number of 64 bits");
			return;
		}
		aliases_ +=
			fmt::format("ACTION==\"add\", ENV{{DEVTYPE}}==\"disk\", "
				    "ENV{{ID_SERIAL}}==\"{}\", ATTR{{reservation_key}}=\"0x{}\"\n",
				    wwid, digits);
	}

	void finish_aliases()
	{
		if (const ConfEntry *key = find(defaults_, "reservation_key"))
			add_key(*key, kAnyWwid);
		if (!aliases_.empty())
			import_.aliases =
				fmt::format("{}\n"
					    "SUBSYSTEM!=\"block\", GOTO=\"multipath_native_end\"\n"
					    "ACTION==\"remove\", GOTO=\"multipath_native_end\"\n"
					    "KERNEL!=\"sdmpath*\", GOTO=\"multipath_native_end\"\n"
					    "{}"
					    "LABEL=\"multipath_native_end\"\n",
					    kMadeByImport, aliases_);
	}

	const Entries &conf_;
	const std::vector<Binding> &bindings_;
	const Entries defaults_;
	std::vector<std::string> deny_, allow_;
	std::vector<std::string> named_; // wwids that have a name
	std::string aliases_;
	Import import_;
};

} // namespace

std::string bindings_file(const std::vector<ConfEntry> &conf)
{
	const std::string file = value_in(all_in(conf, "defaults"), "bindings_file");

	return file.empty() ? "/etc/multipath/bindings" : file;
}

std::vector<Binding> parse_bindings(const std::string &text)
{
	std::istringstream in(text);
	std::vector<Binding> bindings;

	for (std::string line; std::getline(in, line);) {
		std::istringstream words(line);
		Binding binding;

		if (words >> binding.first >> binding.second && binding.first[0] != '#')
			bindings.push_back(binding);
	}
	return bindings;
}

Import translate(const std::vector<ConfEntry> &conf, const std::vector<Binding> &bindings)
{
	return Importer(conf, bindings).run();
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
