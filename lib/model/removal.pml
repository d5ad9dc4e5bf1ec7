/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does anybody touch a path, its owner or the head when it is gone? A path is removed, or two
 * at once, and with the last one the head, while a bio is submitted, ends, fails over and is
 * sent again, a command borrows a path, and probes run.
 *
 * "= text" after a step: it stands for this line, in the function that "==" names above it.
 *
 * -DNEIGHBOURS	both paths go, at the same time; without it path 0 goes, then path 1.
 * -DCOMMAND	a command borrows a path: a second reader.
 * -DFAILS	the bio may fail once, and a probe asks.
 */
#define N 2
#define NONE N
#define REMOVERS 2

#define USABLE 0
#define DEAD 1
#define REMOVING 2
byte health[N];
byte next[N];	   /* the list, which is not touched in what was unlinked */
byte first;
byte hint = NONE;  /* a cursor of round-robin's */
byte ref[N];	   /* of commands, and the count of bios */
bool drained[N];   /* a reference taken now would not be waited for */
bool gone[N];	   /* the path is freed */
bool owner_gone[N];
bool mutex;

bool live = true;
bool head_gone;
byte removed;
bool submitted;

#define CALLER 0
#define FLIGHT 1
#define LIST 2
#define TODO 3
#define ENDED 4
byte place;	   /* of the bio */
byte on;

/* Delayed works, 0 and 1 are the probes, the last one is the head's. While one is cancelled
 * nothing starts it; afterwards it can be started again. */
#define WORKS (N + 1)
#define REQUEUE N
bool due[WORKS];
bool runs[WORKS];
bool cancelling[WORKS];
#define kick(w) due[w] = due[w] || !cancelling[w]
#define cancel(w) d_step { due[w] = false; cancelling[w] = true; }; \
	atomic { !runs[w] -> cancelling[w] = false; }

#define touch(p) assert(!gone[p])
#define touch_head() assert(!head_gone)

/* RCU: who is in a section, and on whom of them a remover waits. */
#define SUBMITTER 1
#define BORROWER 2
#define WORKER 4
byte readers;
byte grace[REMOVERS];
#define read_lock(me) readers = readers | me
#define read_unlock(me) atomic { \
		readers = readers & ~(me); \
		grace[0] = grace[0] & ~(me); \
		grace[1] = grace[1] & ~(me); }
#define synchronize(r) grace[r] = readers; grace[r] == 0

#define move(from, to) d_step { assert(place == from); place = to; }

/* Round-robin: from after the last one to the end, then from the start to the last one. Numa
 * and queue-depth do the second walk. A path is read while it is looked at, then its link. */
inline choose(path) /* == policy_round_robin.hpp *choose(const PathList */
{
	atomic { touch_head(); last = hint; } /* = mpath_device *last = cursor.load_acquire(); */
	if
	:: last == NONE -> path = NONE
	:: last != NONE ->
		/* == policy_round_robin.hpp *next(const PathList */
		atomic { touch(last); path = next[last]; } /* = path = paths.after(last, guard) */
	fi;
	do
	:: path == NONE -> break
	:: path != NONE ->
		atomic { touch(path);
			if
			:: health[path] == USABLE -> ok = true /* = if (take(*path, second_best, filter)) */
			:: else
			fi; }
		if
		:: ok -> break
		:: else -> atomic { touch(path); path = next[path]; }
		fi
	od;
	if
	:: ok
	:: else ->
		path = first; /* = path = paths.first(guard) */
		do
		:: path == NONE -> break
		:: path != NONE ->
			atomic { touch(path);
				if
				:: health[path] == USABLE -> ok = true
				:: else
				fi; }
			if
			:: ok || path == last -> break
			:: else -> atomic { touch(path); path = next[path]; }
			fi
		od
	fi;
	/* == policy_round_robin.hpp *choose(const PathList */
	if
	:: ok && path != last -> hint = path /* = cursor.store_release(path); */
	:: ok && path == last
	:: !ok -> path = NONE
	fi;
	ok = false; last = 0
}

inline get(it)
{
	atomic { touch(it); assert(!drained[it]); ref[it]++; }
}

inline put(it)
{
	atomic { touch(it); ref[it]--; }
}

