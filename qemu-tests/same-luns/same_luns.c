// SPDX-License-Identifier: GPL-2.0
/*
 * scsi_debug (uuid_ctl=1) gives each LU of each host an id of its own. With this module the LUs of
 * a host are numbered instead, the same on each: hosts become ports of one array, with @luns LUNs.
 *
 * It asks for its ids one by one while it adds a host, and nobody else asks for any in the guest of
 * qemu-tests/scale.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/uuid.h>

static unsigned int luns = 1;
module_param(luns, uint, 0444);
MODULE_PARM_DESC(luns, "how many LUNs there are");

static atomic_t asked = ATOMIC_INIT(0);

static int same_luns_asked(struct kretprobe_instance *call, struct pt_regs *regs)
{
	*(uuid_t **)call->data = (uuid_t *)regs_get_kernel_argument(regs, 0);
	return 0;
}

static int same_luns_answered(struct kretprobe_instance *call, struct pt_regs *regs)
{
	uuid_t *id = *(uuid_t **)call->data;
	u32 lun = (u32)(atomic_inc_return(&asked) - 1) % luns;

	/* Of version 4, as it was (RFC 9562, 5.4). */
	memset(id->b, 0x5c, sizeof(id->b));
	id->b[6] = 0x40;
	id->b[8] = 0x80;
	*(__be32 *)(id->b + 12) = cpu_to_be32(lun);
	return 0;
}

static struct kretprobe same_luns_probe = {
	.kp.symbol_name = "uuid_gen",
	.entry_handler = same_luns_asked,
	.handler = same_luns_answered,
	.data_size = sizeof(uuid_t *),
};

static int __init same_luns_init(void)
{
	return luns ? register_kretprobe(&same_luns_probe) : -EINVAL;
}

static void __exit same_luns_exit(void)
{
	unregister_kretprobe(&same_luns_probe);
}

module_init(same_luns_init);
module_exit(same_luns_exit);

MODULE_DESCRIPTION("Test aid: the LUs of all hosts of scsi_debug are the same");
MODULE_LICENSE("GPL");
