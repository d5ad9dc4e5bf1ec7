/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, events/mpath in tracefs. A bio: mpath_submit and mpath_complete for each
 * path that carries it, mpath_move from one that failed it, mpath_park when there is none.
 * A path: mpath_state, mpath_probe. Off, each is a jump that is not taken.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mpath

#if !defined(MPATH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MPATH_TRACE_H

#include <linux/blk_types.h>
#include <linux/blktrace_api.h>
#include <linux/kdev_t.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "port.h"

/* clang-format off */
#define MPATH_TRACE_STATUSES(first, last)                                  \
	first(MPATH_STS_OK, "ok")                                          \
	first(MPATH_STS_NOTSUPP, "notsupp")                                \
	first(MPATH_STS_TIMEOUT, "timeout")                                \
	first(MPATH_STS_NOSPC, "nospc")                                    \
	first(MPATH_STS_TRANSPORT, "transport")                            \
	first(MPATH_STS_TARGET, "target")                                  \
	first(MPATH_STS_RESV_CONFLICT, "resv-conflict")                    \
	first(MPATH_STS_MEDIUM, "medium")                                  \
	first(MPATH_STS_PROTECTION, "protection")                          \
	first(MPATH_STS_RESOURCE, "resource")                              \
	first(MPATH_STS_IOERR, "ioerr")                                    \
	first(MPATH_STS_AGAIN, "again")                                    \
	first(MPATH_STS_DEV_RESOURCE, "dev-resource")                      \
	first(MPATH_STS_ZONE_RESOURCE, "zone-resource")                    \
	first(MPATH_STS_ZONE_OPEN_RESOURCE, "zone-open-resource")          \
	first(MPATH_STS_ZONE_ACTIVE_RESOURCE, "zone-active-resource")      \
	first(MPATH_STS_OFFLINE, "offline")                                \
	first(MPATH_STS_DURATION_LIMIT, "duration-limit")                  \
	last(MPATH_STS_INVAL, "inval")

#define MPATH_TRACE_VERDICTS(first, last)       \
	first(MPATH_VERDICT_FINE, "fine")       \
	first(MPATH_VERDICT_DEAD, "dead")       \
	first(MPATH_VERDICT_GONE, "gone")       \
	first(MPATH_VERDICT_STANDBY, "standby") \
	first(MPATH_VERDICT_FOREIGN, "foreign") \
	first(MPATH_VERDICT_LATER, "later")     \
	first(MPATH_VERDICT_UNAVAILABLE, "unavailable") \
	last(MPATH_VERDICT_TRANSITIONING, "transitioning")

/* For what decodes a trace elsewhere: the numbers behind the names. */
#define MPATH_TRACE_DEFINE(value, word) TRACE_DEFINE_ENUM(value);
MPATH_TRACE_STATUSES(MPATH_TRACE_DEFINE, MPATH_TRACE_DEFINE)
MPATH_TRACE_VERDICTS(MPATH_TRACE_DEFINE, MPATH_TRACE_DEFINE)
#undef MPATH_TRACE_DEFINE

#define MPATH_TRACE_PAIR(value, word) { value, word },
#define MPATH_TRACE_LAST(value, word) { value, word }

/* The head is @top: perf has a variable of the other name where the arguments go. */

TRACE_EVENT(mpath_submit,
	TP_PROTO(const struct mpath_io *io, struct block_device *top, struct block_device *path,
		 const struct bio *bio, bool failfast),
	TP_ARGS(io, top, path, bio, failfast),
	TP_STRUCT__entry(
		__field(dev_t, head)
		__field(dev_t, path)
		__field(sector_t, sector)
		__field(u32, nr_sectors)
		__array(char, rwbs, RWBS_LEN)
		__field(u8, moves)
		__field(bool, failfast)
	),
	TP_fast_assign(
		__entry->head = top->bd_dev;
		__entry->path = path->bd_dev;
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->nr_sectors = bio_sectors(bio);
		blk_fill_rwbs(__entry->rwbs, bio->bi_opf);
		__entry->moves = io->moves;
		__entry->failfast = failfast;
	),
	TP_printk("head=%d:%d path=%d:%d %s %llu + %u failfast=%d moves=%u",
		  MAJOR(__entry->head), MINOR(__entry->head),
		  MAJOR(__entry->path), MINOR(__entry->path), __entry->rwbs,
		  (unsigned long long)__entry->sector, __entry->nr_sectors,
		  __entry->failfast, __entry->moves)
);

