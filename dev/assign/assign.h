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

#include "dev/vtd/iommu.h"
#include "dev/assign/kdriver.h"
#include "dev/assign/state.h"
#include "dev/pci/pci.h"
#include "kern/proc.h"

typedef enum FaultPolicy { FAULT_LOG, FAULT_STOP, FAULT_KILL } FaultPolicy;
/* What of its owner's memory a device sees. */
typedef enum AttachMode { ATTACH_SHARED, ATTACH_PRIVATE, ATTACH_GUEST } AttachMode;
extern const char *const attach_mode_name[ATTACH_GUEST + 1];

typedef struct AttachArgs {
	bdf_t bdf;
	bool group; /* and all of its isolation group */
	int pid;
	AttachMode mode;
	bool mode_given; /* by a word of the command */
	bool ro;         /* the device only reads */
	FaultPolicy policy;
} AttachArgs;

/* What boot prints of the machine, in the words of dev/text. */
typedef struct BootWords {
	void (*table)(const void
			*table);         /* an ACPI table whose length has been checked */
	void (*unit)(const UnitInfo *u); /* a unit that can be used */
} BootWords;
/* Once, after pci_scan: finds the units, starts translation, and gives the kernel's drivers
 * their devices. */
void assign_init(const BootWords *words);

/* Each fails with one sentence and changes nothing, or is done when it returns. */
int assign_attach(const AttachArgs *a);
int assign_detach(bdf_t b, int pid);       /* pid -1: whoever owns it */
int assign_detach_group(bdf_t b, int pid); /* and all of its isolation group, or none */
int assign_power(bool on);
bool assign_powered(void);
/* why no unit was asked to remap interrupts; NULL: all were */
const char *intremap_unused(void);
const char *assign_unavailable(void); /* why attach can never work; NULL: it can */

/* A function's public state. */
FnState assign_state(const PciFn *f);
int assign_owner(const PciFn *f);                /* pid; 0 the kernel; -1 nobody */
bool assign_kdev(const PciFn *f, KdevInfo *out); /* false: no kernel driver has it */
Unit *assign_unit(const PciFn *f);               /* NULL: no unit covers it */
uint assign_count(const Unit *u);                /* functions owned behind u */
/* True when the running process owns f; otherwise false with errstr set. */
bool assign_mine(const PciFn *f);

/* The owner's switch for bus mastering: on only while OWNED and translated. */
int assign_busmaster(PciFn *f, bool on);
int assign_reset(PciFn *f);
/* The mappings of a function attached as guest: IOVA to memory of the process that owns
 * it, whole pages, rights DOMAIN_R, DOMAIN_W. */
int assign_map(PciFn *f, iova_t iova, vaddr_t va, uint64_t len, uint rights);
int assign_unmap(PciFn *f, iova_t iova, uint64_t len);
/* Calls print for each of them, by IOVA. -EPERM: f is not the caller's, or not attached as
 * guest; errstr says which. */
int assign_maps(PciFn *f, Text *t,
	void (*print)(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights));
/* Map a BAR of a function the running process owns. */
int assign_map_bar(PciFn *f, uint bar, uint64_t off, size_t len, int prot, vaddr_t *va);

/* Interrupts: a count, and where it is announced. The message is set up at first use. */
int assign_intr_open(PciFn *f);
/* The entry of its unit's table that they go through, as it is there; false: none. */
bool assign_entry(const PciFn *f, uint32_t *index, VtdIrq *q);
long assign_intr_wait(PciFn *f, uint64_t seen, bool nonblock, uint64_t *count);
/* Events, one line each, for the process they are addressed to; others sleep until they
 * own f: "attach MODE", "fault ...", "stop ...", "suspend", "resume", "overflow ...",
 * "detach", "broken ...". */
long assign_event_read(PciFn *f, char *buf, long n, bool nonblock);
int assign_poll(PciFn *f, bool intr, uint64_t seen, Waitq **q);

typedef struct Mapping {
	int pid;
	bdf_t bdf;
} Mapping;
/* Calls print for each unit, whose registers are at base, with the n functions behind it
 * that have owners, in any order; print may sort them. */
void assign_mappings(Text *t, void (*print)(Text *t, paddr_t base, Mapping *m, uint n));
void assign_faults(Text *t);  /* one record per line */
void assign_domains(Text *t); /* likewise */
void assign_stats(Text *t);
typedef struct Cmd Cmd;
void assign_ctl_text(Text *t);    /* #vtd/ctl */
int assign_ctl_cmd(const Cmd *c); /* says why not */
void assign_check(Text *t);       /* ok, or what is broken */
