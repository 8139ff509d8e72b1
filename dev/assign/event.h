/*
 * What a function's owner is told. A short queue of lines, each addressed to a pid: so a
 * late reader gets its own "detach", and never the lines of the next owner. Pure; the
 * caller locks.
 */
#pragma once

#include "kern/types.h"

#define EVENT_MAX 32
#define EVENT_LEN 96 /* a line, newline and terminator included */

typedef struct Event {
	int pid;
	char text[EVENT_LEN];
} Event;

typedef struct EventQ {
	Event e[EVENT_MAX]; /* e[0..n): oldest first */
	uint n;
	int lost_pid; /* whose lines were dropped last, */
	uint lost;    /* and how many of them */
} EventQ;

/* Appends text, which has no newline, as a line for pid, cut to EVENT_LEN. A full queue
 * drops its oldest line. */
void event_put(EventQ *q, int pid, const char *text);
/* Moves up to n > 0 bytes of pid's oldest line to buf and returns how many; the rest of
 * the line stays for the next call. If lines were dropped, "lost 3" comes first. 0: there
 * is no line. */
long event_take(EventQ *q, int pid, char *buf, long n);
bool event_any(const EventQ *q, int pid);
/* Drops all lines for pid, which has gone or begins anew. */
void event_forget(EventQ *q, int pid);
