/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The port: what the core asks of the kernel. lib/shim/<subsystem>.c answers
 * inside the kernel, lib/tests/fake/ in user space. Names are mpk_ plus the kernel's
 * own word for the thing. Nothing here decides anything.
 */
#ifndef MPATH_PORT_H
#define MPATH_PORT_H

#include "libmultipath.h"

MPATH_DECLS_BEGIN

/* --- I/O records (shim/io.c) ------------------------------------------------ */

/*
 * One per bio from the first path that carries it until the bio is given back,
 * also while it is parked. The fields here are the core's; the shim keeps what it
 * saved of the bio behind them. Written by one thread at a time: the submitter,
 * then the completion, then whoever took it off the requeue list.
 */
struct mpath_io {
	struct mpath_io *next; /* requeue list */
	struct mpath_head *head;
	struct mpath_device *path; /* kept by its count while in flight, else undefined */
	u64 sent_ns;               /* if it is measured */
	u32 sectors;
	u32 depth; /* of its path, with it; if it is measured and counted */
	u8 direction;
	u8 epoch; /* of its path, in which it was sent */

	/* What only a bio that has met trouble needs, and undefined until it remembers. */
	u8 confirmed;
	bool waiting;  /* for want of a path, and counted as such */
	bool insisted; /* was sent without failfast and has failed */
	bool patient;  /* is to be sent so */
	struct {
		u32 path_id;  /* 0: slot is free */
		u32 fine_seq; /* the path's count of fine verdicts then */
	} suspected[2];
	u32 confirmed_id;         /* failed here although the path is fine */
	u32 confirmed_seq;        /* which fine_seq of that path had told before */
	u32 review;               /* of the reservation that it waits or has waited for; 0: none */
	enum mpath_status status; /* of the last failure */

	/* From here to the end all 0 at first: with the padding eight, which are cleared with one store. */
	u8 moves;
	bool remembers; /* what is above is in use */
	bool counted;   /* in the path's queue depth */
	bool measured;  /* the time that it takes is to be known */
	bool news;      /* its success is news for the core: see mpath_io_done() */
	bool failfast;  /* the path gives errors back after one try */
	bool clone;     /* a clone is to go down the path, not the bio */
};

struct mpk_io_pool;

/*
 * What the shim reads of a head and of a path for every I/O: each begins with it. Written
 * when they are made, but for what is said to change.
 */
struct mpath_head_front {
	struct mpk_io_pool *pool;
	bool watched; /* changes; READ_ONCE(): somebody looks after what is sent */
};

struct mpath_device_front {
	struct gendisk *disk;
	struct mpk_percpu *counts; /* struct mpath_io_counts */
	int *active;               /* how many are in its queue depth; atomic_t in the kernel */
	u32 epoch;                 /* changes; READ_ONCE(): in which I/O is sent now */
};

static inline const struct mpath_head_front *mpath_head_front_of(const struct mpath_head *head)
{
	return (const struct mpath_head_front *)head;
}

static inline const struct mpath_device_front *
mpath_device_front_of(const struct mpath_device *path)
{
	return (const struct mpath_device_front *)path;
}

/*
 * A pool of records with a reserve of its own: a head always has the records to
 * make progress, whatever other heads hold parked.
 * Context: process. Return: NULL without memory.
 */
struct mpk_io_pool *mpk_io_pool_create(void) MPATH_NOEXCEPT;
void mpk_io_pool_destroy(struct mpk_io_pool *pool) MPATH_NOEXCEPT;

#define MPATH_NOWHERE ((struct mpath_device *)1)

/*
 * mpath_head_route - the shim's question to the core: where does @io go, which is new?
 * @node: this CPU's
 * @ticks: mpk_ticks(), which the shim has at hand
 * The shim has filled in what it knows of the bio, and the head.
 * Context: process, in a read section.
 * Return: a path, io->path: down there, as io->failfast and io->clone say; the caller counts it as
 * sent in the same read section, as mpk_count_sent() does, and sends it, in or after the section.
 * NULL: the core has it, it waits. MPATH_NOWHERE: the caller finishes it with io->status, after the
 * section: whoever gets it back may take a task for one that can sleep.
 */
struct mpath_device *mpath_head_route(struct mpath_head *head, struct mpath_io *io, u32 node,
				      u32 ticks) MPATH_NOEXCEPT;

