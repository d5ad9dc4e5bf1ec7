/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decisions about NVMe namespaces that the core takes for nvme/: whether a disk takes part,
 * whether two are one namespace, what their access states and their answers mean.
 *
 * Context of all: any; nothing is locked, kept or allocated. Clauses are those of the NVM Express
 * Base Specification 2.0.
 */
#ifndef MPATH_NVME_H
#define MPATH_NVME_H

#include "libmultipath.h"

MPATH_DECLS_BEGIN

#define MPATH_NQN_LEN 224   /* 4.5: 223 bytes, and a NUL */
#define MPATH_HOSTID_LEN 40 /* a UUID */

/* What decides whether a disk takes part. Words are those of the driver's attributes. */
struct mpath_nvme_traits {
	bool native; /* the driver's own multipath is on */
	bool zoned;
	bool has_medium;       /* capacity is not 0 */
	const char *transport; /* of the controller: pcie, tcp, rdma, fc, loop, ...; or empty */
	const char *wwid;      /* as the driver prints it; empty: it does not */
	const char *subsystem; /* NQN; or empty */
};

/* What the administrator has chosen: the module parameters. */
struct mpath_nvme_choice {
	bool enabled; /* nvme_multipath */
	bool always;  /* nvme_multipath_always */
};

/*
 * mpath_nvme_membership - does the disk take part in multipath?
 * A namespace needs a UUID, NGUID or EUI-64 (4.7.1), or a subsystem that its NSID is a number of.
 * What is local (PCIe) has one way to it nearly always, and is only taken on request.
 * Return: NULL if it does; otherwise why it does not, in words that are constants. *@silent
 * is set when the reason is that the disk was never a candidate and needs no log line.
 */
const char *mpath_nvme_membership(const struct mpath_nvme_traits *traits,
				  const struct mpath_nvme_choice *choice,
				  bool *silent) MPATH_NOEXCEPT;

/*
 * mpath_nvme_name - what tells the namespace from all others
 * Its @wwid; or, where the driver has made that up of serial number and model, the NQN of its
 * subsystem and its NSID in it, "nqn....:1".
 * @name: at least MPATH_WWID_LEN bytes
 */
void mpath_nvme_name(const char *wwid, const char *subsystem, u32 nsid, char *name) MPATH_NOEXCEPT;

/* What paths to one namespace must agree on beside the facts of mpath_geometry. */
struct mpath_nvme_namespace {
	char subsystem[MPATH_NQN_LEN];
	char host[MPATH_HOSTID_LEN]; /* Host Identifier, as the driver prints it; or empty */
	u32 nsid;
	u32 metadata_bytes; /* for each logical block */
	u32 command_set;    /* CSI, 4.1.5 */
};

/*
 * mpath_nvme_contradiction - in what @path differs from the @head of the same id
 * An id belongs to one namespace of one subsystem (a dispersed namespace, 8.9, has another
 * subsystem at each path, whose reservations and access states are not one). And a path that is
 * connected in the name of another host shares no reservation with the others (8.19): what the
 * one has reserved, the other may not write to.
 * Return: NULL, or the words for it, which are constants.
 */
const char *mpath_nvme_contradiction(const struct mpath_nvme_namespace *head,
				     const struct mpath_nvme_namespace *path) MPATH_NOEXCEPT;

/* Asymmetric namespace access states (8.1.3); the numbers are those of the log page (5.16.1.13). */
enum mpath_nvme_ana {
	MPATH_NVME_ANA_NONE = 0, /* nobody has said */
	MPATH_NVME_ANA_OPTIMIZED = 1,
	MPATH_NVME_ANA_NONOPTIMIZED = 2,
	MPATH_NVME_ANA_INACCESSIBLE = 3,
	MPATH_NVME_ANA_PERSISTENT_LOSS = 4,
	MPATH_NVME_ANA_CHANGE = 15,
};

/*
 * mpath_nvme_ana_parse - the state that @word names
 * Accepts exactly optimized, non-optimized, inaccessible, persistent-loss, change, with at most
 * one trailing newline. Return: enum mpath_nvme_ana, or -EINVAL.
 */
int mpath_nvme_ana_parse(const char *word) MPATH_NOEXCEPT;
/* The word for it; none for MPATH_NVME_ANA_NONE. */
const char *mpath_nvme_ana_name(enum mpath_nvme_ana ana) MPATH_NOEXCEPT;
/* The SPC asymmetric access state that comes to the same (mpath_device_config.access_state). */
u8 mpath_nvme_ana_access(enum mpath_nvme_ana ana) MPATH_NOEXCEPT;

/*
 * mpath_nvme_ana_after_read - what is to be believed when a read has gone through
 * Who takes I/O is not inaccessible, whoever said so: it was long ago, or its news is lost.
 */
enum mpath_nvme_ana mpath_nvme_ana_after_read(enum mpath_nvme_ana ana) MPATH_NOEXCEPT;

/*
 * mpath_nvme_controller_verdict - what the state of a controller (its attribute) says of a path
 * Return: MPATH_VERDICT_FINE: it can be asked; otherwise what a probe has found out.
 */
enum mpath_verdict mpath_nvme_controller_verdict(const char *state) MPATH_NOEXCEPT;

/*
 * mpath_nvme_read_verdict - what the end of a READ says of a path
 * @ana: what the path is said to be
 */
enum mpath_verdict mpath_nvme_read_verdict(enum mpath_status status,
					   enum mpath_nvme_ana ana) MPATH_NOEXCEPT;

/*
 * mpath_nvme_way_failed - has a command not reached the namespace, or its answer not come back?
 * @result: of the driver's ioctls: an NVMe status (without the phase tag), or a negative errno
 */
bool mpath_nvme_way_failed(int result) MPATH_NOEXCEPT;

MPATH_DECLS_END

#endif /* MPATH_NVME_H */
