// SPDX-License-Identifier: GPL-2.0
/*
 * One block of a path's disk, read to find out whether the path works, by a time.
 *
 * Nothing here waits for the path. A queue that is frozen refuses (REQ_NOWAIT); one that is
 * quiesced, or a device that is silent, keeps the bio: then it is left to itself, with what it
 * needs, and until it is back no other is sent after it.
 */
#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "glue.h"

enum {
	READER_IDLE,
	READER_WAITING,   /* for its bio */
	READER_ABANDONED, /* the bio is still out */
};

struct mpath_glue_reader {
	struct kref ref; /* the path's, and that of a bio that is out */
	struct gendisk *disk;
	void *buffer;
	unsigned int len;
	struct bio bio;
	struct bio_vec vec;
	atomic_t state;
	struct completion back;
	enum mpath_status status;
};

static void mpath_glue_reader_free(struct kref *ref)
{
	struct mpath_glue_reader *reader = container_of(ref, struct mpath_glue_reader, ref);

	put_disk(reader->disk);
	kfree(reader->buffer);
	kfree(reader);
	/* The loader waits for this read section before it frees what runs here. */
	rcu_read_lock();
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

void mpath_glue_reader_put(struct mpath_glue_reader *reader)
{
	kref_put(&reader->ref, mpath_glue_reader_free);
}
EXPORT_SYMBOL_GPL(mpath_glue_reader_put);

struct mpath_glue_reader *mpath_glue_reader_create(struct gendisk *disk)
{
	struct mpath_glue_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return NULL;
	reader->len = queue_logical_block_size(disk->queue);
	reader->buffer = kmalloc(reader->len, GFP_KERNEL);
	if (!reader->buffer) {
		kfree(reader);
		return NULL;
	}
	/* The caller has us as well: it cannot fail. */
	__module_get(THIS_MODULE);
	kref_init(&reader->ref);
	get_device(disk_to_dev(disk));
	reader->disk = disk;
	init_completion(&reader->back);
	return reader;
}
EXPORT_SYMBOL_GPL(mpath_glue_reader_create);

/*
 * Context: any. The reference may be the reader's last, where the path has gone meanwhile; the
 * disk's it is not, whose driver waits for its queue to be empty before it drops its own.
 */
static void mpath_glue_read_done(struct mpath_glue_reader *reader)
{
	/* Whoever waits looks at nothing before he is told; who has given up, never. */
	if (atomic_xchg(&reader->state, READER_IDLE) == READER_WAITING)
		complete(&reader->back);
	mpath_glue_reader_put(reader);
}

static void mpath_glue_read_end_io(struct bio *bio)
{
	struct mpath_glue_reader *reader = bio->bi_private;

	reader->status = mpath_status_of(bio->bi_status);
	bio_uninit(bio);
	mpath_glue_read_done(reader);
}

static void mpath_glue_send_read(struct mpath_glue_reader *reader)
{
	struct bio *bio = &reader->bio;

	bio_init(bio, reader->disk->part0, &reader->vec, 1,
		 REQ_OP_READ | REQ_SYNC | REQ_META | REQ_FAILFAST_MASK | REQ_NOWAIT);
	__bio_add_page(bio, virt_to_page(reader->buffer), reader->len,
		       offset_in_page(reader->buffer));
	bio->bi_private = reader;
	bio->bi_end_io = mpath_glue_read_end_io;
	kref_get(&reader->ref);
	submit_bio_noacct(bio);
}

enum mpath_status mpath_glue_read_block(struct mpath_glue_reader *reader, unsigned long timeout)
{
	if (atomic_cmpxchg(&reader->state, READER_IDLE, READER_WAITING) != READER_IDLE)
		return MPATH_STS_TIMEOUT;
	reinit_completion(&reader->back);
	mpath_glue_send_read(reader);
	if (wait_for_completion_timeout(&reader->back, timeout))
		return reader->status;
	if (atomic_cmpxchg(&reader->state, READER_WAITING, READER_ABANDONED) == READER_WAITING)
		return MPATH_STS_TIMEOUT;
	/* It has come back just now, and tells so. */
	wait_for_completion(&reader->back);
	return reader->status;
}
EXPORT_SYMBOL_GPL(mpath_glue_read_block);
