/*
 * A machine of fakes under dev/assign, for tests of its sequences. It stands for
 * everything that device assignment calls: PCI functions (machine.c), a remapping unit
 * (units.c), domains (domains.c), processes and their memory (procs.c).
 *
 * The trace is a text. Each call that changes a device, a unit, a domain or an address
 * space appends a word to it, in the order of the calls. A test reads like this: bring
 * the machine into a state, clear() the trace, do one thing, and compare the trace with
 * the sequence that the rules of isolation demand. What goes wrong meanwhile is set in
 * the variables below before the step that meets it.
 *
 *	attach(as22 shared: 0:3.0)	the source 0:3.0 enters the domain that shows the
 *					address space of process 22 in mode shared
 *	added(as22 shared: 7000+1000)	that domain is told of memory at 0x7000
 *	master-off(0:3.0)		bus mastering of 0:3.0 goes off
 *	entry(0:3.0 vector 50)		an interrupt entry for 0:3.0 is set up
 *
 * A domain that is filled by map is `mapped`, numbers are in hexadecimal, and a range is
 * written as its first address and its length.
 */
#pragma once

#include "tests/host/host.h"

#include "arch/arch.h"
#include "dev/assign/boot.h"
#include "dev/assign/kdev.h"
#include "dev/assign/modes.h"
#include "dev/vtd/inspect.h"

struct Unit {
	UnitState state;
	const char *reason;
};

struct Aspace {
	const char *name; /* in the trace */
	int refs;
	AsObserver *observer, *second;
	paddr_t top;
	bool withheld, locked;
	const void *window;
};

/* ---- the trace ---- */

extern char trace[8192];
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void clear(void); /* forgets it */
/* A B:D.F in the trace, `0:3.0`, and a range of bytes in it, `8001000+1000`. */
#define AT                    "%x:%x.%x"
#define AT_ARGS(b)            BDF_BUS(b), BDF_DEV(b), BDF_FN(b)
#define RANGE                 "%lx+%lx"
#define RANGE_ARGS(from, len) (unsigned long)(from), (unsigned long)(len)

/* ---- the machine ---- */

/*
 * 0:0.0 is a host bridge, 0:5.0 a bridge with 1:1.0 and 1:2.0 behind it, which share its
 * id 1:0.0. 0:4.0 (NVME) has a reset of its own. No unit covers 0:6.0, firmware reserves
 * memory for 0:7.0, and a page with a BAR of 0:8.0 is shared with another device.
 */
enum { HOST, EDU, EDU2, NVME, PORT, BEHIND1, BEHIND2, NOUNIT, RMRR, SHARED, NFN };

extern PciFn fn[NFN];
extern AssignedFn func[NFN]; /* what device assignment knows of each */
extern VtdRmrr rmrr[2];
extern bool bme[NFN], msi[NFN]; /* masters the bus; may interrupt */
uint idx(const PciFn *f);

/* The function that does not do as it is told; NULL: all do. */
extern const PciFn *stuck;           /* its bus mastering does not go off */
extern const PciFn *bad_reset;       /* it does not come back from reset */
extern const PciFn *gone;            /* it does not answer */
extern const PciFn *no_msi;          /* it has neither MSI nor MSI-X */
extern const PciFn *undrained;       /* its transactions do not end */
extern const PciFn *with_ats;        /* its ATS is on */
extern bool no_vector;               /* no interrupt vector is left */
extern void (*while_draining)(void); /* what still arrives from devices gone silent */

extern PageStat frames;
extern PageKind held_kind;            /* of every page */
extern paddr_t poisoned, dead_canary; /* what the checks of memory find; 0: nothing */
extern uint pages_withheld;
extern paddr_t last_withheld;

/* Boot parameters. */
extern bool direct;             /* iommu.default=passthrough */
extern bool relax;              /* rmrr.relax */
extern bool checking;           /* iommu.check=on */
extern const char *at_boot;     /* kernel= */
extern const char *bouncing;    /* bounce= */
extern const char *translating; /* iommu.ats= */

/* A driver in the kernel. It knows 0:2.0, 1:2.0 and 0:7.0. */
extern Kdriver driver;
extern Kdev *dev2;    /* the device it was started with, NULL: none */
extern int start_err; /* with which it does not start */

/* ---- the unit ---- */

extern Unit the_unit;
extern bool passes, snoops; /* it can pass through; every leaf makes it snoop */
extern int power_err, enable_err, entry_err, unentry_err;
extern void (*fault_fn)(const VtdFault *); /* reports a fault */
extern const char *obstacle; /* why devices must not translate by themselves */
extern VtdTlb tlb;           /* the last device TLB attached */
extern int tlb_err;

/* What the core's own check says of the unit, of every domain, and of 0:3.0 in it. */
extern VtdCheck core_unit, core_domain;
extern const char *core_misses;
extern uint32_t core_source; /* one more context entry */

/* ---- domains ---- */

extern uint live_domains;
extern int attach_err, detach_err, flush_err, added_err, map_err, unmap_err, sync_err;
extern int attach_good, map_good; /* so many calls work before the error */
extern iova_t taken;              /* an address that is mapped already */
extern bool readable;    /* what can be written can be read: first-stage tables */
extern DomainEntry held; /* the only entry of each domain's tables */
/* Frees a domain that the kernel never frees, because its unit did not confirm. */
void given_up(const char *name);

/* ---- processes ---- */

extern Aspace as22, as23, as_new;
const char *aspace_name(paddr_t top);
extern Proc p1, p22, p23, p24;
extern Proc *self;                /* who is running */
extern char killed[200];          /* "pid signal why" of the last kill */
extern void (*thread_fn)(void *); /* the kernel thread */

/* ---- steps that many tests share ---- */

int reset_world(void **state);
int all_gone(void **state);
#define T(f) cmocka_unit_test_setup_teardown(f, reset_world, all_gone)

int attach(uint i, int pid); /* as the command would, in mode shared */
int attach_as(uint i, int pid, AttachMode mode, bool ro);
int policy(uint i, int pid, FaultPolicy p);
/* The attach fails with this code and sentence, and touches nothing. */
void refused(uint i, int pid, int err, const char *sentence);
/* Attached, registers mapped, bus mastering and interrupts on; the trace is cleared. */
void own_and_run(uint i, Proc *p);
/* The next event p reads of the function, "": none. */
const char *event(uint i, Proc *p);
void fault(uint16_t sid, iova_t addr, bool read); /* the unit blocked a request */
void run_thread(void);         /* lets the kernel thread do what there is to do */
void checks(const char *want); /* the text of `check` */
#define CLEAN                                                                            \
	"ok units 1 functions 10 domains 1 contexts 3 interrupts 2 tables 0 pages 0\n"
