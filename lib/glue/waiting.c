// SPDX-License-Identifier: GPL-2.0
/* A head whose last path has gone waits for another, as upstream's delayed_removal_secs. */
#include "glue.h"

static bool mpath_glue_head_waits(struct mpath_glue_head *head)
{
	lockdep_assert_held(&head->transport->lock);
	return !head->nr_paths && !head->dying;
}

static void mpath_glue_remove_in(struct mpath_glue_head *head, unsigned int secs)
{
	lockdep_assert_held(&head->transport->lock);
	head->removal_due = jiffies + secs * HZ;
	mod_delayed_work(head->transport->wq, &head->removal, secs * HZ);
}

bool mpath_glue_wait_for_path(struct mpath_glue_head *head)
{
	unsigned int secs = head->delayed_removal_secs;

	lockdep_assert_held(&head->transport->lock);
	if (!secs || !head->published || head->transport->closed) {
		mpath_glue_disown_head(head);
		return false;
	}
	glue_warn(head->transport, "%s: the last path is gone, waiting %u s for another\n",
		  head->disk->disk_name, secs);
	/* Before the path goes: what it gives back must not fail. */
	mpath_head_set_queue_if_no_path(head->core, true);
	mpath_glue_remove_in(head, secs);
	return true;
}

void mpath_glue_end_wait(struct mpath_glue_head *head)
{
	lockdep_assert_held(&head->transport->lock);
	/* If it runs already, it waits for the lock and finds the path then. */
	cancel_delayed_work(&head->removal);
	mpath_head_set_queue_if_no_path(head->core, false);
}

void mpath_glue_removal_work(struct work_struct *work)
{
	struct mpath_glue_head *head =
		container_of(to_delayed_work(work), struct mpath_glue_head, removal);
	struct mutex *lock = &head->transport->lock;
	bool waited;

	mutex_lock(lock);
	/*
	 * Under the lock that adds paths: none comes between the look and the end. A run
	 * that could not be cancelled may find the next wait.
	 */
	waited = mpath_glue_head_waits(head) && !time_before(jiffies, head->removal_due);
	if (waited) {
		mpath_glue_disown_head(head);
		mpath_glue_bury_head(head);
	}
	mutex_unlock(lock);
}

int mpath_glue_set_delayed_removal(struct mpath_glue_head *head, unsigned int secs)
{
	if (secs > INT_MAX / HZ)
		return -EINVAL;
	mutex_lock(&head->transport->lock);
	head->delayed_removal_secs = secs;
	if (mpath_glue_head_waits(head))
		mpath_glue_remove_in(head, secs);
	mutex_unlock(&head->transport->lock);
	return 0;
}

void mpath_glue_remove_waiting_heads(struct mpath_transport *transport)
{
	struct mpath_glue_head *head;

	mutex_lock(&transport->lock);
	transport->closed = true;
	list_for_each_entry(head, &transport->heads, entry)
		if (mpath_glue_head_waits(head))
			mpath_glue_remove_in(head, 0);
	mutex_unlock(&transport->lock);
}
