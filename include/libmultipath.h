/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmultipath: what transport glue (scsi/, nvme/) asks of the core.
 *
 * An mpath_head is one LUN or namespace, an mpath_device one path to it. The
 * words are those of the upstream libmultipath series. Implemented by
 * lib/api.cpp; the functions at the end, which need kernel types by value, by
 * lib/shim/.
 *
 * Return values are 0 or a negative errno unless the comment says otherwise.
 */
#ifndef LIBMULTIPATH_H
#define LIBMULTIPATH_H

#include "mpath_abi.h"

MPATH_DECLS_BEGIN

struct bio;
struct gendisk;
struct mpath_device;
struct mpath_head;
struct mpath_scsi_answer;

#define MPATH_NAME_LEN 64
#define MPATH_WWID_LEN 256

enum mpath_iopolicy {
	MPATH_IOPOLICY_NUMA,
	MPATH_IOPOLICY_ROUND_ROBIN,
	/* From here on I/O is counted on its path, in a word that CPUs share. */
	MPATH_IOPOLICY_QUEUE_DEPTH,
	MPATH_IOPOLICY_SERVICE_TIME,
};

/* How a bio goes down a path; see lib/README.md, "The life of a bio". */
enum mpath_submit_mode {
	MPATH_SUBMIT_INTERPOSE,
	MPATH_SUBMIT_CLONE,
};

/*
 * What the completion of a path's bio means: the kernel's blk_status_t under
 * names that do not change with the kernel version.
 */
enum mpath_status {
	MPATH_STS_OK,
	MPATH_STS_NOTSUPP,
	MPATH_STS_TIMEOUT,
	MPATH_STS_NOSPC,
	MPATH_STS_TRANSPORT,
	MPATH_STS_TARGET,
	MPATH_STS_RESV_CONFLICT,
	MPATH_STS_MEDIUM,
	MPATH_STS_PROTECTION,
	MPATH_STS_RESOURCE,
	MPATH_STS_IOERR,
	MPATH_STS_AGAIN,
	MPATH_STS_DEV_RESOURCE,
	MPATH_STS_ZONE_RESOURCE,
	MPATH_STS_ZONE_OPEN_RESOURCE,
	MPATH_STS_ZONE_ACTIVE_RESOURCE,
	MPATH_STS_OFFLINE,
	MPATH_STS_DURATION_LIMIT,
	MPATH_STS_INVAL,
	MPATH_STS_MAX,
};

/* What a probe of a path found out. */
enum mpath_verdict {
	MPATH_VERDICT_FINE,          /* answers, and is still the same LUN */
	MPATH_VERDICT_DEAD,          /* does not answer, or says it cannot serve I/O */
	MPATH_VERDICT_GONE,          /* answers that it has no such LUN */
	MPATH_VERDICT_STANDBY,       /* answers, in an access state that takes no I/O */
	MPATH_VERDICT_FOREIGN,       /* answers, but as another LUN: never use it */
	MPATH_VERDICT_LATER,         /* cannot be asked now: ask again */
	MPATH_VERDICT_UNAVAILABLE,   /* as standby, and takes even fewer commands */
	MPATH_VERDICT_TRANSITIONING, /* between two access states: ask again */
};

/*
 * The facts of a disk that all paths to one LUN must agree on. @capacity is in
 * 512 byte sectors; @vendor and @product are the INQUIRY strings, trimmed.
 * @write_cache: the path's disk sends flushes on; one that does not ends them itself.
 * @limits: a digest of the other limits of its queue. They may differ (the head has the
 * smallest of all paths); that they change is news.
 */
struct mpath_geometry {
	u64 capacity;
	u32 logical_block_size;
	u32 protection_type;
	bool read_only;
	char vendor[9];
	char product[17];
	bool write_cache;
	u32 limits;
};