inline send(from, path) /* == submit.cpp mpath_head::take( */
{
	atomic { touch_head(); touch(path); assert(!owner_gone[path]); on = path; } /* = io->path = path; */
	move(from, FLIGHT)
}

/* One read section in the code, two here if there is no path: more can happen. */
active proctype submit() /* == submit.cpp mpath_head::route_with_care( */
{
	byte path, last;
	bool ok;

	read_lock(SUBMITTER); /* = ReadSection guard{ReadSection::held}; */
	path = NONE;
	if
	:: live -> choose(path) /* = path = choose(any, guard); */
	:: !live
	fi;
#ifdef BROKEN_GET_OUTSIDE
	read_unlock(SUBMITTER);
	if
	:: path != NONE -> get(path)
	:: else
	fi;
#else
	if
	/* What the caller does in the same section: it counts the bio as sent. */
	:: path != NONE -> get(path) /* = take(io, path, always_failfast_ || has_other(path, any, guard), guard); */
	:: else
	fi;
	read_unlock(SUBMITTER);
#endif
	if
	:: path != NONE -> send(CALLER, path)
	:: else ->
		/* == submit.cpp mpath_head::wait_for_path( */
		read_lock(SUBMITTER);
		if
		:: live ->
			atomic { touch_head(); move(CALLER, LIST); } /* = park(io); */
			atomic { touch_head(); kick(REQUEUE); }
		:: else -> move(CALLER, ENDED)
		fi;
		read_unlock(SUBMITTER)
	fi;
	submitted = true
}

#ifdef COMMAND
bool commanded;

/* An ioctl: the second reader, and a reference that lasts. */
active proctype command() /* == head.cpp mpath_head::get_path( */
{
	byte path, last;
	bool ok;

	read_lock(BORROWER); /* = ReadGuard guard; */
	choose(path); /* = mpath_device *path = choose(mpath::AnyPath{}, guard); */
	if
	:: path != NONE -> get(path) /* = path->get(); */
	:: else
	fi;
	read_unlock(BORROWER);
	if
	:: path != NONE ->
		atomic { touch(path); assert(!owner_gone[path]); };
		put(path)
	:: else
	fi;
	commanded = true
}
#else
#define commanded true
#endif

inline blame(it) /* == path.cpp mpath_device::blame( */
{
	if
	:: atomic { health[it] == USABLE -> touch(it); health[it] = DEAD; } /* = if (!change_health(Health::dead, */
		atomic { touch(it); kick(it); } /* = mpk_work_kick(probe_.get()); */
	:: health[it] != USABLE
	fi
}

/* The bio can fail once: the second time it has what it takes. */
active proctype done() /* == submit.cpp mpath_head::done( */
{
	byte p;
	bool failed;

end:	do
	:: place == FLIGHT ->
		p = on;
		if
		:: true ->
#ifdef BROKEN_EARLY_PUT
			put(p);
			touch_head();
			move(FLIGHT, ENDED)
#else
			move(FLIGHT, ENDED); /* = mpk_io_finish(io, MPATH_STS_OK); */
			put(p); /* = path->count_back(epoch); */
#endif
			break
#ifdef FAILS
		:: !failed ->
			failed = true;
			blame(p); /* = path->blame(blame, status); */
#ifdef BROKEN_EARLY_PUT
			put(p);
#endif
			atomic { touch_head(); move(FLIGHT, LIST); } /* = park(io); */
			atomic { touch_head(); kick(REQUEUE); } /* = kick(); */
#ifndef BROKEN_EARLY_PUT
			put(p) /* = path->count_back(epoch); */
#endif
#endif
		fi
	:: place == ENDED -> break
	od
}

inline end_well(p) /* == path.cpp mpath_device::end_well( */
{
	if
	:: atomic { health[p] == DEAD -> touch(p); health[p] = USABLE; } /* = if (change_health(to, why)) */
	:: else
	fi;
	atomic { touch_head(); kick(REQUEUE); } /* = head_.kick(); */
}

proctype probe(byte p) /* == path.cpp mpath_device::probe( */
{
end:	do
	:: atomic { due[p] -> due[p] = false; runs[p] = true; }
		touch(p);
		if
		:: health[p] == REMOVING /* = if (health() == Health::removing */
		:: else ->
			assert(!owner_gone[p]); /* = ask_timed(); */
			end_well(p) /* = head_.reservation().admit(*this); */
		fi;
		runs[p] = false
	od
}

