/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who wakes a bio that waits for a path? Two bios, two paths, a world that breaks and mends
 * them.
 *
 * "= text" after a step: it stands for this line, in the function that "==" names above it.
 *
 * -DSILENT	paths come and go without news, and what is armed may run at any moment. Without
 *		it nothing is silent, but the head's timer never runs: kicks have to do.
 * -DCLOCK	a bio may wait for so long only, and any moment may be too long.
 * -DKILL	somebody ends the head; otherwise nobody waits for read sections.
 * -DCOMES	path 1 is added some time.
 * -DSUBMITTED	both bios are being submitted; otherwise one is in flight already.
 * -DEVENTUALLY	under weak fairness: no bio waits for ever while there is a path.
 */
#ifndef BIOS
#define BIOS 2
#endif
#ifndef CHANGES
#define CHANGES 1 /* of path 0, by the world */
#endif
#ifndef PATHS
#define PATHS 2
#endif

/* Where a bio is. It is in one place, and leaves it once. */
#define CALLER 0
#define FLIGHT 1
#define LIST 2
#define TODO 3
#define WAITING 4
#define ENDED 5
#define LOST 6
byte place[BIOS];
byte on[BIOS];

#define USABLE 0
#define SUSPECT 1
#define DEAD 2
byte health[PATHS];
bool linked[PATHS];
bool good[PATHS];	 /* what an I/O finds, or a probe */
bool running[PATHS]; /* the transport's words: device_state */
bool allowed[PATHS]; /* and access_state */
bool withdrawn[PATHS];

bool live = true;
bool killed;	 /* kill() has returned */
byte pauses = 1; /* how often a path may say RESOURCE */
bool clock;	 /* no_path_since_ms_ is not 0 */

/* A delayed work runs once at a time. A kick makes it run now, or again; arming changes
 * nothing that is pending. */
#define IDLE 0
#define TIMER 1
#define NOW 2
byte work;
byte probe_work[PATHS];
#define kick(w) w = NOW
#define arm(w) w = (w == IDLE -> TIMER : w)

/* RCU: who is in a section, and on whom of them a grace period waits. It does not wait for
 * sections that begin after it. */
#define SUBMITTER(b) (1 << (b))
#define WORKER (1 << BIOS)
byte readers, grace;
#ifdef KILL
#define read_lock(me) readers = readers | me
#define read_unlock(me) atomic { readers = readers & ~(me); grace = grace & ~(me); }
#define synchronize() grace = readers; grace == 0
#else /* nobody who waits */
#define read_lock(me) skip
#define read_unlock(me) skip
#endif

/* Under the spinlock, or by the bio's only owner: one step. */
#define move(b, from, to) d_step { assert(place[b] == from); place[b] = to; }
#define move_all(from, to) d_step { \
		i = 0; any = false; \
		do \
		:: i == BIOS -> break \
		:: i < BIOS && place[i] == from -> place[i] = to; any = true; i++ \
		:: i < BIOS && place[i] != from -> i++ \
		od; i = 0; }

inline withdraw(p) /* == path.cpp mpath_device::withdraw( */
{
	if
	:: atomic { health[p] != SUSPECT -> health[p] = SUSPECT; } /* = change_health(Health::suspect */
		withdrawn[p] = true; /* = withdrawn_.store_relaxed(true); */
		kick(probe_work[p]) /* = mpk_work_kick(probe_.get()); */
	:: health[p] == SUSPECT
	fi
}

#define IN_SERVICE(p) (linked[p] && health[p] == USABLE) /* path.hpp can_carry_io */
#define CARRIES(p) (IN_SERVICE(p) && running[p] && allowed[p])

/* PATHS: none. Which one of several is the policy's choice, and no matter here. */
inline choose(path)
{
	path = 0;
	do
#ifdef SILENT
	:: path < PATHS && !IN_SERVICE(path) -> path++
	:: path < PATHS && IN_SERVICE(path) && running[path] && !allowed[path] -> path++
	:: path < PATHS && IN_SERVICE(path) && !running[path] -> withdraw(path); path++
#else
	:: path < PATHS && !CARRIES(path) -> path++
#endif
	:: else -> break
	od
}

inline may_wait(yes) /* == submit.cpp mpath_head::may_wait( */
{
	yes = true;
#ifdef CLOCK
	if
	:: atomic { !clock -> clock = true; } /* = no_path_since_ms_.compare_exchange(since, now) */
		arm(work) /* = mpk_work_arm(requeue_work_.get(), kLookAgainMs); */
	:: clock
	:: clock ->
		choose(other); /* = return verdict_due(guard) || reservation_.is_moving() || has_any_path(guard); */
		yes = other < PATHS
	fi
#endif
}

inline send(b, from, path) /* == submit.cpp mpath_head::take( */
{
#ifdef CLOCK
	clock = false; /* = stop_clock(); */
#endif
	on[b] = path;
	move(b, from, FLIGHT)
}