/* A command with one block of data, as a transport's glue sends it for the core. */
struct mpath_command {
	const u8 *cdb;
	u32 cdb_len;
	void *data; /* of kernel memory that may be mapped for a transfer */
	u32 data_len;
	bool to_device;
	u32 timeout_ms;
};

struct mpath_scsi_answer;

struct mpath_device_ops {
	/*
	 * Ask the path whether it can carry I/O and who it is.
	 * Context: process, may sleep; no lock of the core is held. Not called
	 * after mpath_device_remove() has returned.
	 */
	enum mpath_verdict (*probe)(void *owner);
	/*
	 * Another path has news of the LUN that this one does not have: have its device
	 * scanned again; or its nexus has been registered with the reservation, without which the
	 * LUN may have refused to answer. What comes of it is seen by mpath_device_observe(). May be
	 * NULL. Context: process, under locks of the head: must not wait for the device, nor for memory.
	 * Return: false if that cannot be seen to now.
	 */
	bool (*rescan)(void *owner);

	/*
	 * The following may be NULL. Context: as probe().
	 *
	 * The LUN tells of another access state than the device handler: the handler is to read
	 * it again. Does not wait for it.
	 */
	void (*refresh_handler)(void *owner);
	/*
	 * Have the device handler make the path's port group active. Does not wait for it:
	 * mpath_device_activated() tells of the end, perhaps before this returns.
	 * Return: 0, or an error; then there is no end to tell of.
	 */
	int (*activate)(void *owner);

	/*
	 * Send @command down this path, once, and wait for its answer. NULL: the transport has
	 * no such commands.
	 * Context: process, may sleep; at most the lock of the head's reservation is held. The
	 * path is referenced: its removal waits.
	 */
	void (*execute)(void *owner, const struct mpath_command *command,
			struct mpath_scsi_answer *answer);
};

/*
 * Which target port the path goes through, and what is known of port groups: -1 where it is
 * not known.
 */
struct mpath_port_config {
	int group;    /* VPD page 83, designator of type 5 */
	int relative; /* relative target port identifier, type 4 */
	u8 tpgs; /* INQUIRY byte 5, bits 4 and 5: 0 no port groups, 1 implicit, 2 explicit, 3 both */
};

/*
 * A path as its glue describes it. Everything pointed to must stay valid until
 * mpath_device_remove() has returned.
 *
 * The transport's own state is read where it lives, one plain load per word on
 * the I/O path: the SCSI mid-layer tells nobody when it changes. Bit N of
 * @usable_states says that I/O may be sent while *@device_state == N; bit N of
 * @waiting_states that the state passes by itself (blocked, quiesced). Bit N of
 * @host_waiting_states says that a command which is sent while *@host_state == N waits (for
 * the host to recover from errors): the path is then used where nothing better is left.
 * @host_state is NULL where the transport has none.
 * @access_state is the SPC asymmetric access state (SPC-5 6.34, bit 7 is
 * PREFERRED), where a device handler keeps one; elsewhere NULL.
 * @error_count grows with every command that comes back with an error, also where the
 * transport then sends it again by itself, as it does after a unit attention: whatever the
 * device had to say, it may be that it has become another one. NULL where nobody counts.
 *
 * @target_port tells the (host, target port) that the path goes through from all others: when
 * one such path dies, those with the same value are asked. 0: not known.
 * @port_congests: it is there that I/O queues up, whatever the LUN: for queue-depth and
 * service-time the depth of a path is that of its target port, over all heads.
 */
struct mpath_device_config {
	const char *name;
	struct gendisk *disk;
	int numa_node;
	const u32 *device_state;
	u32 usable_states;
	u32 waiting_states;
	const u32 *host_state;
	u32 host_waiting_states;
	const u8 *access_state;
	const u32 *error_count;
	u64 target_port;
	bool port_congests;
	struct mpath_geometry geometry;
	const struct mpath_device_ops *ops;
	void *owner;
	struct mpath_port_config port;
};

