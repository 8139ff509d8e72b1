/*
 * What a function's owner is told, one line each: a short queue in which every line is
 * addressed to a pid, so that a late reader gets its own "detach" and never the lines of
 * the next owner. Pure; the caller locks.
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
	int lost_pid; /* whose lines were dropped last */
	uint lost;
} EventQ;

/* Append a line (text without newline, cut if need be); a full queue drops its oldest. */
void event_put(EventQ *q, int pid, const char *text);
/* Move up to n > 0 bytes of pid's oldest line to buf; what did not fit stays for the next
 * call. Dropped lines come first, as "lost 3". 0: there is none. */
long event_take(EventQ *q, int pid, char *buf, long n);
bool event_any(const EventQ *q, int pid);
/* pid is gone: nobody will read its lines. */
void event_forget(EventQ *q, int pid);