inline wait_for_path(b) /* == submit.cpp mpath_head::wait_for_path( */
{
	read_lock(SUBMITTER(b)); /* = ReadGuard guard; */
	yes = false;
	if
	:: live -> may_wait(yes) /* = if (is_live() && may_wait(guard)) */
	:: !live
	fi;
#ifdef BROKEN_PARK_OUTSIDE
	read_unlock(SUBMITTER(b));
#endif
	if
	:: yes ->
		assert(!killed);
		move(b, CALLER, LIST); /* = park(io); */
#ifndef BROKEN_NO_SECOND_LOOK
		choose(path); /* = if (choose(AnyPath{}, guard)) */
#endif
		if
		:: path < PATHS -> kick(work) /* = kick(); */
		:: else ->
#if !defined(BROKEN_X01)
			arm(work) /* = mpk_work_arm(requeue_work_.get(), kLookAgainMs); */
#else
			skip
#endif
		fi
	:: !yes -> move(b, CALLER, ENDED) /* = io->status = why ? note_failure(why) : MPATH_STS_AGAIN; */
	fi;
	read_unlock(SUBMITTER(b))
}

/* One read section in the code, two here: more can happen. */
proctype submit(byte b) /* == submit.cpp mpath_head::route_with_care( */
{
	byte path, other;
	bool yes;

	path = PATHS;
	read_lock(SUBMITTER(b)); /* = ReadSection guard{ReadSection::held}; */
	if
	:: live -> choose(path) /* = path = choose(any, guard); */
	:: !live
	fi;
	read_unlock(SUBMITTER(b));
	if
	:: path == PATHS -> wait_for_path(b) /* = return wait_for_path(io); */
	:: else -> send(b, CALLER, path) /* = take(io, path, always_failfast_ || has_other(path, any, guard), guard); */
	fi
}

inline blame(p) /* == path.cpp mpath_device::blame( */
{
	if
	:: atomic { health[p] != DEAD -> health[p] = DEAD; } /* = if (!change_health(Health::dead, */
		if
		:: probe_work[p] = TIMER /* = mpk_work_arm(probe_.get(), kProbeDeadMs); */
		:: kick(probe_work[p]) /* = mpk_work_kick(probe_.get()); */
		fi
	:: health[p] == DEAD
	fi
}

proctype done(byte b) /* == submit.cpp mpath_head::done( */
{
end:	do
	:: place[b] == FLIGHT ->
		if
		:: good[on[b]] ->
			move(b, FLIGHT, ENDED); /* = mpk_io_finish(io, MPATH_STS_OK); */
			break
		:: !good[on[b]] ->
			blame(on[b]); /* = path->blame(blame, status); */
#ifdef BROKEN_KICK_BEFORE_PARK
			kick(work);
			move(b, FLIGHT, LIST)
#else
			move(b, FLIGHT, LIST); /* = park(io); */
			kick(work) /* = kick(); */
#endif
#ifdef SILENT
		:: d_step { pauses > 0 -> pauses--; } /* back-pressure */
			move(b, FLIGHT, LIST);
			arm(work)
#endif
		fi
	od
}

inline path_came_back() /* == head.cpp mpath_head::path_came_back( */
{
#ifdef CLOCK
	clock = false; /* = stop_clock(); */
#endif
	kick(work) /* = kick(); */
}

inline end_well(p) /* == path.cpp mpath_device::end_well( */
{
#ifdef BROKEN_KICK_BEFORE_USABLE
	path_came_back();
	health[p] = USABLE
#else
	health[p] = USABLE; /* = if (change_health(to, why)) */
	path_came_back() /* = head_.path_came_back(); */
#endif
}

/* A timer does not run while it would get the answer that it had: the fewer kicks, the more
 * the others are worth. */
proctype probe(byte p) /* == path.cpp mpath_device::probe( */
{
end:	do
	:: atomic { probe_work[p] == NOW ||
		    (probe_work[p] == TIMER && running[p] && (good[p] || health[p] != DEAD)) ->
			probe_work[p] = IDLE; }
		if
		:: running[p] && good[p] ->
			end_well(p) /* = head_.reservation().admit(*this); */
		:: running[p] && !good[p] ->
			health[p] = DEAD; /* = change_health(Health::dead, why_dead(verdict)); */
			kick(work); /* = head_.kick(); */
			arm(probe_work[p]) /* = mpk_work_arm(probe_.get(), kProbeDeadMs); */
		:: !running[p] ->
#ifndef BROKEN_X01
			arm(probe_work[p]) /* = mpk_work_arm(probe_.get(), kProbeLaterMs); */
#else
			skip
#endif
		fi
	od
}

inline ask_silent() /* == path.cpp mpath_device::ask_if_changed( */
{
#ifdef SILENT
	do
	:: i == PATHS -> break
	:: i < PATHS && linked[i] && withdrawn[i] && running[i] -> /* = if (withdrawn_.load_relaxed() */
		withdrawn[i] = false; /* = withdrawn_.store_relaxed(false); */
		kick(probe_work[i]); /* = mpk_work_kick(probe_.get()); */
		i++
	:: else -> i++
	od;
	i = 0
#else
	skip
#endif
}