/* What a head tells of one of its paths. Valid during the call. */
struct mpath_path_news {
	const char *path;   /* its name, as configured */
	const char *state;  /* as mpath_device_state_name() */
	const char *reason; /* of the last change, for people */
	u64 seqnum;         /* of the head, from 1 */
	u32 nr_usable;      /* paths of the head that could carry I/O then */
};

struct mpath_head_ops {
	/*
	 * A path has joined, or its state is another one than was told last. Paths that
	 * leave are not told of. What changes fast is told at most ten times a second, and
	 * as it is by then; the last state of each path always is.
	 * Context: process, a work item of the head; may sleep, must not wait for I/O; no
	 * lock of the core is held. One call at a time, none after mpath_head_kill() has
	 * returned.
	 * Return: 0, or an error: the same path is told of once more.
	 */
	int (*path_changed)(void *owner, const struct mpath_path_news *news);
};

/*
 * @ops may be NULL: nobody is told. @owner is handed to them.
 * @always_failfast: also on the last usable path. For transports whose driver holds what it may
 * retry for as long as a path is away, while other paths come back. An error of the target that
 * this has kept the driver from retrying is not the last word: the I/O goes down again without.
 */
struct mpath_head_config {
	const char *name;
	struct gendisk *disk;
	enum mpath_iopolicy iopolicy;
	enum mpath_submit_mode submit_mode;
	int no_path_timeout_ms;
	bool always_failfast;
	const struct mpath_head_ops *ops;
	void *owner;
};

/*
 * Counters since the head was made; each only grows, but @parked. The longest time
 * without a path is counted from the first I/O that found none, and up to now where it
 * goes on.
 */
struct mpath_head_stats {
	u64 failover_count;
	u64 requeue_no_usable_path_count;
	u64 fail_no_available_path_count;
	u64 longest_no_path_ms;
	u32 parked;
	u64 port_group_reports; /* REPORT TARGET PORT GROUPS sent */
	u64 activations;        /* of port groups in standby, tried */
};

enum mpath_direction {
	MPATH_READ,
	MPATH_WRITE, /* and whatever else is no read: flush, discard, ... */
	MPATH_DIRECTIONS,
};

/* Kinds of errors with which a path's I/O ends. */
enum mpath_error_class {
	MPATH_ERROR_TRANSPORT, /* the way to the LUN */
	MPATH_ERROR_TIMEOUT,
	MPATH_ERROR_IO,   /* whatever says no more than that it failed */
	MPATH_ERROR_BUSY, /* back-pressure */
	MPATH_ERROR_LUN,  /* the LUN's own answer, the same down every path */
	MPATH_ERROR_CLASSES,
};

/*
 * What a path has done since it was added. Each I/O counts when it is sent, and again when
 * it is sent again.
 */
struct mpath_device_stats {
	u64 ios[MPATH_DIRECTIONS];
	u64 sectors[MPATH_DIRECTIONS];
	u64 errors[MPATH_ERROR_CLASSES];
	u64 failover_count; /* I/Os that moved away */
	u64 probes;
	u64 in_flight;
	u64 oldest_ms; /* since the oldest of them was sent, to a quarter of a second; 0: none */
};

/*
 * How long a path's I/Os take that succeed: @count[0] below 1 us, @count[n] below 2^n us, the
 * last one anything more. Of every 16 I/Os of a CPU one is measured, or under service-time
 * each. The average follows the last few of them; 0 until there is one.
 */
#define MPATH_LATENCY_BUCKETS 26
struct mpath_device_latency {
	u64 count[MPATH_LATENCY_BUCKETS];
	u64 average_ns;
};

/* What a path knows of its asymmetric access state; the words are constants. */
struct mpath_device_access {
	const char *
		state; /* active/optimized, active/non-optimized, standby, ...; none: there is none */
	const char *source; /* who keeps it: handler, report, none */
	int group;          /* target port group, -1: not known */
	bool preferred;
};

#define MPATH_HEALTH_STATES 5