/*
 * mpath_head_route_along - the same for an I/O that continues one which waits to go down @neighbour.
 * Along with it, into the same command, while that path is as good as any: neighbours that are sent
 * apart cannot be merged any more.
 * @neighbour: of a path, or of a disk that is none of the head's
 */
struct mpath_device *mpath_head_route_along(struct mpath_head *head, struct mpath_io *io,
					    const struct gendisk *neighbour) MPATH_NOEXCEPT;

/*
 * mpath_head_watch - the shim's call into the core: an I/O has been counted as sent, and the head's
 * front says that nobody watches. Context: any.
 */
void mpath_head_watch(struct mpath_head *head) MPATH_NOEXCEPT;

/*
 * mpk_io_send - send the whole bio down io->path, once more; as the shim does with a new one by
 * itself. mpath_io_done() is called once, in any context, perhaps before this returns.
 * Context: process.
 */
void mpk_io_send(struct mpath_io *io) MPATH_NOEXCEPT;

/*
 * mpk_io_finish - give the bio back to its submitter with @status and free the
 * record. Context: any.
 */
void mpk_io_finish(struct mpath_io *io, enum mpath_status status) MPATH_NOEXCEPT;

/* mpk_io_is_nowait - its submitter would rather have MPATH_STS_AGAIN than wait. Context: any. */
bool mpk_io_is_nowait(const struct mpath_io *io) MPATH_NOEXCEPT;
/* mpk_io_is_ordinary - does it read, write or flush, as every disk can? Context: any. */
bool mpk_io_is_ordinary(const struct mpath_io *io) MPATH_NOEXCEPT;

/*
 * mpk_io_learn_limits - the LUN has refused this bio. Where the path's driver has
 * concluded that the LUN knows no discard, secure erase or write zeroes, so does the
 * head: the submitter looks at the head's limits to find another way.
 * Context: any.
 */
void mpk_io_learn_limits(struct mpath_io *io, struct gendisk *path) MPATH_NOEXCEPT;

/* Run @fn with the block layer's plugging on, so that what it sends can merge. */
void mpk_plugged(void (*fn)(void *arg), void *arg) MPATH_NOEXCEPT;

/*
 * The shim's call into the core: the path's bio has ended. Context: any. Left out for a success that
 * is no news (never sent before, and not measured): the shim takes it out of the queue depth,
 * finishes it, and then counts it back.
 */
void mpath_io_done(struct mpath_io *io, enum mpath_status status) MPATH_NOEXCEPT;

/* --- locks (shim/lock.c) ---------------------------------------------------- */

/*
 * Every lock of the core, outermost first: this is the lock order. Each has a
 * lockdep class of its own. Nobody asks for memory under one: works that I/O waits for take
 * them, and there may be no memory before that I/O has ended.
 */
enum mpath_lock_class {
	MPATH_LOCK_RESERVATION, /* mutex: one head's reservation; held while commands are sent */
	MPATH_LOCK_PATHS,       /* mutex: path list writers of one head */
	MPATH_LOCK_PORTS,       /* mutex: all target ports, and who is behind them */
	MPATH_LOCK_REQUEUE,     /* spinlock, irq safe: one head's requeue list */
};

struct mpk_mutex;
struct mpk_mutex *mpk_mutex_create(enum mpath_lock_class cls) MPATH_NOEXCEPT;
void mpk_mutex_destroy(struct mpk_mutex *mutex) MPATH_NOEXCEPT;
void mpk_mutex_lock(struct mpk_mutex *mutex) MPATH_NOEXCEPT;
void mpk_mutex_unlock(struct mpk_mutex *mutex) MPATH_NOEXCEPT;

struct mpk_spinlock;
struct mpk_spinlock *mpk_spinlock_create(enum mpath_lock_class cls) MPATH_NOEXCEPT;
void mpk_spinlock_destroy(struct mpk_spinlock *lock) MPATH_NOEXCEPT;
unsigned long mpk_spin_lock_irqsave(struct mpk_spinlock *lock) MPATH_NOEXCEPT;
void mpk_spin_unlock_irqrestore(struct mpk_spinlock *lock, unsigned long flags) MPATH_NOEXCEPT;

/* The read side of the path list: RCU. mpk_synchronize() may sleep. */
void mpk_read_lock(void) MPATH_NOEXCEPT;
void mpk_read_unlock(void) MPATH_NOEXCEPT;
void mpk_synchronize(void) MPATH_NOEXCEPT;

/* --- references (shim/ref.c) ------------------------------------------------ */

