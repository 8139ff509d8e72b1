/*
 * DMA faults as records: the log that #vtd/faults shows, the texts for three readers, and
 * the count that tells a storm of faults. Pure; the caller locks.
 */
#pragma once

#include "kern/text.h"
#include "kern/types.h"

#define FAULT_NAMELEN 32
#define FAULTLOG_MAX  128

typedef struct FaultRec {
	ns_t time;
	uint unit;
	bdf_t source; /* the id that the unit saw */
	bdf_t device; /* the function behind it, when ndevice is 1 */
	uint ndevice; /* how many functions it may be: a bridge's id stands for several */
	int pid;      /* owner; -1 nobody */
	char name[FAULT_NAMELEN];
	uint64_t addr; /* of the page; of a blocked interrupt: index of its entry */
	uint reason;
	const char *text; /* of reason */
	bool read, interrupt;
	bool lost;           /* this is no fault: the unit dropped records here */
	bool hushed;         /* it is not printed: the console has had enough of these */
	bool kill;           /* the owner asked to be ended by a fault */
	const char *stopped; /* why it switched bus mastering off; NULL: it did not */
	const char *tables;  /* what the tables say of addr; NULL: not looked at yet */
} FaultRec;

typedef struct FaultLog {
	FaultRec r[FAULTLOG_MAX];
	uint64_t n; /* records ever; record i is r[i % FAULTLOG_MAX] */
} FaultLog;

/* Adds a copy of r, which takes the place of the oldest record if the log is full. */
void faultlog_add(FaultLog *l, const FaultRec *r);
/* The number of the oldest record that is kept. */
uint64_t faultlog_first(const FaultLog *l);
/* The record of this number; NULL: it is not kept any more, or not there yet. */
FaultRec *faultlog_at(FaultLog *l, uint64_t i);

/* The two lines for the console, in the form that Linux prints, with the owner at the
 * end; newlines included. Returns the length. */
int fault_console(const FaultRec *r, char *buf, size_t n);
/* The owner's event: "fault write 0x6df084000 reason 5 PTE Write access is not set". */
int fault_event(const FaultRec *r, char *buf, size_t n);
void fault_line(const FaultRec *r, Text *t); /* of #vtd/faults */

/* A device that faults STORM_MAX times within STORM_TIME floods the unit, unless #vtd/ctl
 * sets another limit. The console shows the first STORM_SHOWN of them. */
#define STORM_MAX   16
#define STORM_LIMIT 64 /* faults that can be counted */
#define STORM_SHOWN 4
#define STORM_TIME  1000000000ull /* ns */

typedef struct Storm {
	ns_t t[STORM_LIMIT];
	uint n; /* hits ever */
} Storm;

/* Counts one fault now. Returns how many fell into the last STORM_TIME, this one
 * included. */
uint storm_hit(Storm *s, ns_t now);
/* How many fell into the last `time`. */
uint storm_count(const Storm *s, ns_t now, ns_t time);