DECLARE_EVENT_CLASS(mpath_ended,
	TP_PROTO(const struct mpath_io *io, struct block_device *top, struct block_device *path,
		 const struct bio *bio, enum mpath_status status),
	TP_ARGS(io, top, path, bio, status),
	TP_STRUCT__entry(
		__field(dev_t, head)
		__field(dev_t, path)
		__field(sector_t, sector)
		__field(u32, nr_sectors)
		__array(char, rwbs, RWBS_LEN)
		__field(u8, moves)
		__field(int, status)
	),
	TP_fast_assign(
		__entry->head = top->bd_dev;
		__entry->path = path->bd_dev;
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->nr_sectors = bio_sectors(bio);
		blk_fill_rwbs(__entry->rwbs, bio->bi_opf);
		__entry->moves = io->moves;
		__entry->status = status;
	),
	TP_printk("head=%d:%d path=%d:%d %s %llu + %u status=%s moves=%u",
		  MAJOR(__entry->head), MINOR(__entry->head),
		  MAJOR(__entry->path), MINOR(__entry->path), __entry->rwbs,
		  (unsigned long long)__entry->sector, __entry->nr_sectors,
		  __print_symbolic(__entry->status,
				   MPATH_TRACE_STATUSES(MPATH_TRACE_PAIR, MPATH_TRACE_LAST)),
		  __entry->moves)
);

/* The path has ended it, one way or the other. */
DEFINE_EVENT(mpath_ended, mpath_complete,
	TP_PROTO(const struct mpath_io *io, struct block_device *top, struct block_device *path,
		 const struct bio *bio, enum mpath_status status),
	TP_ARGS(io, top, path, bio, status));

/* The path has failed it, and it is sent again; moves counts this one. */
DEFINE_EVENT(mpath_ended, mpath_move,
	TP_PROTO(const struct mpath_io *io, struct block_device *top, struct block_device *path,
		 const struct bio *bio, enum mpath_status status),
	TP_ARGS(io, top, path, bio, status));

/* It begins to wait, because no path can carry it. */
TRACE_EVENT(mpath_park,
	TP_PROTO(const struct mpath_io *io, struct block_device *top, const struct bio *bio),
	TP_ARGS(io, top, bio),
	TP_STRUCT__entry(
		__field(dev_t, head)
		__field(sector_t, sector)
		__field(u32, nr_sectors)
		__array(char, rwbs, RWBS_LEN)
		__field(u8, moves)
	),
	TP_fast_assign(
		__entry->head = top->bd_dev;
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->nr_sectors = bio_sectors(bio);
		blk_fill_rwbs(__entry->rwbs, bio->bi_opf);
		__entry->moves = io->moves;
	),
	TP_printk("head=%d:%d %s %llu + %u moves=%u",
		  MAJOR(__entry->head), MINOR(__entry->head), __entry->rwbs,
		  (unsigned long long)__entry->sector, __entry->nr_sectors, __entry->moves)
);

TRACE_EVENT(mpath_state,
	TP_PROTO(const char *top, const char *path, const char *from, const char *to,
		 const char *reason),
	TP_ARGS(top, path, from, to, reason),
	TP_STRUCT__entry(
		__string(head, top)
		__string(path, path)
		__string(from, from)
		__string(to, to)
		__string(reason, reason)
	),
	TP_fast_assign(
		mpath_compat_assign_str(head, top);
		mpath_compat_assign_str(path, path);
		mpath_compat_assign_str(from, from);
		mpath_compat_assign_str(to, to);
		mpath_compat_assign_str(reason, reason);
	),
	TP_printk("%s: path %s: %s -> %s (%s)", __get_str(head), __get_str(path),
		  __get_str(from), __get_str(to), __get_str(reason))
);

TRACE_EVENT(mpath_probe,
	TP_PROTO(const char *top, const char *path, enum mpath_verdict verdict, u64 ms),
	TP_ARGS(top, path, verdict, ms),
	TP_STRUCT__entry(
		__string(head, top)
		__string(path, path)
		__field(int, verdict)
		__field(u64, ms)
	),
	TP_fast_assign(
		mpath_compat_assign_str(head, top);
		mpath_compat_assign_str(path, path);
		__entry->verdict = verdict;
		__entry->ms = ms;
	),
	TP_printk("%s: path %s: %s after %llu ms", __get_str(head), __get_str(path),
		  __print_symbolic(__entry->verdict,
				   MPATH_TRACE_VERDICTS(MPATH_TRACE_PAIR, MPATH_TRACE_LAST)),
		  (unsigned long long)__entry->ms)
);
#endif /* MPATH_TRACE_H */

/* define_trace.h looks for this file again, from include/. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../lib/shim
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
/* clang-format on */