/*
 * A percpu_ref: get and put cost no shared cache line until it is killed.
 * mpk_ref_drain() ends new use and sleeps until every reference is back; whoever
 * calls mpk_ref_get() must know that it cannot have been called yet.
 */
struct mpk_ref;
struct mpk_ref *mpk_ref_create(void) MPATH_NOEXCEPT;
void mpk_ref_destroy(struct mpk_ref *ref) MPATH_NOEXCEPT;
void mpk_ref_get(struct mpk_ref *ref) MPATH_NOEXCEPT;
void mpk_ref_put(struct mpk_ref *ref) MPATH_NOEXCEPT;
/*
 * mpk_ref_drain_soon - mpk_ref_drain() will follow, and need not wait for a grace period of its own
 * Whoever waits for one meanwhile waits for both. References are taken and given back as before,
 * but on one cache line. Context: process.
 */
void mpk_ref_drain_soon(struct mpk_ref *ref) MPATH_NOEXCEPT;
void mpk_ref_drain(struct mpk_ref *ref) MPATH_NOEXCEPT;

/* --- deferred work (shim/work.c) -------------------------------------------- */

/*
 * Each kind has a workqueue: what a probe waits for must not hold up a bio. None does I/O to get
 * memory, for it may be I/O that waits for the work; a probe does not wait for memory either, but
 * takes from the kernel's reserve, and fails without.
 */
enum mpath_work_kind {
	MPATH_WORK_REQUEUE,
	MPATH_WORK_SEND, /* may sleep for as long as a path keeps its I/O */
	MPATH_WORK_PROBE,
	MPATH_WORK_NEWS,
};

/* Never runs twice at once; a kick while it runs makes it run again. */
struct mpk_work;
struct mpk_work *mpk_work_create(enum mpath_work_kind kind, void (*fn)(void *arg),
				 void *arg) MPATH_NOEXCEPT;
/* Cancels, waits for a running one, frees. */
void mpk_work_destroy(struct mpk_work *work) MPATH_NOEXCEPT;
/* Run as soon as possible, whatever was armed. Context: any. */
void mpk_work_kick(struct mpk_work *work) MPATH_NOEXCEPT;
/* Run after @ms, or sooner if it is due sooner. Context: any. */
void mpk_work_arm(struct mpk_work *work, u32 ms) MPATH_NOEXCEPT;
/* Cancel what is pending and wait for a running one. Context: process. */
void mpk_work_cancel(struct mpk_work *work) MPATH_NOEXCEPT;

/* --- the core's own life (called by shim/module.c) --------------------------- */

/* Before and after everything else. Context: process. Return: false without memory. */
bool mpath_core_init(void) MPATH_NOEXCEPT;
void mpath_core_exit(void) MPATH_NOEXCEPT;

/* --- memory, CPUs, nodes, time (shim/mem.c, shim/cpu.c) --------------------- */

/* Zeroed, may sleep; NULL without memory. */
void *mpk_alloc(size_t size) MPATH_NOEXCEPT;
void mpk_free(void *memory) MPATH_NOEXCEPT;

/*
 * Objects of which there are many, each kind of one size: of these no byte more than it takes to
 * have each begin on a cache line. As mpk_alloc() and mpk_free().
 */
enum mpath_object {
	MPATH_OBJECT_HEAD,
	MPATH_OBJECT_DEVICE,
	MPATH_OBJECTS,
};

void *mpk_object_alloc(enum mpath_object kind) MPATH_NOEXCEPT;
void mpk_object_free(enum mpath_object kind, void *memory) MPATH_NOEXCEPT;

/* The shim's question to the core, before the first of the kind is made. Context: any. */
size_t mpath_object_size(enum mpath_object kind) MPATH_NOEXCEPT;

/* A zeroed object of @size bytes per possible CPU; a power of two is aligned to its size. */
struct mpk_percpu;
struct mpk_percpu *mpk_percpu_create(size_t size) MPATH_NOEXCEPT;
void mpk_percpu_destroy(struct mpk_percpu *percpu) MPATH_NOEXCEPT;
/* This CPU's; the caller may be moved meanwhile, so it must be safe to share. */
void *mpk_percpu_this(struct mpk_percpu *percpu) MPATH_NOEXCEPT;
void *mpk_percpu_of(struct mpk_percpu *percpu, u32 cpu) MPATH_NOEXCEPT;
/* One past the highest possible CPU; a CPU that is not possible has no object (NULL). */
u32 mpk_nr_cpus(void) MPATH_NOEXCEPT;

