/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decisions about SCSI devices that the core takes for scsi/: who a LUN is,
 * whether it takes part, what a probe's answer means, which way a user's command
 * takes. Pure functions of their arguments.
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

/*
 * mpath_scsi_wwid_multipath_tools - @wwid as multipath-tools spells the same designator:
 * 3 or 2 and the hex digits of a NAA or EUI-64, 8 and the rest of an iSCSI name.
 * @spelling: at least MPATH_WWID_LEN bytes; "none" where it knows no such designator (UUID).
 */
void mpath_scsi_wwid_multipath_tools(const char *wwid, char *spelling) MPATH_NOEXCEPT;

/* A disk in the words of the rules. None is NULL; what is not known is empty. */
struct mpath_scsi_disk {
	const char *transport; /* as mpath_scsi_transport() */
	const char *driver;    /* of the host, its proc_name */
	const char *vendor;    /* INQUIRY, trimmed */
	const char *product;
	const char *wwid;
	const char *wwid_multipath_tools;
};

/*
 * mpath_scsi_transport - a word for a host's transport
 * @host_class: name of the transport class of the host, or empty
 * @driver: as in struct mpath_scsi_disk
 * @usb: it is behind a USB device
 * Return: fc, iscsi, sas, spi, srp, ata, usb, ufs, other.
 */
const char *mpath_scsi_transport(const char *host_class, const char *driver,
				 bool usb) MPATH_NOEXCEPT;

#define MPATH_SCSI_RULES_LEN 1024

/*
 * mpath_scsi_rules_check - are these rules that mpath_scsi_rules_match() understands?
 * Rules are separated by commas, the conditions of a rule by ampersands. A condition is
 * KEY=PATTERN or KEY!=PATTERN; keys are transport, driver, vendor, product, wwid (either
 * spelling); in a pattern * stands for any characters, ? for one. A newline may follow.
 * Return: 0, or -EINVAL: not that, MPATH_SCSI_RULES_LEN or longer, or what no disk can fit.
 */
int mpath_scsi_rules_check(const char *rules) MPATH_NOEXCEPT;

/* mpath_scsi_rules_match - do all conditions of one of the rules fit? Without rules: no. */
bool mpath_scsi_rules_match(const char *rules, const struct mpath_scsi_disk *disk) MPATH_NOEXCEPT;

/*
 * mpath_scsi_find_port - the target port in a VPD page 83, header included
 * Only designators with association "target port" count; what is not there, or lies beyond
 * @len, is -1. Leaves @port->tpgs alone. Units: none.
 */
void mpath_scsi_find_port(const u8 *page, size_t len,
			  struct mpath_port_config *port) MPATH_NOEXCEPT;

/* What decides whether a disk takes part. */
struct mpath_scsi_traits {
	u8 type; /* peripheral device type, SPC-5 table 145 */
	u8 tpgs; /* INQUIRY byte 5, bits 4-5 */
	bool removable;
	bool has_medium; /* capacity is not 0 */
	bool zoned;      /* host-aware or host-managed */
	enum mpath_wwid_result wwid;
	struct mpath_scsi_disk disk;
};

/* What the administrator has chosen: the module parameters. The rules have been checked. */
struct mpath_scsi_choice {
	bool enabled; /* scsi_multipath */
	bool always;  /* scsi_multipath_always */
	const char *allow;
	const char *deny;
};

/*
 * mpath_scsi_membership - does the disk take part in multipath?
 * What is denied does not. What is allowed needs no ALUA, may be ATA, USB or UFS, and takes
 * part also when multipath is off for the others. Everybody needs an identity.
 * Return: NULL if it does; otherwise why it does not, in words that are constants. *@silent
 * is set when the reason is that the disk was never a candidate and needs no log line.
 */
const char *mpath_scsi_membership(const struct mpath_scsi_traits *traits,
				  const struct mpath_scsi_choice *choice,
				  bool *silent) MPATH_NOEXCEPT;

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

/* Which way a user's command takes through the head. */
enum mpath_scsi_route {
	MPATH_SCSI_ONE_PATH,    /* down one path, once: its answer is the answer */
	MPATH_SCSI_ANY_PATH,    /* the same, and down another path where the way has failed */
	MPATH_SCSI_EVERY_NEXUS, /* PERSISTENT RESERVE OUT (SPC-5 6.17): concerns all paths */
	MPATH_SCSI_REFUSED, /* binds the LUN to one path: RESERVE, RELEASE (SPC-2 7.16 to 7.22) */
};

/*
 * mpath_scsi_route - how a command of a user's may be sent
 * ANY_PATH is what changes nothing and means the same through every path, SPC-5 and SBC-4:
 * INQUIRY, TEST UNIT READY, READ CAPACITY, REPORT LUNS, REPORT TARGET PORT GROUPS and other
 * reports, MODE SENSE, LOG SENSE (without SP), PERSISTENT RESERVE IN, READ. What is not known
 * is ONE_PATH. Who may send it is not asked here.
 */
enum mpath_scsi_route mpath_scsi_route(const u8 *cdb, size_t len) MPATH_NOEXCEPT;

/*
 * mpath_scsi_changes_lun - may the LUN have another size, cache or limits after this command?
 * FORMAT UNIT, MODE SELECT, WRITE BUFFER with microcode: the kernel does not notice by itself.
 */
bool mpath_scsi_changes_lun(const u8 *cdb, size_t len) MPATH_NOEXCEPT;

/* mpath_scsi_way_failed - did the command not reach the LUN, or its answer not come back? */
bool mpath_scsi_way_failed(const struct mpath_scsi_answer *answer) MPATH_NOEXCEPT;

/*
 * mpath_scsi_tells_of_change - a unit attention that says that size, modes or INQUIRY data are
 * not what they were (SPC-5 table 60: 2Ah/01h, 2Ah/09h, 3Fh/03h)
 */
bool mpath_scsi_tells_of_change(const struct mpath_scsi_answer *answer) MPATH_NOEXCEPT;

/*
 * mpath_scsi_parse_pr_out - a PERSISTENT RESERVE OUT (SPC-5 6.17) and its parameter list
 * Refused, as a LUN would that cannot do it: REGISTER AND MOVE, SPEC_I_PT and ALL_TG_PT. The
 * head registers each nexus of its paths itself, and none of anybody else's.
 * Return: true and *@request; or false, and *@answer is what the caller is told.
 */
bool mpath_scsi_parse_pr_out(const u8 *cdb, size_t cdb_len, const u8 *list, size_t list_len,
			     struct mpath_pr_request *request,
			     struct mpath_scsi_answer *answer) MPATH_NOEXCEPT;

/* mpath_scsi_pr_type - the TYPE field for an enum pr_type of the block layer; 0: no such */
u8 mpath_scsi_pr_type(u32 block_type) MPATH_NOEXCEPT;

/* mpath_scsi_pr_status - what pr_ops return for it: 0, an enum pr_status, or a negative errno */
int mpath_scsi_pr_status(const struct mpath_scsi_answer *answer) MPATH_NOEXCEPT;

MPATH_DECLS_END

#endif /* MPATH_SCSI_H */
