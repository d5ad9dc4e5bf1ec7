// SPDX-License-Identifier: GPL-2.0
/*
 * Port groups: carries out what the core wants to know of them and to have done.
 *
 * A device handler (scsi_dh_alua) keeps the access state of its device, and keeps I/O off by
 * it. It is attached when the device is found, or later through dh_state, and never detached
 * while the device lives.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi_dh.h>

#include "compat_scsi.h"
#include "scsi_multipath.h"

bool scsi_mpath_report_port_groups = true;

void scsi_mpath_find_port(struct scsi_device *sdev, struct mpath_port_config *port)
{
	const struct scsi_vpd *page;

	rcu_read_lock();
	page = rcu_dereference(sdev->vpd_pg83);
	mpath_scsi_find_port(page ? page->data : NULL, page ? page->len : 0, port);
	rcu_read_unlock();
}

u8 scsi_mpath_tpgs(struct scsi_device *sdev)
{
	if (!READ_ONCE(scsi_mpath_report_port_groups) || sdev->inquiry_len <= 5)
		return 0;
	return scsi_device_tpgs(sdev);
}

const u8 *scsi_mpath_access_state(struct scsi_device *sdev)
{
	return READ_ONCE(sdev->handler) ? &sdev->access_state : NULL;
}

/* As a rescan of the device does it: the handler reads the states anew, on a work item. */
void scsi_mpath_refresh_handler(void *owner)
{
	struct scsi_mpath_path *path = owner;
	struct scsi_device_handler *handler = READ_ONCE(path->sdev->handler);

	if (handler && handler->rescan)
		handler->rescan(path->sdev);
}

/* --- activation --------------------------------------------------------------------- */

/*
 * An activation that is under way. The handler may take minutes, and the path need not wait
 * for it: whoever goes first leaves the other alone. Freed by its end; keeps this module.
 */
struct scsi_mpath_activation {
	struct scsi_mpath_path *path; /* under scsi_mpath_activation_lock; NULL: it is gone */
};

/* Taken in the handler's context, whatever that is. Nothing is taken under it but the core's. */
static DEFINE_SPINLOCK(scsi_mpath_activation_lock);

static void scsi_mpath_activated(void *data, int error)
{
	struct scsi_mpath_activation *activation = data;
	unsigned long flags;

	spin_lock_irqsave(&scsi_mpath_activation_lock, flags);
	if (activation->path) {
		activation->path->activation = NULL;
		mpath_device_activated(activation->path->glue.core, error);
	}
	spin_unlock_irqrestore(&scsi_mpath_activation_lock, flags);
	kfree(activation);
	/* Whoever unloads the module waits for this read section (mpath_transport_exit()). */
	rcu_read_lock();
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

int scsi_mpath_activate(void *owner)
{
	struct scsi_mpath_path *path = owner;
	struct scsi_device_handler *handler = READ_ONCE(path->sdev->handler);
	struct scsi_mpath_activation *activation;
	int ret = -EBUSY;

	if (!handler || !handler->activate)
		return -ENODEV;
	activation = kzalloc(sizeof(*activation), GFP_NOIO);
	if (!activation)
		return -ENOMEM;
	activation->path = path;
	spin_lock_irq(&scsi_mpath_activation_lock);
	if (!path->activation && !path->leaving && try_module_get(THIS_MODULE)) {
		path->activation = activation;
		ret = 0;
	}
	spin_unlock_irq(&scsi_mpath_activation_lock);
	if (ret) {
		kfree(activation);
		return ret;
	}
	/* Calls back in any case, perhaps before it returns; what it returns is told there. */
	scsi_dh_activate(path->sdev->request_queue, scsi_mpath_activated, activation);
	return 0;
}

void scsi_mpath_abandon_activation(struct mpath_glue_path *glue)
{
	struct scsi_mpath_path *path = to_scsi_mpath_path(glue);

	spin_lock_irq(&scsi_mpath_activation_lock);
	path->leaving = true;
	if (path->activation)
		path->activation->path = NULL;
	spin_unlock_irq(&scsi_mpath_activation_lock);
}