/*
 * What a CPU counts of one path's I/O, its object of a mpk_percpu. Written by mpk_count_*()
 * only, each addition whole whatever interrupts the caller or moves it to another CPU; the
 * core reads and sums up. One cache line: there is one for each CPU and path of the machine.
 */
#define MPATH_EPOCHS 8
struct mpath_io_counts {
	/*
	 * Sent less come back, by the epoch of the sending. An I/O may come back on another
	 * CPU: only the sum over all says anything, and wraps as each of them does.
	 */
	u32 in_flight[MPATH_EPOCHS];
	u64 ios[MPATH_DIRECTIONS];
	u64 sectors[MPATH_DIRECTIONS];
};

/* Of so many I/Os that a CPU sends down a path the latency of one is measured. */
#define MPATH_MEASURED_OF 16

/*
 * mpk_count_sent - @io goes down io->path, which stays until it is counted back
 * If it is the turn of one, it is measured, and then it is news. Calls mpath_head_watch() if nobody
 * watches. The shim does it by itself for an I/O that mpath_head_route() has sent somewhere.
 * Context: the read section in which the path was chosen.
 */
void mpk_count_sent(struct mpath_io *io) MPATH_NOEXCEPT;
/*
 * Release: who sees it also sees that the I/O was counted when it was sent, and whatever was done
 * before. Context: any.
 */
void mpk_count_back(struct mpk_percpu *counts, u32 epoch) MPATH_NOEXCEPT;
/*
 * mpk_counts_drain - sleep until nothing is in flight
 * Looks again and again, with pauses of some milliseconds: who counts back wakes nobody, and has
 * no barrier for it. Whoever counts I/O as sent must do so in a read section that the caller has
 * waited for. Then the counts can only fall, and a sum over CPUs that are read one after the
 * other is 0 only if everything is back.
 * Context: process.
 */
void mpk_counts_drain(struct mpk_percpu *counts) MPATH_NOEXCEPT;

u32 mpk_nr_nodes(void) MPATH_NOEXCEPT;
u32 mpk_this_node(void) MPATH_NOEXCEPT;
int mpk_node_distance(int a, int b) MPATH_NOEXCEPT;

/* A clock that moves every few milliseconds, and costs a load. */
u32 mpk_ticks(void) MPATH_NOEXCEPT;
/* Monotonic. */
u64 mpk_now_ms(void) MPATH_NOEXCEPT;
u64 mpk_now_ns(void) MPATH_NOEXCEPT;
/* Sleep for @ms at least. Context: process. */
void mpk_msleep(u32 ms) MPATH_NOEXCEPT;

/* --- tracepoints (shim/trace.c, shim/io.c) ---------------------------------- */

/*
 * events/mpath in tracefs. The shim itself tells of every bio sent and ended; these are the
 * rare ones. Names and words are copied if anybody listens. Context: any.
 */
/* @io has failed on @from with @status and is sent again. Before it is queued. */
void mpk_trace_move(const struct mpath_io *io, struct gendisk *from,
		    enum mpath_status status) MPATH_NOEXCEPT;
/* @io begins to wait for a path. */
void mpk_trace_park(const struct mpath_io *io) MPATH_NOEXCEPT;
void mpk_trace_state(const char *head, const char *path, const char *from, const char *to,
		     const char *reason) MPATH_NOEXCEPT;
/* A probe has ended after @ms. */
void mpk_trace_probe(const char *head, const char *path, enum mpath_verdict verdict,
		     u64 ms) MPATH_NOEXCEPT;

/* --- words (shim/log.c) ----------------------------------------------------- */

enum mpath_log_level {
	MPATH_LOG_ERR,
	MPATH_LOG_WARN,
	MPATH_LOG_INFO,
};

void mpk_log(enum mpath_log_level level, const char *fmt, ...) MPATH_NOEXCEPT MPATH_PRINTF(2, 3);
/* For the I/O path: at most a burst per interval. */
void mpk_log_ratelimited(enum mpath_log_level level, const char *fmt, ...) MPATH_NOEXCEPT
	MPATH_PRINTF(2, 3);
/* A broken invariant. Not noreturn: the caller traps. */
void mpk_assert_fail(const char *expression, const char *file, int line) MPATH_NOEXCEPT;

MPATH_DECLS_END

#endif /* MPATH_PORT_H */
