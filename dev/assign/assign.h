/*
 * Who owns which PCI function, for the device files: attaching and taking away, what an
 * owner may do with what it has, and looking. This is the one header of dev/assign that
 * they include, besides kdriver.h for drivers in the kernel. README.md says what the room
 * is made of.
 *
 * Calls come from process context, take assign_lock, and may sleep; each wait has a
 * deadline. Those that return an int give 0 or a code, with a sentence in errstr.
 */
#pragma once

#include "dev/vtd/inspect.h"
#include "dev/assign/kdriver.h"
#include "dev/assign/state.h"
#include "dev/pci/pci.h"
#include "kern/proc.h"

typedef struct Cmd Cmd;

/* What a fault does to the function it is blamed on: nothing, bus mastering goes off, or
 * the process that owns it is killed. */
typedef enum FaultPolicy { FAULT_LOG, FAULT_STOP, FAULT_KILL } FaultPolicy;

/* ---- boot ---- */

/* Prints what boot found, in the words of dev/text: an ACPI table whose length has been
 * checked, and a unit that can be used. */
typedef struct BootWords {
	void (*table)(const void *table);
	void (*unit)(const UnitInfo *u);
} BootWords;
/* Once, after pci_scan: finds the units, starts translation, and gives the kernel's
 * drivers their devices. Whatever is missing, the system runs without. */
void assign_init(const BootWords *words);

/* ---- attach and detach ---- */

typedef struct AttachArgs {
	bdf_t bdf;
	bool group; /* and all of its isolation group */
	int pid;    /* 0: the kernel's driver for it */
	AttachMode mode;
	bool mode_given; /* the command had a word for it */
	bool ro;         /* the device may only read */
	FaultPolicy policy;
} AttachArgs;

/* Gives a function, or all or nothing of its group, to a process. Says why not; then
 * nothing has changed, except that the device was quieted. */
int assign_attach(const AttachArgs *a);
/* Takes a function, or its whole group, away from pid, or from whoever has it if pid is
 * -1. On return no DMA of it is in flight and none can begin. Says why not; then nothing
 * has changed, unless it is -EIO: it was taken away, and is broken. */
int assign_detach(bdf_t b, int pid);
int assign_detach_group(bdf_t b, int pid);
/* Switches translation of all units. Off suspends every function that a process owns, and
 * is refused while that cannot be done, or while a driver of the kernel needs
 * translation. */
int assign_power(bool on);

/* ---- what an owner may do: each call says that f is not the running process's ---- */

/* True if the running process owns f; errstr says whose it is otherwise. */
bool assign_mine(const PciFn *f);
/* Switches bus mastering: on only while f is translated, and not within a second after a
 * storm of faults (-EBUSY). While f is suspended this is recorded for when it resumes. */
int assign_busmaster(PciFn *f, bool on);
/* Resets f; bus mastering is off after it. -ENOTSUP: it has no reset. -EIO: it did not
 * come back, and is broken. */
int assign_reset(PciFn *f);
/* Maps a BAR, whole pages from `off` on, into the running process: SPROT_READ or that and
 * SPROT_WRITE. */
int assign_map_bar(PciFn *f, uint bar, uint64_t off, size_t len, int prot, vaddr_t *va);

/* In mode guest: maps memory of the process at iova, whole pages, with rights of DOMAIN_R
 * and DOMAIN_W; takes away whatever is mapped in a range. -EIO: a unit did not confirm,
 * and f is broken. After other errors nothing has changed. */
int assign_map(PciFn *f, iova_t iova, vaddr_t va, uint64_t len, uint rights);
int assign_unmap(PciFn *f, iova_t iova, uint64_t len);
/* Calls print for each mapping, by IOVA. */
int assign_maps(PciFn *f, Text *t,
	void (*print)(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights));

/* Interrupts are counted. The first open takes a vector and sets up the message. */
int assign_intr_open(PciFn *f);
/* Sleeps until there have been more or less than `seen` interrupts, and gives the count.
 * -EAGAIN: there have not, and nonblock. -EINTR. -EPERM: f was taken away meanwhile. */
long assign_intr_wait(PciFn *f, uint64_t seen, bool nonblock, uint64_t *count);
/*
 * Reads up to n bytes of the next line for the running process, which need not own f yet:
 * "attach MODE", "fault ...", "stop ...", "suspend", "resume", "overflow ...", "unmapped
 * ...", "detach", "broken ...", "lost N". Sleeps until there is one. -EAGAIN, -EINTR.
 */
long assign_event_read(PciFn *f, char *buf, long n, bool nonblock);
/* For poll: SPOLLIN if the call above would not sleep (intr: the one before, with
 * `seen`), SPOLLERR, or 0. *q is woken when that changes. */
int assign_poll(PciFn *f, bool intr, uint64_t seen, Waitq **q);

/* ---- looking: for anybody ---- */

/* Why attach can never work, one clause; NULL: it can. */
const char *assign_unavailable(void);
bool assign_powered(void); /* translation is on */
/* Why no unit was asked to remap interrupts, one clause; NULL: all were. */
const char *intremap_unused(void);

FnState assign_state(const PciFn *f);
/* The owner's pid; 0: the kernel; -1: nobody. */
int assign_owner(const PciFn *f);
/* What a kernel driver does with f. False: none has it. */
bool assign_kdev(const PciFn *f, KdevInfo *out);
/* NULL: no unit covers it. */
Unit *assign_unit(const PciFn *f);
/* How many functions behind u have owners. */
uint assign_count(const Unit *u);
/* The entry that f's interrupts go through, as it is in its unit's table. False: none. */
bool assign_entry(const PciFn *f, uint32_t *index, VtdIrq *q);

typedef struct Mapping {
	int pid;
	bdf_t bdf;
} Mapping;
/* Calls print for each unit, whose registers are at base, with the n functions behind it
 * that have owners, in any order; print may sort them. */
void assign_mappings(Text *t, void (*print)(Text *t, paddr_t base, Mapping *m, uint n));

/* ---- files of #vtd: user/man/vtd.md has the words ---- */

void assign_faults(Text *t);  /* one record per line */
void assign_domains(Text *t); /* one domain per line */
void assign_stats(Text *t);   /* counts of units, then of domains */
void assign_check(Text *t);   /* "ok ...", or what is broken */
void assign_ctl_text(Text *t);
/* One command of #vtd/ctl. Says what is wrong with it; then nothing has changed. */
int assign_ctl_cmd(const Cmd *c);