inline resend(b) /* == submit.cpp mpath_head::resend( */
{
	read_lock(WORKER); /* = ReadGuard guard; */
	path = PATHS;
	yes = false;
	if
	:: live -> /* = if (is_live()) */
		choose(path); /* = path = choose(NotTried{*io}, guard); */
		if
		:: path < PATHS -> send(b, TODO, path) /* = send_soon(io, guard); */
		:: path == PATHS -> may_wait(yes) /* = may_wait(guard) */
		fi
	:: !live
	fi;
	read_unlock(WORKER);
	if
	:: path < PATHS
	:: path == PATHS && yes -> move(b, TODO, WAITING)
	:: path == PATHS && !yes -> move(b, TODO, ENDED) /* = mpk_io_finish(io, verdict); */
	fi
}

inline watch_clock() /* == submit.cpp mpath_head::watch_clock( */
{
#ifdef CLOCK
	read_lock(WORKER); /* = ReadGuard guard; */
	if
	:: clock && live -> /* = if (!no_path_since_ms_.load_relaxed() || !is_live()) */
		choose(path); /* = if (choose(AnyPath{}, guard)) */
		if
		:: path < PATHS -> clock = false /* = stop_clock(); */
		:: else ->
			ask_silent(); /* = ask_silent(guard); */
			arm(work) /* = mpk_work_arm(requeue_work_.get(), kWatchClockMs); */
		fi
	:: else
	fi;
	read_unlock(WORKER)
#else
	skip
#endif
}

active proctype requeue_work() /* == submit.cpp mpath_head::run_requeue( */
{
	byte b, i, path, other;
	bool yes, any;

#ifdef SILENT
end:	do
	:: atomic { work != IDLE -> work = IDLE; }
#else
end:	do
	:: atomic { work == NOW -> work = IDLE; }
#endif
#ifdef BROKEN_UNLOCKED
		move_all(LIST, TODO);
		move_all(LIST, LOST);
#else
		move_all(LIST, TODO); /* = todo.prepend(head->requeue_); */
#endif
		do
		:: b == BIOS -> break
		:: b < BIOS && place[b] == TODO -> resend(b) /* = if (head->resend(io) == */
		:: b < BIOS && place[b] != TODO -> b++
		od;
		b = 0; path = 0; yes = false;
		move_all(WAITING, LIST);
		if
		:: !any -> watch_clock() /* = head->watch_clock(); */
		:: any -> /* = head->requeue_.prepend(waiting); */
			any = false;
			read_lock(WORKER); /* = ReadGuard guard; */
			ask_silent(); /* = head->ask_silent(guard); */
			read_unlock(WORKER);
#if !defined(BROKEN_X01) && !defined(BROKEN_LOOKS_ONCE)
			arm(work) /* = mpk_work_arm(head->requeue_work_.get(), kLookAgainMs); */
#endif
		fi
	od
}

#ifdef KILL
active proctype killer() /* == head.cpp mpath_head::kill( */
{
	live = false; /* = change_way(0, kNotLive | kDead); */
#if defined(BROKEN_L10)
	kick(work);
	synchronize();
#elif defined(BROKEN_KILL_DOES_NOT_WAIT)
	kick(work);
#else
	synchronize(); /* = mpk_synchronize(); */
	kick(work); /* = kick(); */
#endif
	killed = true
}
#endif

/* Path 0 breaks, and may mend; path 1 may come. */
active proctype world() /* == head.cpp mpath_head::add_path( */
{
	byte changes = CHANGES;

	do
	:: changes > 0 -> good[0] = !good[0]; changes--
#ifdef SILENT
	:: changes > 0 -> running[0] = !running[0]; changes--
	:: changes > 0 -> allowed[0] = !allowed[0]; changes--
#endif
#ifdef COMES
	:: !linked[1] ->
		linked[1] = true; /* = paths_.push_back(path, guard); */
		path_came_back() /* = path_came_back(); */
#endif
	:: true -> break
	od
}

/* When nothing can happen any more. */
active proctype quiet()
{
	timeout;
#if defined(SILENT) && !defined(BROKEN_X01) /* whose bio must be shown to miss the path */
	assert(place[0] == ENDED && place[BIOS - 1] == ENDED)
#else
	assert(place[0] == ENDED || (place[0] == LIST && live && !CARRIES(0) && !CARRIES(PATHS - 1)));
	assert(place[BIOS - 1] == ENDED || (place[BIOS - 1] == LIST && live && !CARRIES(0) && !CARRIES(PATHS - 1)))
#endif
}

#ifdef EVENTUALLY
ltl woken { [] <> ((place[0] == ENDED && place[BIOS - 1] == ENDED) ||
		   (live && !CARRIES(0) && !CARRIES(PATHS - 1))) }
#endif

init
{
	byte i;

	atomic {
		linked[0] = true;
		do
		:: i == PATHS -> break
		:: i < PATHS ->
			good[i] = true;
			running[i] = true;
			allowed[i] = true;
			run probe(i);
			i++
		od;
		i = 0;
		run submit(0);
		run done(0);
#if BIOS > 1
#ifdef SUBMITTED
		run submit(1);
#else
		place[1] = FLIGHT;
#endif
		run done(1)
#endif
	}
}
