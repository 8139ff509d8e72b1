/*
 * DMA faults as records: the log that #vtd/faults shows, the words for people, and the
 * count that tells a storm. Pure; the caller locks.
 */
#pragma once

#include "kern/text.h"
#include "kern/types.h"

#define FAULT_NAMELEN 32
#define FAULTLOG_MAX  128

typedef struct FaultRec {
	ns_t time;
	uint unit;
	bdf_t source; /* requester id the unit saw */
	bdf_t device; /* the function behind it, when ndevice is 1 */
	uint ndevice; /* functions it may be: an alias can stand for several */
	int pid;      /* owner; -1 nobody */
	char name[FAULT_NAMELEN];
	uint64_t addr; /* page; interrupts: index of the entry */
	uint reason;
	const char *text; /* of reason */
	bool read, interrupt;
	bool lost;           /* no fault: the unit dropped records here */
	bool hushed;         /* in the log only: the console has had enough of it */
	const char *stopped; /* bus mastering went off with this fault, because ... */
	bool kill;           /* the owner asked to be ended by a fault */
	const char *tables;  /* what they say of addr; NULL: not looked at yet */
} FaultRec;

typedef struct FaultLog {
	FaultRec r[FAULTLOG_MAX];
	uint64_t n; /* records ever; record i is r[i % FAULTLOG_MAX] */
} FaultLog;

void faultlog_add(FaultLog *l, const FaultRec *r);
uint64_t faultlog_first(const FaultLog *l);     /* number of the oldest one kept */
FaultRec *faultlog_at(FaultLog *l, uint64_t i); /* NULL: not kept, or not yet */

/* The two console lines, Linux's form and then the owner; newlines included. */
int fault_console(const FaultRec *r, char *buf, size_t n);
/* The owner's event: "fault write 0x6df084000 reason 5 PTE Write access is not set". */
int fault_event(const FaultRec *r, char *buf, size_t n);
void fault_line(const FaultRec *r, Text *t); /* of #vtd/faults */

/* A device that faults STORM_MAX times within STORM_TIME floods, or what #vtd/ctl says
 * instead; the console shows the first STORM_SHOWN. */
#define STORM_MAX   16
#define STORM_LIMIT 64 /* times that can be counted */
#define STORM_SHOWN 4
#define STORM_TIME  1000000000ull

typedef struct Storm {
	ns_t t[STORM_LIMIT];
	uint n; /* hits ever */
} Storm;

/* Count one now; how many fell into the last STORM_TIME, this one included. */
uint storm_hit(Storm *s, ns_t now);
/* How many fell into the last `time`. */
uint storm_count(const Storm *s, ns_t now, ns_t time);
