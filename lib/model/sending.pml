/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for a path that has no tag? Three bios that are to be sent again, two paths. The first one
 * keeps its tags for good, and whoever sends down it sleeps; some time it may fall out of use.
 *
 * "= text" after a step: it stands for this line, in the function that "==" names above it.
 *
 * -DSILENT	it does so without news.
 */
#define BIOS 3
#define PATHS 2

/* Where a bio is. */
#define LIST 0
#define TODO 1
#define WAITING 2
#define UNSENT 3
#define SENDING 4
#define SENT 5
byte place[BIOS];
byte on[BIOS];

bool usable[PATHS] = true;
bool running[PATHS] = true; /* the transport's word */
bool tags[PATHS];

/* As in requeue.pml. A timer does not run while it would change nothing, and so often at most. */
#define IDLE 0
#define TIMER 1
#define NOW 2
byte work = NOW;
byte looks = BIOS + 1;
byte sender_work[PATHS];
#define kick(w) w = NOW
#define arm(w) w = (w == IDLE -> TIMER : w)

#define CARRIES(p) (usable[p] && running[p])
#define IS(b, what, p) (place[b] == what && on[b] == p)
#define HAS(what, p) (IS(0, what, p) || IS(1, what, p) || IS(2, what, p))
#define SOME(what) (place[0] == what || place[1] == what || place[2] == what)
#define TO_DO (SOME(LIST) || (HAS(UNSENT, 0) && !CARRIES(0)) || (HAS(UNSENT, 1) && !CARRIES(1)))

/* Under the spinlock: one step. */
#define move_all(from, p, to) d_step { \
		i = 0; \
		do \
		:: i == BIOS -> break \
		:: i < BIOS && place[i] == from && (p == PATHS || on[i] == p) -> place[i] = to; i++ \
		:: else -> i++ \
		od; i = 0; }

proctype sender(byte p) /* == submit.cpp mpath_head::send_unsent( */
{
	byte b;

end:	do
	:: atomic { sender_work[p] == NOW -> sender_work[p] = IDLE; }
		do
		:: d_step { HAS(UNSENT, p) -> /* = io = path->unsent.pop_front(); */
				b = (IS(0, UNSENT, p) -> 0 : (IS(1, UNSENT, p) -> 1 : 2));
				place[b] = SENDING; }
end_asleep:		atomic { tags[p] -> place[b] = SENT; } /* = mpk_io_send(io); */
		:: atomic { !HAS(UNSENT, p) -> break; }
		od
	od
}

inline send_soon(b, p) /* == submit.cpp mpath_head::send_soon( */
{
#ifdef BROKEN_SENDER_KICKED_FIRST
	kick(sender_work[p]);
#endif
	d_step { on[b] = p; place[b] = UNSENT; } /* = path->unsent.push_back(io); */
#ifndef BROKEN_SENDER_KICKED_FIRST
	kick(sender_work[p]) /* = path->send_unsent_soon(); */
#endif
}

active proctype requeue_work() /* == submit.cpp mpath_head::run_requeue( */
{
	byte b, i, p;

end:	do
	:: atomic { work == NOW || (work == TIMER && looks > 0 && TO_DO) ->
			looks = (work == TIMER -> looks - 1 : looks);
			work = IDLE; }
#ifndef BROKEN_NOTHING_IS_TAKEN_BACK
		do
		:: p == PATHS -> break
		:: p < PATHS && !CARRIES(p) ->
			move_all(UNSENT, p, LIST); /* = head->take_back_unsent(*path); */
			p++
		:: p < PATHS && CARRIES(p) -> p++
		od;
		p = 0;
#endif
		move_all(LIST, PATHS, TODO); /* = todo.prepend(head->requeue_); */
		do
		:: b == BIOS -> break
		:: b < BIOS && place[b] != TODO -> b++
		:: b < BIOS && place[b] == TODO -> /* = if (head->resend(io) == */
			if
#ifdef BROKEN_ONE_SENDS_FOR_ALL
			:: CARRIES(0) ->
				on[b] = 0;
				place[b] = SENDING;
end_blocked:			tags[0];
				place[b] = SENT
#else
			:: CARRIES(0) -> send_soon(b, 0)
#endif
			:: CARRIES(1) -> send_soon(b, 1)
			:: !CARRIES(0) && !CARRIES(1) -> place[b] = WAITING
			fi
		od;
		b = 0;
		if
#ifndef BROKEN_NOBODY_LOOKS_AGAIN
		:: HAS(UNSENT, 0) || HAS(UNSENT, 1) -> /* = if (head->has_unsent(guard)) */
			arm(work) /* = mpk_work_arm(head->requeue_work_.get(), kLookAgainMs); */
#endif
		:: else
		fi;
		if
		:: SOME(WAITING) ->
			move_all(WAITING, PATHS, LIST); /* = head->requeue_.prepend(waiting); */
			arm(work) /* = mpk_work_arm(head->requeue_work_.get(), kLookAgainMs); */
		:: else
		fi
	od
}

active proctype world() /* == head.cpp mpath_head::note_health( */
{
	if
#ifdef SILENT
	:: running[0] = false
#else
	:: usable[0] = false;
		if
		:: HAS(UNSENT, 0) -> /* = if (to != mpath::Health::usable && has_unsent(path)) */
			kick(work) /* = kick(); */
		:: else
		fi
#endif
	:: true
	fi
}

/* When nothing can happen any more: only one bio has to wait for the path that keeps its tags, or all
 * that it was chosen for, as long as it is in use. */
#define FINE(b) (place[b] == SENT || IS(b, SENDING, 0) || (IS(b, UNSENT, 0) && CARRIES(0) && HAS(SENDING, 0)))
active proctype quiet()
{
	timeout;
	assert(FINE(0) && FINE(1) && FINE(2))
}

init
{
	atomic {
		tags[1] = true;
		run sender(0);
		run sender(1)
	}
}
