// SPDX-License-Identifier: GPL-2.0
// Since 6.3; before, scsi_execute_req().
#include <scsi/scsi_device.h>

int probe(struct scsi_device *sdev, const unsigned char *cmd)
{
	return scsi_execute_cmd(sdev, cmd, REQ_OP_DRV_IN, NULL, 0, HZ, 0, NULL);
}