/* The state of a path for people; the words are constants. */
struct mpath_device_state {
	const char *name;   /* usable, marginal, stalled, suspect, dead, blocked, ... */
	const char *reason; /* of the last change */
	u64 ms;             /* in this state */
	u64 changes;        /* of what I/O and probes have shown, since the path was added */
	/* All in all as I/O and probes have shown it: usable, marginal, stalled, suspect, dead. */
	u64 spent_ms[MPATH_HEALTH_STATES];
};

/*
 * mpath_iopolicy_parse - the policy that @word names
 * Accepts the exact words, with at most one trailing newline.
 * Context: any. Return: enum mpath_iopolicy, or -EINVAL.
 */
int mpath_iopolicy_parse(const char *word) MPATH_NOEXCEPT;
const char *mpath_iopolicy_name(enum mpath_iopolicy iopolicy) MPATH_NOEXCEPT;

/* mpath_submit_mode_parse - as mpath_iopolicy_parse(), for "interpose" and "clone" */
int mpath_submit_mode_parse(const char *word) MPATH_NOEXCEPT;
const char *mpath_submit_mode_name(enum mpath_submit_mode mode) MPATH_NOEXCEPT;

/*
 * mpath_switch_parse - on or off, for parameters
 * Accepts exactly Y, y, 1, N, n, 0, with at most one trailing newline.
 * Context: any. Return: 1, 0, or -EINVAL.
 */
int mpath_switch_parse(const char *word) MPATH_NOEXCEPT;

/* mpath_no_path_timeout_valid - is @ms (-1: for ever, 0: at once) acceptable */
bool mpath_no_path_timeout_valid(long long ms) MPATH_NOEXCEPT;

/*
 * mpath_head_create - make a head without paths; not live until
 * mpath_head_set_live(). The disk must outlive the head.
 * Context: process, may sleep. Return: 0 and *@out, -ENOMEM, or -EINVAL.
 */
int mpath_head_create(const struct mpath_head_config *config,
		      struct mpath_head **out) MPATH_NOEXCEPT;

/*
 * mpath_head_set_live - the disk is (about to be) visible: accept I/O.
 * Context: process. Return: false if the head was killed before. Upstream:
 * mpath_device_set_live().
 */
bool mpath_head_set_live(struct mpath_head *head) MPATH_NOEXCEPT;

/*
 * mpath_head_kill - accept no more I/O and fail what is parked. Returns when no
 * submitter can still park a bio. Idempotent.
 * Context: process, may sleep (one grace period). Upstream: the first half of
 * mpath_remove_disk(), with the barrier before the kick.
 */
void mpath_head_kill(struct mpath_head *head) MPATH_NOEXCEPT;

/*
 * mpath_head_destroy - free a head that is dead, has no path, and whose disk no
 * submitter can reach any more (del_gendisk() has returned, last reference gone).
 * Context: process, may sleep.
 */
void mpath_head_destroy(struct mpath_head *head) MPATH_NOEXCEPT;

/*
 * mpath_head_add_path - add a path; I/O may use it before this returns.
 * The first path ever gives the head its geometry, every other must agree with it.
 * Context: process, may sleep; takes the head's paths lock.
 * Return: 0 and *@out; -EMEDIUMTYPE when the path contradicts the head (logged,
 * naming both and the difference), -ENOMEM.
 */
int mpath_head_add_path(struct mpath_head *head, const struct mpath_device_config *config,
			struct mpath_device **out) MPATH_NOEXCEPT;

/*
 * mpath_device_remove - stop using a path, wait until nothing of the core refers
 * to it, free it. I/O that fails meanwhile moves to another path.
 * Context: process, may sleep until the path's I/O in flight has come back, which
 * the transport bounds; takes the head's paths lock. Upstream:
 * mpath_delete_device(), plus the barriers its callers owe.
 */
