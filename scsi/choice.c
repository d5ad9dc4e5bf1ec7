// SPDX-License-Identifier: GPL-2.0
/*
 * Choice: the parameters allow and deny, and what a disk is in the words of their rules.
 * What the rules say is read and decided in the core.
 */
#include <linux/moduleparam.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport.h>

#include "scsi_multipath.h"

static char scsi_mpath_allow[MPATH_SCSI_RULES_LEN];
static char scsi_mpath_deny[MPATH_SCSI_RULES_LEN];
/* Innermost: a disk is judged by rules that do not change meanwhile. */
static DEFINE_MUTEX(scsi_mpath_rules_lock);

static int scsi_mpath_set_rules(const char *val, const struct kernel_param *kp)
{
	char *rules = kp->arg;

	if (mpath_scsi_rules_check(val))
		return -EINVAL;
	mutex_lock(&scsi_mpath_rules_lock);
	strscpy(rules, val, MPATH_SCSI_RULES_LEN);
	rules[strcspn(rules, "\n")] = '\0';
	mutex_unlock(&scsi_mpath_rules_lock);
	return 0;
}

static int scsi_mpath_get_rules(char *buf, const struct kernel_param *kp)
{
	int len;

	mutex_lock(&scsi_mpath_rules_lock);
	len = sysfs_emit(buf, "%s\n", (char *)kp->arg);
	mutex_unlock(&scsi_mpath_rules_lock);
	return len;
}

static const struct kernel_param_ops scsi_mpath_rules_ops = {
	.set = scsi_mpath_set_rules,
	.get = scsi_mpath_get_rules,
};
module_param_cb(allow, &scsi_mpath_rules_ops, scsi_mpath_allow, 0644);
MODULE_PARM_DESC(
	allow,
	"Rules for disks that are taken whatever their transport and without ALUA: KEY=PATTERN[&...][,...]; keys: transport driver vendor product wwid");
module_param_cb(deny, &scsi_mpath_rules_ops, scsi_mpath_deny, 0644);
MODULE_PARM_DESC(deny, "Rules for disks that are left alone, as for allow; denied is denied");

/* Of any template; only some have a class for their hosts. */
static const char *scsi_mpath_host_class(struct Scsi_Host *host)
{
	const struct class *class = NULL;

	if (host->transportt)
		class = host->transportt->host_attrs.ac.class;
	return class ? class->name : "";
}

static bool scsi_mpath_behind_usb(struct Scsi_Host *host)
{
	struct device *dev;

	for (dev = host->shost_gendev.parent; dev; dev = dev->parent)
		if (dev->bus && !strcmp(dev->bus->name, "usb"))
			return true;
	return false;
}

void scsi_mpath_trim(char *to, const char *from, size_t len)
{
	while (len && (from[len - 1] == ' ' || !from[len - 1]))
		len--;
	memcpy(to, from, len);
	to[len] = '\0';
}

const char *scsi_mpath_judge(struct scsi_device *sdev, struct gendisk *disk, char *wwid,
			     bool *silent)
{
	char vendor[SCSI_MPATH_VENDOR_LEN + 1], product[SCSI_MPATH_PRODUCT_LEN + 1];
	const char *driver = sdev->host->hostt->proc_name;
	char wwid_multipath_tools[MPATH_WWID_LEN] = "";
	struct mpath_scsi_traits traits = {
		.type = sdev->type,
		.tpgs = sdev->inquiry_len > 5 ? scsi_device_tpgs(sdev) : 0,
		.removable = sdev->removable,
		.has_medium = get_capacity(disk),
		.zoned = bdev_is_zoned(disk->part0),
		.wwid = scsi_mpath_cached_wwid(sdev, wwid),
		.disk = {
			/* uas has no other. */
			.driver = driver ? driver : sdev->host->hostt->name,
			.vendor = vendor,
			.product = product,
			.wwid = wwid,
			.wwid_multipath_tools = wwid_multipath_tools,
		},
	};
	const struct mpath_scsi_choice choice = {
		.enabled = scsi_mpath_switches.enabled,
		.always = scsi_mpath_switches.always,
		.allow = scsi_mpath_allow,
		.deny = scsi_mpath_deny,
	};
	const char *reason;

	if (traits.wwid == MPATH_WWID_OK)
		mpath_scsi_wwid_multipath_tools(wwid, wwid_multipath_tools);
	scsi_mpath_trim(vendor, sdev->vendor, SCSI_MPATH_VENDOR_LEN);
	scsi_mpath_trim(product, sdev->model, SCSI_MPATH_PRODUCT_LEN);
	traits.disk.transport = mpath_scsi_transport(scsi_mpath_host_class(sdev->host),
						     traits.disk.driver,
						     scsi_mpath_behind_usb(sdev->host));
	mutex_lock(&scsi_mpath_rules_lock);
	reason = mpath_scsi_membership(&traits, &choice, silent);
	mutex_unlock(&scsi_mpath_rules_lock);
	return reason;
}
