// SPDX-License-Identifier: GPL-2.0
/* Parameters that every transport's module has. What they say is for the next head. */
#include "glue.h"

static int mpath_glue_set_iopolicy(const char *val, const struct kernel_param *kp)
{
	int policy = mpath_iopolicy_parse(val);

	if (policy < 0)
		return policy;
	*(enum mpath_iopolicy *)kp->arg = policy;
	return 0;
}

static int mpath_glue_get_iopolicy(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mpath_iopolicy_name(*(enum mpath_iopolicy *)kp->arg));
}

const struct kernel_param_ops mpath_glue_iopolicy_ops = {
	.set = mpath_glue_set_iopolicy,
	.get = mpath_glue_get_iopolicy,
};
EXPORT_SYMBOL_GPL(mpath_glue_iopolicy_ops);

static int mpath_glue_set_submit_mode(const char *val, const struct kernel_param *kp)
{
	int mode = mpath_submit_mode_parse(val);

	if (mode < 0)
		return mode;
	*(enum mpath_submit_mode *)kp->arg = mode;
	return 0;
}

static int mpath_glue_get_submit_mode(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mpath_submit_mode_name(*(enum mpath_submit_mode *)kp->arg));
}

const struct kernel_param_ops mpath_glue_submit_mode_ops = {
	.set = mpath_glue_set_submit_mode,
	.get = mpath_glue_get_submit_mode,
};
EXPORT_SYMBOL_GPL(mpath_glue_submit_mode_ops);

static int mpath_glue_set_timeout(const char *val, const struct kernel_param *kp)
{
	long long ms;
	int ret = kstrtoll(val, 10, &ms);

	if (ret || !mpath_no_path_timeout_valid(ms))
		return -EINVAL;
	*(int *)kp->arg = ms;
	return 0;
}

const struct kernel_param_ops mpath_glue_no_path_timeout_ops = {
	.set = mpath_glue_set_timeout,
	.get = param_get_int,
};
EXPORT_SYMBOL_GPL(mpath_glue_no_path_timeout_ops);

/* The kernel's own booleans take "once" for yes and "office" for no. */
static int mpath_glue_set_switch(const char *val, const struct kernel_param *kp)
{
	int on = mpath_switch_parse(val);

	if (on < 0)
		return on;
	*(bool *)kp->arg = on;
	return 0;
}

const struct kernel_param_ops mpath_glue_switch_ops = {
	.set = mpath_glue_set_switch,
	.get = param_get_bool,
};
EXPORT_SYMBOL_GPL(mpath_glue_switch_ops);