void mpath_device_remove(struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * mpath_device_recheck - the transport knows news of this path: probe it now.
 * Context: any.
 */
void mpath_device_recheck(struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * mpath_device_set_disabled - have the path carry I/O only where nothing better is left, until it
 * is enabled. What is in flight stays there. Lasts as long as the path.
 * Context: process, may sleep; takes the head's paths lock.
 */
void mpath_device_set_disabled(struct mpath_device *device, bool disabled) MPATH_NOEXCEPT;
/* Context: any. */
bool mpath_device_is_disabled(const struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * mpath_device_observe - what the path's disk says of itself now, perhaps after a rescan
 * To be called every few seconds. Every path is asked now and then who it is, one that is not
 * optimized more often, whether it is again.
 * The head follows a new capacity or write protection when all its paths say the same; what one
 * has found, the others are scanned for (mpath_device_ops.rescan). A path that knows of no
 * write cache while another does is used where nothing better is left: it would end flushes
 * that the LUN should see. A path whose other facts contradict the head is never used again;
 * the log says why.
 * Context: process, may sleep; takes the head's paths lock.
 * Return: has the head's geometry changed, or have limits of the path?
 */
bool mpath_device_observe(struct mpath_device *device,
			  const struct mpath_geometry *now) MPATH_NOEXCEPT;

/*
 * mpath_device_observe_port - which port the path goes through now, and who keeps its state
 * @access_state: as in mpath_device_config: handlers are attached at any time, never detached
 * To be called as often as mpath_device_observe().
 * Context: process.
 */
void mpath_device_observe_port(struct mpath_device *device, const u8 *access_state,
			       const struct mpath_port_config *port) MPATH_NOEXCEPT;

/*
 * mpath_device_access_changed - what mpath_device_config.access_state points to is another one
 * Without this call it is noticed at the next look, or while I/O waits.
 * Context: any.
 */
void mpath_device_access_changed(struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * mpath_device_activated - the end of what mpath_device_ops.activate() has begun
 * At most once for each, and not after mpath_device_remove() has returned; the answer of a path
 * that is removed meanwhile may be left out.
 * @error: 0 or not
 * Context: any.
 */
void mpath_device_activated(struct mpath_device *device, int error) MPATH_NOEXCEPT;

/*
 * mpath_head_geometry - what the head's paths agree on; all 0 before the first path
 * Context: process, may sleep; takes the head's paths lock.
 */
void mpath_head_geometry(struct mpath_head *head, struct mpath_geometry *geometry) MPATH_NOEXCEPT;

/*
 * mpath_device_shapes_head - do the limits of this path's disk count for the head's?
 * Not those of another LUN, nor where blocks have another size, whether that has been observed
 * or not: whoever uses the head relies on the size of its blocks.
 * @now: of the path's disk, as from mpath_disk_geometry()
 * Context: process, may sleep; takes the head's paths lock.
 */
bool mpath_device_shapes_head(struct mpath_device *device,
			      const struct mpath_geometry *now) MPATH_NOEXCEPT;

/*
 * mpath_head_get_path - a path that can carry a command now, or NULL. Give it
 * back with mpath_device_put(); a held path delays its removal.
 * Context: any.
 */
struct mpath_device *mpath_head_get_path(struct mpath_head *head) MPATH_NOEXCEPT;
void mpath_device_put(struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * The paths that a command has gone down, so that it goes down each at most once and not down
 * many. All 0 before the first; the core writes it.
 */
#define MPATH_MAX_TRIES 4
struct mpath_tries {
	u32 nr;
	u32 path_ids[MPATH_MAX_TRIES];
	bool more; /* another path would be left, as of now */
};

/*
 * mpath_head_next_path - as mpath_head_get_path(), but none that is among the tries; it is
 * among them then
 * Context: any. Return: NULL where no path is left, or after MPATH_MAX_TRIES.
 */
struct mpath_device *mpath_head_next_path(struct mpath_head *head,
					  struct mpath_tries *tries) MPATH_NOEXCEPT;

/*
 * mpath_device_failed_command - a command has not reached the LUN, or its answer has not come
 * The path carries no I/O until a probe has found it fine. Context: any; the caller holds it.
 */
void mpath_device_failed_command(struct mpath_device *device) MPATH_NOEXCEPT;

/*
 * mpath_head_ask_paths - probe all paths now; mpath_head_awaits_answers() tells whether one has
 * yet to answer. A path that leaves, or never will be used again, is not waited for.
 * Context: any.
 */
void mpath_head_ask_paths(struct mpath_head *head) MPATH_NOEXCEPT;
bool mpath_head_awaits_answers(struct mpath_head *head) MPATH_NOEXCEPT;
struct gendisk *mpath_device_disk(const struct mpath_device *device) MPATH_NOEXCEPT;
void *mpath_device_owner(const struct mpath_device *device) MPATH_NOEXCEPT;

/* Attributes. Context: any for the getters; process for the setters. */
enum mpath_iopolicy mpath_head_iopolicy(const struct mpath_head *head) MPATH_NOEXCEPT;
void mpath_head_set_iopolicy(struct mpath_head *head, enum mpath_iopolicy iopolicy) MPATH_NOEXCEPT;
enum mpath_submit_mode mpath_head_submit_mode(const struct mpath_head *head) MPATH_NOEXCEPT;
void mpath_head_set_submit_mode(struct mpath_head *head,
				enum mpath_submit_mode mode) MPATH_NOEXCEPT;
int mpath_head_no_path_timeout_ms(const struct mpath_head *head) MPATH_NOEXCEPT;
/* Return: 0, or -EINVAL and nothing changed. Kicks the requeue list. */
int mpath_head_set_no_path_timeout_ms(struct mpath_head *head, long long ms) MPATH_NOEXCEPT;
/*
 * A path is stalled whose oldest I/O in flight is older than this and four times what I/O usually
 * takes there: it gets no more I/O while another path is usable. 0: never.
 */
u32 mpath_head_stall_timeout_ms(const struct mpath_head *head) MPATH_NOEXCEPT;
/* Return: 0, or -EINVAL (more than a day, or less than nothing) and nothing changed. */
int mpath_head_set_stall_timeout_ms(struct mpath_head *head, long long ms) MPATH_NOEXCEPT;
/*
 * Of data no more than this waits for a path; what comes then fails at once. I/O that comes
 * back from a path always waits. 0: as much as there is.
 */
u32 mpath_head_parked_limit_kib(const struct mpath_head *head) MPATH_NOEXCEPT;
/* Return: 0, or -EINVAL (does not fit) and nothing changed. For I/O that is yet to come. */
int mpath_head_set_parked_limit_kib(struct mpath_head *head, long long kib) MPATH_NOEXCEPT;
/*
 * mpath_head_set_queue_if_no_path - hold I/O without a path, whatever the time
 * The caller must see to an end: switch it off again, or kill the head. Kicks the
 * requeue list. Context: any. Upstream: MPATH_HEAD_QUEUE_IF_NO_PATH.
 */
void mpath_head_set_queue_if_no_path(struct mpath_head *head, bool queue) MPATH_NOEXCEPT;
/*
 * mpath_head_fail_now - stop waiting: I/O without a path fails, parked or new, until
 * there is a path again. Nothing happens if there is one. Context: process.
 */
void mpath_head_fail_now(struct mpath_head *head) MPATH_NOEXCEPT;
void mpath_head_read_stats(struct mpath_head *head, struct mpath_head_stats *stats) MPATH_NOEXCEPT;

/*
 * mpath_device_read_state - the state of a path, as of now
 * What the transport keeps (blocked, offline, transitioning, standby) is read there: its
 * time counts from when the core first saw it, and it is not among the changes.
 * Context: any.
 */
void mpath_device_read_state(struct mpath_device *device,
			     struct mpath_device_state *state) MPATH_NOEXCEPT;
const char *mpath_device_state_name(struct mpath_device *device) MPATH_NOEXCEPT;
void mpath_device_read_access(const struct mpath_device *device,
			      struct mpath_device_access *access) MPATH_NOEXCEPT;
/* I/O in flight counted under queue-depth and service-time; 0 under the others. */
int mpath_device_queue_depth(const struct mpath_device *device) MPATH_NOEXCEPT;
/* Is this path the numa policy's choice for @node? Always false under the others. */
bool mpath_device_serves_node(struct mpath_device *device, int node) MPATH_NOEXCEPT;
u64 mpath_device_failover_count(const struct mpath_device *device) MPATH_NOEXCEPT;
/* The counters of all CPUs are read one after the other, while they go on. */
void mpath_device_read_stats(const struct mpath_device *device,
			     struct mpath_device_stats *stats) MPATH_NOEXCEPT;
void mpath_device_read_latency(const struct mpath_device *device, enum mpath_direction direction,
			       struct mpath_device_latency *latency) MPATH_NOEXCEPT;

/* --- persistent reservations (lib/reservation.hpp) ------------------------------- */

/* Service actions of PERSISTENT RESERVE OUT, SPC-5 table 213. */
enum mpath_pr_action {
	MPATH_PR_REGISTER = 0,
	MPATH_PR_RESERVE = 1,
	MPATH_PR_RELEASE = 2,
	MPATH_PR_CLEAR = 3,
	MPATH_PR_PREEMPT = 4,
	MPATH_PR_PREEMPT_AND_ABORT = 5,
	MPATH_PR_REGISTER_AND_IGNORE = 6,
};

struct mpath_pr_request {
	u8 action;
	u8 type;        /* as on the wire; 0 where the action has none */
	bool aptpl;     /* registrations survive a loss of power */
	u64 key;        /* RESERVATION KEY: the head's own */
	u64 action_key; /* SERVICE ACTION RESERVATION KEY: the new one, or the victim's */
};

/* What the head knows of its own reservation; the words are constants. */
struct mpath_pr_state {
	u64 key;                     /* 0: not registered */
	const char *state;           /* none, registered, reserved, preempted */
	const char *type;            /* none, write-exclusive, ... */
	char holder[MPATH_NAME_LEN]; /* the path; none, all (registrants), or unknown */
};

/*
 * mpath_head_pr_out - carry out @request for all paths of the head
 * Registered is each path that answers, or none; one that does not, or is new, is
 * registered before it carries data again. Everything else goes through one path. Where
 * the holder does not answer, another path takes its place by preempting the head's own key.
 * Context: process, may sleep for as long as the transport lets a few commands per path take;
 * one at a time per head. Fills in *@answer, as if one LUN behind one path had given it.
 */
void mpath_head_pr_out(struct mpath_head *head, const struct mpath_pr_request *request,
		       struct mpath_scsi_answer *answer) MPATH_NOEXCEPT;

/*
 * mpath_head_pr_adopt - @key is the head's, registered before the head was there
 * As after a reboot. Its reservation, if it has one, is adopted with it, and is not
 * disturbed. Paths without the key are registered. 0: forget the key, and ask nobody.
 * Context and locking as mpath_head_pr_out(). Return: 0; -ENOENT: the LUN does not know the
 * key; -EBUSY: the head has another one; -EIO: no path answers; -ENOMEM; -EOPNOTSUPP.
 */
int mpath_head_pr_adopt(struct mpath_head *head, u64 key) MPATH_NOEXCEPT;

/* Context: any. Never waits for a command. */
void mpath_head_read_pr(struct mpath_head *head, struct mpath_pr_state *state) MPATH_NOEXCEPT;
/* Does this path hold the head's key, as far as the head knows? */
bool mpath_device_is_registered(const struct mpath_device *device) MPATH_NOEXCEPT;

MPATH_DECLS_END

#endif /* LIBMULTIPATH_H */
