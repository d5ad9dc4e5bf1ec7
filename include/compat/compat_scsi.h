/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of our own to a SCSI device. 6.3 made one function of two. */
#ifndef MPATH_COMPAT_SCSI_H
#define MPATH_COMPAT_SCSI_H

#include <scsi/scsi_device.h>

#include "compat_features.h"

/* @len bytes go with @cdb, one way or the other. Return: the scsi_cmnd's result, or an errno. */
static inline int mpath_compat_scsi_execute(struct scsi_device *sdev, const unsigned char *cdb,
					    bool to_device, void *buffer, unsigned int len,
					    int timeout, int retries, struct scsi_sense_hdr *sense)
{
#if MPATH_HAVE_SCSI_EXECUTE_CMD
	const struct scsi_exec_args args = {
		.sshdr = sense,
	};

	return scsi_execute_cmd(sdev, cdb, to_device ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN, buffer, len,
				timeout, retries, &args);
#else
	return scsi_execute_req(sdev, cdb, to_device ? DMA_TO_DEVICE : DMA_FROM_DEVICE, buffer, len,
				sense, timeout, retries, NULL);
#endif
}

static inline int mpath_compat_scsi_read(struct scsi_device *sdev, const unsigned char *cdb,
					 void *buffer, unsigned int len, int timeout, int retries,
					 struct scsi_sense_hdr *sense)
{
	return mpath_compat_scsi_execute(sdev, cdb, false, buffer, len, timeout, retries, sense);
}

#endif /* MPATH_COMPAT_SCSI_H */
