/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decisions about SCSI devices that the core takes for scsi/: who a LUN is,
 * whether it takes part, what a probe's answer means, which commands may go
 * through the head. Pure functions of their arguments.
 *
 * Context of all: any; nothing is locked, kept or allocated.
 */
#ifndef MPATH_SCSI_H
#define MPATH_SCSI_H

#include "libmultipath.h"

MPATH_DECLS_BEGIN

enum mpath_wwid_result {
	MPATH_WWID_OK,
	MPATH_WWID_NONE,      /* no page, or no designator of the logical unit */
	MPATH_WWID_WEAK,      /* only designators that several LUNs may share */
	MPATH_WWID_MALFORMED, /* the page contradicts itself */
};

/*
 * mpath_scsi_wwid - the identity in a VPD page 83 (SPC-5 7.7.6), header included
 * @wwid: at least MPATH_WWID_LEN bytes; "naa.", "eui.", "uuid." and lower-case
 * hex, or the SCSI name string. Empty unless MPATH_WWID_OK.
 *
 * Only designators with association "logical unit" count. Precedence: NAA IEEE
 * Registered Extended, NAA IEEE Registered, NAA IEEE Extended, EUI-64 based of 16,
 * 12, 8 bytes, UUID, SCSI name string; among equals the first. T10 vendor id, NAA
 * locally assigned and the vendor specific ones are weak.
 */
enum mpath_wwid_result mpath_scsi_wwid(const u8 *page, size_t len, char *wwid) MPATH_NOEXCEPT;

/* What decides whether a disk takes part. */
struct mpath_scsi_traits {
	u8 type; /* peripheral device type, SPC-5 table 145 */
	u8 tpgs; /* INQUIRY byte 5, bits 4-5 */
	bool removable;
	bool has_medium; /* capacity is not 0 */
	bool zoned;      /* host-aware or host-managed */
	enum mpath_wwid_result wwid;
};

/*
 * mpath_scsi_membership - does the disk take part in multipath?
 * @enabled, @always: the module parameters scsi_multipath and scsi_multipath_always
 * Return: NULL if it does; otherwise why it does not, in words. *@silent is set
 * when the reason is that the disk was never a candidate and needs no log line.
 */
const char *mpath_scsi_membership(const struct mpath_scsi_traits *traits, bool enabled, bool always,
				  bool *silent) MPATH_NOEXCEPT;

/*
 * mpath_scsi_switch - on or off, for those parameters
 * Accepts exactly Y, y, 1, N, n, 0, with at most one trailing newline.
 * Context: any. Return: 1, 0, or -EINVAL.
 */
int mpath_scsi_switch(const char *word) MPATH_NOEXCEPT;

/* The outcome of a command, taken apart by the shim. */
struct mpath_scsi_answer {
	int error;    /* negative errno, or 0 */
	u8 host_byte; /* scsi_cmnd result, DID_* */
	u8 status;    /* SAM status byte */
	bool sense_valid;
	u8 sense_key;
	u8 asc;
	u8 ascq;
};

/* mpath_scsi_tur_verdict - what the answer to a TEST UNIT READY says of a path */
enum mpath_verdict mpath_scsi_tur_verdict(const struct mpath_scsi_answer *tur) MPATH_NOEXCEPT;

/*
 * mpath_scsi_read_verdict - what the answer to a READ says of a path
 * Unlike an I/O's status, the answer tells what the LUN says (a medium error, a reservation)
 * from what keeps the path from asking it; the former is no fault of the path.
 */
enum mpath_verdict mpath_scsi_read_verdict(const struct mpath_scsi_answer *read) MPATH_NOEXCEPT;

/* mpath_scsi_takes_io - does a path in this asymmetric access state read and write? */
bool mpath_scsi_takes_io(u8 access_state) MPATH_NOEXCEPT;

/*
 * mpath_scsi_cdb_may_pass - may this command be sent through one path of a head?
 * Commands that only read and mean the same through every path: INQUIRY, TEST UNIT
 * READY, READ CAPACITY, REPORT LUNS, MODE SENSE, LOG SENSE, READ, ... Not what
 * changes the LUN or the nexus (RESERVE, PERSISTENT RESERVE OUT, WRITE, ...).
 */
bool mpath_scsi_cdb_may_pass(const u8 *cdb, size_t len) MPATH_NOEXCEPT;

MPATH_DECLS_END

#endif /* MPATH_SCSI_H */