proctype requeue_work() /* == submit.cpp mpath_head::resend( */
{
	byte path, last;
	bool ok, parked;

end:	do
	:: atomic { due[REQUEUE] -> due[REQUEUE] = false; runs[REQUEUE] = true; }
		touch_head();
		if
		:: d_step { place == LIST -> place = TODO; }
			read_lock(WORKER); /* = ReadGuard guard; */
			path = NONE;
			if
			:: live -> choose(path) /* = path = choose(NotTried{*io}, guard); */
			:: !live
			fi;
			if
			:: path != NONE -> get(path); /* = mpk_count_sent(io); */
				send(TODO, path) /* = send_soon(io, guard); */
			:: else
			fi;
			if
			:: path == NONE && live -> parked = true
			:: else
			fi;
			read_unlock(WORKER);
			if
			:: path != NONE
			:: path == NONE && parked -> move(TODO, LIST)
			:: path == NONE && !parked -> move(TODO, ENDED) /* = mpk_io_finish(io, verdict); */
			fi;
			parked = false; path = 0
		:: else
		fi;
		touch_head();
		runs[REQUEUE] = false
	od
}

inline kill(me) /* == head.cpp mpath_head::kill( */
{
	live = false; /* = change_way(0, kNotLive | kDead); */
	synchronize(me); /* = mpk_synchronize(); */
	kick(REQUEUE) /* = kick(); */
}

inline remove_path(me, it) /* == head.cpp mpath_head::remove_path( */
{
#ifdef BROKEN_DRAIN_FIRST
	health[it] = REMOVING;
	cancel(it);
	ref[it] == 0;
	drained[it] = true;
	synchronize(me);
#else
	health[it] = REMOVING; /* = path->start_removing(); */
	cancel(it); /* = path->stop_probing(); */
#ifndef BROKEN_NO_FIRST_GRACE
	synchronize(me); /* = mpk_synchronize(); */
#endif
#endif
	atomic { !mutex -> mutex = true; } /* = MutexGuard guard(paths_lock_.get()); */
	if
	:: hint == it -> hint = NONE /* = cache_.forget(path); */
	:: else
	fi;
	if /* = paths_.remove(path, guard); */
	:: first == it -> first = next[it]
	:: else -> next[1 - it] = next[it]
	fi;
	mutex = false;
#ifndef BROKEN_DRAIN_FIRST
#ifndef BROKEN_NO_SECOND_GRACE
	synchronize(me); /* = mpk_synchronize(); */
#endif
#ifndef BROKEN_NO_DRAIN
	atomic { ref[it] == 0 -> drained[it] = true; } /* = path->drain(); */
#endif
#endif
#ifdef BROKEN_FREE_BEFORE_CANCEL
	gone[it] = true;
	cancel(it);
#else
#ifndef BROKEN_CANCEL_ONCE
	cancel(it);
#endif
	gone[it] = true; /* = mpath_device::destroy(path); */
#endif
	atomic { touch_head(); kick(REQUEUE); } /* = kick(); */
	/* The glue's, which frees them as soon as the removal has returned. */
	owner_gone[it] = true;
	removed++
}

#ifdef NEIGHBOURS
byte left = N;

proctype remover(byte p)
{
	bool last;

	atomic { left--; last = left == 0; }
	if
	:: last -> kill(p)
	:: else
	fi;
	remove_path(p, p)
}
#else
proctype remover(byte p)
{
	remove_path(0, 0);
	kill(0);
	remove_path(0, 1)
}
#endif

/* The disk is closed when its bios have ended; del_gendisk() waits for who is in route(). */
proctype destroy() /* == head.cpp mpath_head::destroy( */
{
	removed == N && submitted && commanded && place == ENDED;
#ifdef BROKEN_HEAD_FREED_BEFORE_CANCEL
	head_gone = true;
	cancel(REQUEUE)
#else
	cancel(REQUEUE);
	head_gone = true
#endif
}

init
{
	atomic {
		next[0] = 1;
		next[1] = NONE;
#ifdef FAILS
		run probe(0);
		run probe(1);
#endif
		run requeue_work();
#ifdef NEIGHBOURS
		run remover(0);
		run remover(1);
#else
		run remover(0);
#endif
		run destroy()
	}
}
