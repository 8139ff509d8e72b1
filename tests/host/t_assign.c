/* SRC: dev/assign/assignlock.c dev/assign/assign.c dev/assign/look.c dev/assign/attach.c dev/assign/bookcheck.c dev/assign/domains.c dev/assign/group.c dev/assign/drain.c dev/assign/procevent.c dev/assign/assigned.c dev/assign/owner.c dev/assign/modes.c dev/assign/kdriver.c dev/assign/kdev.c dev/assign/devparam.c dev/assign/bootdrivers.c dev/assign/kdomain.c dev/assign/kdma.c dev/assign/ats.c dev/assign/usermap.c dev/text/mapcmd.c dev/assign/iovamap.c dev/text/iommucmd.c dev/assign/admit.c dev/assign/power.c dev/assign/ops.c dev/assign/intr.c dev/assign/state.c dev/assign/event.c dev/assign/faultlog.c dev/assign/blame.c dev/assign/faultthread.c dev/text/iommufmt.c kern/cmd.c kern/text.c */
/*
 * The sequences of device assignment over a machine of fakes: every call that touches a
 * device, a unit or an address space is written into `trace`, and the orders of DESIGN.md
 * section 6 are compared with it as text.
 */
#include "host.h"

#include "arch/arch.h"
#include "dev/assign/boot.h"
#include "dev/assign/kdev.h"
#include "dev/assign/modes.h"
#include "dev/assign/power.h"
#include "dev/assign/intr.h"
#include "dev/assign/blame.h"
#include "dev/assign/ats.h"
#include "dev/text/iommufmt.h"
#include "dev/text/mapcmd.h"

/* ---- the machine ---- */

static char trace[8192];

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	size_t n = strlen(trace);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trace + n, sizeof trace - n, fmt, ap);
	va_end(ap);
}

enum { HOST, EDU, EDU2, NVME, PORT, BEHIND1, BEHIND2, NOUNIT, RMRR, SHARED, NFN };

/* clang-format off */
static PciFn fn[NFN] = {
	[HOST] = { .bdf = BDF(0, 0, 0, 0), .kind = PCI_HOSTBRIDGE, .group = 1 },
	[EDU] = { .bdf = BDF(0, 0, 3, 0), .group = 2 },
	[EDU2] = { .bdf = BDF(0, 0, 2, 0), .group = 3 },
	[NVME] = { .bdf = BDF(0, 0, 4, 0), .group = 4, .reset = PCI_RESET_FLR },
	[PORT] = { .bdf = BDF(0, 0, 5, 0), .kind = PCI_BRIDGE, .group = 5 },
	[BEHIND1] = { .bdf = BDF(0, 1, 1, 0), .group = 5, .nsid = 2, .sid = { 0x108, 0x100 } },
	[BEHIND2] = { .bdf = BDF(0, 1, 2, 0), .group = 5, .nsid = 2, .sid = { 0x110, 0x100 } },
	[NOUNIT] = { .bdf = BDF(0, 0, 6, 0), .group = 6 },
	[RMRR] = { .bdf = BDF(0, 0, 7, 0), .group = 7 },
	[SHARED] = { .bdf = BDF(0, 0, 8, 0), .group = 8,
		     .bar[1] = { .addr = 0xfe000000, .size = 256,
				 .refusal = "shares a page with bar0 of 0:9.0" } },
};
/* clang-format on */
static bool bme[NFN], msi[NFN];
static const PciFn *stuck, *bad_reset, *gone, *no_msi, *undrained;
static bool no_vector;
static void (*while_draining)(void); /* what still arrives from devices gone silent */

static uint
idx(const PciFn *f)
{
	return f - fn;
}

PciFn *
pci_first(void)
{
	return &fn[0];
}

PciFn *
pci_find(bdf_t b)
{
	for (uint i = 0; i < NFN; i++)
		if (fn[i].bdf == b)
			return &fn[i];
	return NULL;
}

int
pci_busmaster(const PciFn *f, bool on)
{
	if (bme[idx(f)] != on)
		say("%s%d ", on ? "master" : "unmaster", idx(f));
	if (stuck == f && !on)
		return -EIO;
	bme[idx(f)] = on;
	return 0;
}

bool
pci_is_busmaster(const PciFn *f)
{
	return bme[idx(f)];
}

bool
pci_present(const PciFn *f)
{
	return gone != f;
}

void
pci_interrupts_off(const PciFn *f)
{
	say("intoff%d ", idx(f));
	msi[idx(f)] = false;
}

bool
pci_interrupts_are_off(const PciFn *f)
{
	return !msi[idx(f)];
}
static const PciFn *with_ats;
bool
pci_ats_is_off(const PciFn *f)
{
	return f != with_ats;
}
uint
pci_ats_depth(const PciFn *f)
{
	(void)f;
	return 5;
}

void
pci_ats(const PciFn *f, bool on)
{
	say("%sats%d ", on ? "" : "no", idx(f));
	with_ats = on ? f : NULL;
}

bool
pci_message_source(const PciFn *f, uint16_t *sid)
{
	*sid = f->sid[0];
	return false;
}

int
pci_msi_on(PciFn *f, uint64_t addr, uint32_t data)
{
	say("msi%d ", idx(f));
	assert_int_equal(addr, 0xfee00000);
	assert_int_equal(data, 0x50);
	msi[idx(f)] = no_msi != f;
	return no_msi == f ? -ENOTSUP : 0;
}

int
pci_drain(const PciFn *f)
{
	say("drain%d ", idx(f));
	if (while_draining != NULL)
		while_draining();
	return undrained == f ? -ETIMEDOUT : 0;
}

int
pci_reset(PciFn *f)
{
	assert_false(bme[idx(f)]); /* a reset is not trusted to stop DMA */
	say("reset%d ", idx(f));
	return bad_reset == f ? -ETIMEDOUT : 0;
}

void
pci_nosnoop_off(const PciFn *f)
{
	say("nosnoop%d ", idx(f));
}

void
pci_memory_on(const PciFn *f)
{
	say("decode%d ", idx(f));
}

const char *
pci_bar_refusal(const PciFn *f, uint bar, uint64_t off, uint64_t len)
{
	(void)f, (void)len;
	return bar > 0           ? "no such BAR"
		: off >= 0x10000 ? "the MSI-X table is there"
				 : NULL;
}

const char *
pci_group_reason(const PciFn *a, const PciFn *b)
{
	(void)a, (void)b;
	return "one requester id behind 0:5.0";
}

/* ---- one unit ---- */

struct Unit {
	UnitState state;
	const char *reason;
};
struct Domain {
	paddr_t top;
	uint nsid;
	DomainKind kind;
};
static Unit the_unit = { .state = UNIT_ON };
static Domain *live[8];
static uint live_domains;
static int attach_err, attach_good, detach_err, flush_err, power_err, added_err;
static void (*fault_fn)(const VtdFault *f);
static bool passes;

void
unit_info(Unit *u, UnitInfo *out)
{
	*out = (UnitInfo){ .state = u->state,
		.reason = u->reason,
		.base = 0xfed90000,
		.passes = passes };
}
uint32_t
unit_index(const Unit *u)
{
	(void)u;
	return 0;
}
UnitState
unit_state(const Unit *u)
{
	return u->state;
}
uint32_t
vtd_nunit(void)
{
	return 1;
}
static bool snoops;
bool
vtd_snoop(void)
{
	return snoops;
}
Unit *
vtd_unit(uint32_t i)
{
	(void)i;
	return &the_unit;
}
void
vtd_on_fault(void (*f)(const VtdFault *))
{
	fault_fn = f;
}
void
vtd_poll_faults(void)
{
	say("poll ");
}
const char *
vtd_fault_text(uint8_t r)
{
	return r == 5 ? "PTE Write access is not set" : "?";
}

int
unit_power(Unit *u, bool on)
{
	say("unit-%s ", on ? "on" : "off");
	if (power_err != 0)
		return power_err;
	for (uint i = 0; i < NFN && !on; i++)
		assert_false(bme[i]); /* G6 */
	u->state = on ? UNIT_ON : UNIT_OFF;
	return 0;
}

static int
new_domain(paddr_t top, Domain **out)
{
	*out = kalloc(sizeof **out);
	if (*out == NULL)
		return -ENOMEM;
	(*out)->top = top;
	live[live_domains++] = *out;
	return 0;
}

/* The last digit tells kinds apart: rights of shared, 4 + rights of private, 8 guest. */
int
domain_new_shared(paddr_t pdpt, uint32_t rights, Domain **out)
{
	return new_domain(pdpt + (rights == 3 ? 0 : rights), out);
}

int
domain_new_private(paddr_t pdpt, uint32_t rights, Domain **out)
{
	return new_domain(pdpt + 4 + rights, out);
}

int
domain_new_mapped(uint32_t quota, Domain **out)
{
	assert_int_not_equal(quota, 0);
	return new_domain(8, out);
}

/* map_good calls work first */
static int map_err, map_good, unmap_err, settle_err, enable_err;
static iova_t taken;

/* And 9 is all of memory: by a table, or without. */
static int
new_direct(DomainKind kind, Domain **out)
{
	int err = new_domain(9, out);

	if (err == 0)
		(*out)->kind = kind;
	return err;
}

int
domain_new_identity(uint32_t quota, Domain **out)
{
	(void)quota;
	return new_direct(DOMAIN_IDENTITY, out);
}
int
domain_new_passthrough(Domain **out)
{
	return new_direct(DOMAIN_PASSTHROUGH, out);
}
DomainKind
domain_kind(const Domain *d)
{
	return d->top == 8 ? DOMAIN_MAPPED : d->kind;
}

int
domain_identity(Domain *d, paddr_t pa, uint64_t len, uint32_t rights)
{
	(void)d;
	say("self(%lx %lx %x) ", (unsigned long)pa, (unsigned long)len, rights);
	return map_err;
}

int
vtd_enable(void)
{
	say("enable ");
	the_unit.state = enable_err == 0 ? UNIT_ON : UNIT_BROKEN;
	return enable_err;
}

const char *
vtd_reason(void)
{
	return "it did not switch on";
}

/* A driver's maps and who looks at its domain take turns. */
static Kdev *dev2;

static void
in_turn(const Domain *d)
{
	if (dev2 != NULL && dev2->owner.domain == d)
		assert_true(mutex_held(&dev2->lock));
}

int
domain_map_runs(Domain *d, iova_t iova, uint64_t len, uint32_t rights, DomainRun run,
	void *arg)
{
	paddr_t pa;

	(void)d;
	if (map_err != 0)
		return map_err;
	say("map(%lx %lx %x:", (unsigned long)iova, (unsigned long)len, rights);
	for (uint64_t n, off = 0; off < len; off += n) {
		n = run(arg, off, len - off, &pa);
		say(" %lx+%lx", (unsigned long)pa, (unsigned long)n);
	}
	say(") ");
	return 0;
}

int
domain_unmap(Domain *d, iova_t iova, uint64_t len)
{
	in_turn(d);
	say("unmap(%lx %lx) ", (unsigned long)iova, (unsigned long)len);
	return unmap_err;
}

int
domain_unmap_later(Domain *d, iova_t iova, uint64_t len)
{
	(void)d;
	say("later(%lx %lx) ", (unsigned long)iova, (unsigned long)len);
	return unmap_err;
}

int
domain_sync(Domain *d)
{
	(void)d;
	say("settle ");
	return settle_err;
}

int
domain_unmap_all(Domain *d)
{
	(void)d;
	say("unmap-all ");
	return settle_err;
}

int
domain_map(Domain *d, iova_t iova, paddr_t pa, uint64_t len, uint32_t rights)
{
	in_turn(d);
	if (map_err != 0 && map_good-- == 0)
		return map_err;
	if (taken != 0 && taken >= iova && taken < iova + len)
		return -EEXIST;
	assert_int_equal(pa % 4096, 0);
	say("map(%lx %lx %x) ", (unsigned long)iova, (unsigned long)len, rights);
	return 0;
}

uint32_t
domain_width(const Domain *d)
{
	(void)d;
	return 39;
}
uint32_t
domain_id(const Domain *d, const Unit *u)
{
	(void)d;
	return u == &the_unit ? 42 : 0;
}

void
domain_info(const Domain *d, DomainInfo *o)
{
	in_turn(d);
	*o = (DomainInfo){ .kind = d->top == 8 ? DOMAIN_MAPPED : DOMAIN_SHARED,
		.top = 0x5000,
		.levels = 3,
		.width = 39,
		.pages = 4,
		.quota = 7,
		.clean = 2,
		.big = 1,
		.nmap = 11,
		.nunmap = 12 };
}

static bool readable; /* what can be written can be read: first-stage tables */

uint32_t
domain_rights(const Domain *d, uint32_t rights)
{
	(void)d;
	return readable ? rights | DOMAIN_R : rights;
}

void
unit_stats(Unit *u, UnitStats *o)
{
	assert_ptr_equal(u, &the_unit);
	*o = (UnitStats){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 11, 12, 13, 14, 15, 16, 17,
		18 };
}

uint64_t
domain_lookup(const Domain *d, iova_t iova, uint64_t *size)
{
	(void)d;
	*size = 4096;
	return iova == 0x400000 ? 0x1000 | DOMAIN_R : 0;
}

void
domain_free(Domain *d)
{
	uint i = 0;

	assert_int_equal(d->nsid, 0);
	while (live[i] != d)
		i++;
	live[i] = live[--live_domains];
	say("free ");
	kfree(d);
}

/* A domain the kernel never frees, because its unit did not confirm, ends with the
 * test. */
static void
given_up(paddr_t top)
{
	uint i = 0;

	while (live[i]->top != top)
		i++;
	kfree(live[i]);
	live[i] = live[--live_domains];
}

int
domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t n)
{
	(void)u;
	if (attach_err != 0 && attach_good == 0)
		return attach_err;
	attach_good -= attach_good > 0;
	say("attach(%lx:", (unsigned long)d->top);
	for (uint32_t i = 0; i < n; i++)
		say(" %x", sid[i]);
	say(") ");
	d->nsid += n;
	return 0;
}

static const char *obstacle;
static VtdTlb tlb;
static int tlb_err;

const char *
unit_tlb_obstacle(Unit *u)
{
	(void)u;
	return obstacle;
}

int
domain_attach_tlb(Domain *d, Unit *u, const VtdTlb *t)
{
	(void)u;
	if (attach_err != 0)
		return attach_err;
	say("attach-tlb(%lx: %x %u) ", (unsigned long)d->top, t->sid, t->depth);
	tlb = *t;
	d->nsid++;
	return 0;
}

int
domain_tlb_off(Domain *d)
{
	say("empty(%lx) ", (unsigned long)d->top);
	return tlb_err;
}

int
domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t n)
{
	(void)u;
	say("detach(%lx:", (unsigned long)d->top);
	for (uint32_t i = 0; i < n; i++)
		say(" %x", sid[i]);
	say(") ");
	d->nsid -= n;
	return detach_err;
}

int
domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables)
{
	say("flush(%lx: %lx %lx%s) ", (unsigned long)d->top, (unsigned long)iova,
		(unsigned long)len, tables ? " tables" : "");
	return flush_err;
}

int
domain_added(Domain *d, iova_t iova, uint64_t len)
{
	(void)d;
	say("added(%lx %lx) ", (unsigned long)iova, (unsigned long)len);
	return added_err;
}

/* ---- processes ---- */

struct Aspace {
	int refs;
	AsObserver *observer, *second;
	paddr_t top;
	bool withheld, locked;
	const void *window;
};
static Aspace as22 = { .refs = 1, .top = 0x22000 }, as23 = { .refs = 1, .top = 0x23000 };
static Aspace as_new = { .refs = 1, .top = 0x99000 };
static Proc p1 = { .pid = 1, .name = "init" },
	    p22 = { .pid = 22, .name = "edu", .as = &as22 };
static Proc p23 = { .pid = 23, .name = "cat", .as = &as23 };
static Proc p24 = { .pid = 24, .name = "gone", .dying = true };
static Proc *const procs[] = { &p1, &p22, &p23, &p24 };
static Proc *self = &p1;
static char killed[200];
static void (*thread_fn)(void *);

Proc *
proc_self(void)
{
	return self;
}
Proc *
proc_get(Proc *p)
{
	p->refs++;
	return p;
}
void
proc_put(Proc *p)
{
	p->refs--;
}
Aspace *
aspace_get(Aspace *as)
{
	as->refs++;
	return as;
}
void
aspace_put(Aspace *as)
{
	as->refs--;
}
Aspace *
proc_aspace(Proc *p)
{
	return p->as != NULL ? aspace_get(p->as) : NULL;
}
void
proc_set_aspace(Proc *p, Aspace *as)
{
	say("as(%lx) ", (unsigned long)as->top);
	p->as = as;
}
paddr_t
aspace_pdpt(const Aspace *as)
{
	return as->top;
}
void
aspace_withhold(Aspace *as)
{
	as->withheld = true;
}
bool
aspace_has_regs(Aspace *as, const void *t)
{
	return as->window == t;
}
void
irq_free(uint v)
{
	say("free%x ", v);
}

/* ---- interrupt entries: index 7, of 0x20 at that ---- */

static int entry_err, unentry_err;

int
intremap_add(AssignedFn *f, uint vector)
{
	say("entry%d(%x) ", idx(f->pci), vector);
	f->remapped = entry_err == 0;
	return entry_err;
}

int
intremap_remove(AssignedFn *f)
{
	bool was = f->remapped;

	if (was)
		say("unentry%d ", idx(f->pci));
	f->remapped = false;
	return was ? unentry_err : 0;
}

void
intremap_message(const AssignedFn *f, uint64_t *addr, uint32_t *data)
{
	/* the entry is there before its message */
	assert_true(f->remapped || entry_err != 0);
	*addr = 0xfee00000;
	*data = f->vector;
}

bool
unit_irq_at(Unit *u, uint32_t index, VtdIrq *q)
{
	(void)u;
	*q = (VtdIrq){ .sid = 0x20 };
	return index == 7;
}

bool
vtd_irq_allows(const VtdIrq *q, uint16_t sid)
{
	return q->sid == sid;
}

Proc *
proc_find(int pid)
{
	for (uint i = 0; i < nelem(procs); i++)
		if (procs[i]->pid == pid)
			return proc_get(procs[i]);
	return NULL;
}

Proc *
proc_kthread(const char *name, void (*f)(void *), void *arg)
{
	static Proc thread = { .pid = 9 };

	(void)name, (void)arg;
	thread_fn = f;
	return &thread;
}

void
proc_kill(Proc *p, int sig, const char *why)
{
	snprintf(killed, sizeof killed, "%d %d %s", p->pid, sig, why);
}

/* One page of DMA memory is there. */
int
aspace_observe(Aspace *as, AsObserver *o)
{
	int err;

	say("observe(%lx) ", (unsigned long)as->top);
	if ((err = o->added(o->arg, as, 0x8001000, 4096, true)) == 0)
		*(as->observer == NULL ? &as->observer : &as->second) = o;
	return err;
}

void
aspace_unobserve(Aspace *as, AsObserver *o)
{
	say("observe(%lx -) ", (unsigned long)as->top);
	if (as->second == o) {
		as->second = NULL;
	} else if (as->observer == o) {
		as->observer = as->second;
		as->second = NULL;
	}
}

void
aspace_lock(Aspace *as)
{
	as->locked = true;
}
void
aspace_unlock(Aspace *as)
{
	as->locked = false;
}

/* 16 pages from 0x400000, the last 8 read-only, in two pieces of memory. */
paddr_t
aspace_frame(Aspace *as, vaddr_t va, int prot)
{
	assert_true(as->locked);
	if (va < 0x400000 || va >= 0x410000 || (prot & SPROT_WRITE && va >= 0x408000))
		return 0;
	return va + (va < 0x404000 ? 0x1000000 : 0x5000000);
}

const char *
layout_device_window(vaddr_t va, uint64_t len)
{
	return va < 0xc0000000 && va + len > 0xb0000000 ? "bridge 0:1.0" : NULL;
}

static PageStat frames;

PageStat
page_stat(void)
{
	return frames;
}

void
aspace_revoke_regs(Aspace *as, const void *token, const char *why)
{
	say("revoke(%lx %d) ", (unsigned long)as->top, idx(token));
	assert_non_null(strstr(why, "are gone"));
	as->window = NULL;
}

int
aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token,
	vaddr_t *out)
{
	(void)prot;
	say("regs(%lx %lx %lx) ", (unsigned long)as->top, (unsigned long)pa,
		(unsigned long)len);
	as->window = token;
	*out = 1ull << 39;
	return 0;
}

int
irq_alloc(void (*f)(void *), void *arg, const char *name, uint *vector)
{
	(void)f, (void)arg, (void)name;
	*vector = 0x50;
	return no_vector ? -ENOSPC : 0;
}

void
arch_sleep(ns_t ns)
{
	say("sleep%u ", (uint)(ns / 1000000));
	host_now += ns;
}

/* ---- a driver in the kernel, which knows 0:2.0 ---- */

static int start_err;
static const char *bouncing, *translating;

static bool
knows(const PciFn *f)
{
	return f == &fn[EDU2] || f == &fn[BEHIND2] || f == &fn[RMRR];
}

static int
start(Kdev *d, PciFn *f)
{
	say("start%d ", idx(f));
	dev2 = start_err == 0 ? d : NULL;
	return start_err;
}

static void
stop(PciFn *f)
{
	say("stop%d ", idx(f));
	dev2 = NULL;
}

static Kdriver driver = { "toy", 28, knows, start, stop, NULL };

static const char *at_boot;
static bool direct, relax, checking;
BootInfo bootinfo = { .nmem = 4,
	.mem = {
		{ 0, 0x9f000, MEM_RAM, false },
		{ 0xed000, 0x3000, MEM_RESERVED, false },
		{ 0x100000, 0x1ff00000, MEM_RAM, false },
		{ 0xfe000000, 0x3000000, MEM_RAM, false },
	} };

bool
param_is(const char *name, const char *value)
{
	if (strcmp(name, "iommu.check") == 0)
		return checking;
	return strcmp(name, "iommu.default") == 0 &&
		direct == (strcmp(value, "passthrough") == 0);
}

const char *
param_get(const char *name)
{
	if (strcmp(name, "rmrr.relax") == 0)
		return relax ? "" : NULL;
	if (strcmp(name, "iommu.ats") == 0)
		return translating;
	return strcmp(name, "bounce") == 0 ? bouncing : at_boot;
}

static uint pages_withheld;
static paddr_t last_withheld;
void
page_withhold(paddr_t pa)
{
	last_withheld = pa;
	pages_withheld++;
}

paddr_t
page_alloc_below(uint order, PageKind kind, paddr_t limit)
{
	assert_int_equal(limit, 1 << 28);
	return page_alloc(order, kind);
}

/* ---- set-up ---- */

static AssignedFn func[NFN];
static VtdRmrr rmrr[2];

static int
reset_world(void **state)
{
	(void)state;
	for (uint i = 0; i < NFN; i++) {
		fn[i].next = i + 1 < NFN ? &fn[i + 1] : NULL;
		if (fn[i].nsid == 0) {
			fn[i].sid[0] = (uint16_t)fn[i].bdf;
			fn[i].nsid = 1;
		}
		memset(&func[i], 0, sizeof func[i]);
		bme[i] = msi[i] = false;
		fn_init(&func[i], &fn[i]);
		func[i].unit = i == NOUNIT ? NULL : &the_unit;
	}
	rmrr[0] = (VtdRmrr){ 3, 0xed000, 0xeffff };
	func[RMRR].rmrr = rmrr;
	func[RMRR].nrmrr = 1;
	taken = 0;
	stuck = bad_reset = gone = no_msi = undrained = NULL;
	bouncing = at_boot = translating = obstacle = NULL;
	with_ats = NULL;
	fn[EDU].ats = fn[EDU2].ats = 0;
	start_err = enable_err = 0;
	direct = passes = relax = checking = false;
	assign_on_end(NULL);
	fn[RMRR].cls = fn[RMRR].subclass = 0;
	no_vector = false;
	while_draining = NULL;
	attach_err = attach_good = detach_err = flush_err = power_err = entry_err =
		unentry_err = 0;
	map_good = map_err = added_err = unmap_err = settle_err = 0;
	the_unit = (Unit){ .state = UNIT_ON };
	frames = (PageStat){ .total = 4096, .free = 4096 };
	host_now += 10000000000; /* all have been quiet for long */
	p22.as = &as22;
	as22 = (Aspace){ .refs = 1, .top = 0x22000 };
	as23 = (Aspace){ .refs = 1, .top = 0x23000 };
	as_new = (Aspace){ .refs = 1, .top = 0x99000 };
	p22.dying = false;
	self = &p1;
	if (kdriver_for(&fn[EDU2]) == NULL)
		kdriver_register(&driver);
	power_init(NULL, false);
	power_start(false);
	blame_init();
	trace[0] = host_errstr[0] = killed[0] = host_log[0] = 0;
	return 0;
}

/* Whatever a test leaves attached goes: nothing may leak. */
static int
all_gone(void **state)
{
	(void)state;
	/* a failed test left it held */
	assign_lock = (Mutex)MUTEX_INIT(RANK_ASSIGN, "assign");
	host_self.held = NULL;
	stuck = bad_reset = gone = no_msi = undrained = NULL;
	no_vector = false;
	while_draining = NULL;
	detach_err = flush_err = unentry_err = 0;
	the_unit.state = UNIT_ON;
	assign_observer.exiting(&p22);
	assign_observer.exiting(&p23);
	for (uint i = 0; i < NFN; i++)
		if (assign_owner(&fn[i]) == 0)
			assign_detach(fn[i].bdf, 0);
	assert_int_equal(host_blocks, 0);
	assert_int_equal(p22.refs, 0);
	assert_int_equal(as22.refs, 1);
	assert_int_equal(as23.refs, 1);
	return 0;
}

static int
attach(uint i, int pid)
{
	return assign_attach(&(AttachArgs){ .bdf = fn[i].bdf, .pid = pid });
}

static int
policy(uint i, int pid, FaultPolicy p)
{
	return assign_attach(&(AttachArgs){ .bdf = fn[i].bdf, .pid = pid, .policy = p });
}

static const char *
event(uint i, Proc *p)
{
	static char line[EVENT_LEN];
	long n;

	self = p;
	n = assign_event_read(&fn[i], line, sizeof line - 1, true);
	line[n > 0 ? n : 0] = 0;
	self = &p1;
	return line;
}

static void
clear(void)
{
	trace[0] = 0;
}

/* ---- attach ---- */

/* Quiet, settled, published, decoding, and only then owned. No snoop control: no-snoop
 * off. */
static void
test_attach(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_string_equal(trace,
		"drain1 intoff1 nosnoop1 observe(22000) added(8001000 1000) attach(22000: 18) decode1 ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_count(&the_unit), 1);
	assert_false(bme[EDU]);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p23), "");
}

/* What firmware may have started before bus mastering went off has time to run out. */
static void
test_attach_at_boot(void **state)
{
	(void)state;
	func[EDU].quiet_since = host_now - 30000000;
	assert_int_equal(attach(EDU, 22), 0);
	assert_non_null(strstr(trace,
		"sleep170 observe(22000) added(8001000 1000) attach(22000: 18) "));
}

/* Functions of one process share its domain. */
static void
test_one_domain(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(NVME, 22), 0);
	assert_int_equal(attach(EDU2, 23), 0);
	assert_int_equal(live_domains, 2);
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_int_equal(live_domains, 2);
	assert_int_equal(assign_detach(fn[NVME].bdf, 22), 0);
	assert_int_equal(live_domains, 1);
	assert_null(as22.observer);
}

static void
refused(uint i, int pid, int err, const char *sentence)
{
	long blocks = host_blocks;

	clear();
	assert_int_equal(attach(i, pid), err);
	assert_string_equal(host_errstr, sentence);
	assert_string_equal(trace, "");
	assert_int_equal(host_blocks, blocks);
}

/* Each refusal has its own sentence and touches nothing. */
static void
test_refusals(void **state)
{
	(void)state;
	assert_int_equal(assign_attach(&(AttachArgs){
				 .bdf = BDF(0, 0, 9, 0), .pid = 22 }),
		-ENODEV);
	assert_string_equal(host_errstr, "no device 0:9.0");
	refused(EDU, 77, -ESRCH, "no process 77");
	refused(EDU, 24, -EINVAL, "process 24 is dying");
	refused(EDU, 0, -EINVAL,
		"process 0 is the kernel, which has no driver for 0:3.0");
	refused(HOST, 22, -EINVAL, "0:0.0 is a host bridge: it cannot be attached");
	refused(PORT, 22, -EINVAL, "0:5.0 is a bridge: it cannot be attached");
	refused(NOUNIT, 22, -ENODEV, "0:6.0: no IOMMU unit covers it");
	refused(RMRR, 22, -EPERM,
		"0:7.0: firmware reserves 0xed000-0xeffff for it (RMRR 3)");
	refused(SHARED, 22, -EPERM,
		"0:8.0: BAR 1 cannot be given away: shares a page with bar0 of 0:9.0");
	gone = &fn[EDU];
	refused(EDU, 22, -ENODEV, "0:3.0 does not answer any more");
	gone = NULL;
	assert_int_equal(attach(EDU, 22), 0);
	refused(EDU, 23, -EBUSY, "0:3.0 is owned by pid 22");
	refused(EDU, 22, -EBUSY, "0:3.0 is owned by pid 22");
	assert_int_equal(attach(BEHIND1, 22), 0);
	refused(BEHIND2, 23, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 22: one requester id behind 0:5.0 "
		"(attach -g takes a whole group)");
	the_unit = (Unit){ UNIT_BROKEN, "it did not answer" };
	refused(EDU2, 22, -EIO, "0:2.0: its IOMMU unit 0 is broken: it did not answer");
	the_unit = (Unit){ UNIT_UNUSABLE, "its registers read all ones" };
	refused(EDU2, 22, -EIO,
		"0:2.0: its IOMMU unit 0 is not usable: its registers read all ones");
	power_init("the machine has no DMAR table", false);
	refused(EDU2, 22, -ENODEV, "no usable IOMMU: the machine has no DMAR table");
}

/* A later step that fails undoes the earlier ones. */
static void
test_undo(void **state)
{
	(void)state;
	attach_err = -ENOSPC;
	assert_int_equal(attach(EDU, 22), -ENOSPC);
	assert_string_equal(host_errstr, "IOMMU unit 0 has no domain id left");
	assert_int_equal(host_blocks, 0);
	assert_null(as22.observer);
	assert_int_equal(assign_owner(&fn[EDU]), -1);
	attach_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -ETIMEDOUT);
	attach_err = 0;
	for (long n = 0; n < 2; n++) {
		host_alloc_left = n;
		assert_int_equal(attach(EDU, 22), -ENOMEM);
		host_alloc_left = -1;
		assert_int_equal(host_blocks, 0);
		assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
		assert_int_equal(p22.refs, 0);
	}
	stuck = &fn[EDU];
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: bus mastering does not go off");
	stuck = NULL;
	assert_int_equal(attach(EDU, 22), 0);
}

/* ---- a whole group ---- */

static int
attach_group(uint i, int pid)
{
	return assign_attach(&(AttachArgs){
		.bdf = fn[i].bdf, .pid = pid, .group = true });
}

/* Whichever member is named; the bridge among them goes to nobody. */
static void
test_group(void **state)
{
	(void)state;
	for (uint i = BEHIND1; i <= BEHIND2; i++) {
		clear();
		assert_int_equal(attach_group(i, 22), 0);
		assert_string_equal(trace,
			"drain5 intoff5 nosnoop5 observe(22000) added(8001000 1000) attach(22000: 108 100) decode5 "
			"drain6 intoff6 nosnoop6 attach(22000: 110) decode6 ");
		assert_int_equal(assign_owner(&fn[BEHIND1]), 22);
		assert_int_equal(assign_owner(&fn[BEHIND2]), 22);
		assert_int_equal(assign_owner(&fn[PORT]), -1);
		assert_int_equal(assign_count(&the_unit), 2);
		assert_int_equal(live_domains, 1);
		assert_int_equal(assign_detach(fn[BEHIND1].bdf, -1), 0);
		assert_int_equal(assign_detach(fn[BEHIND2].bdf, -1), 0);
	}
	assert_int_equal(attach_group(EDU, 22), 0); /* a group of one */
	assert_int_equal(assign_count(&the_unit), 1);
}

static void
group_refused(uint i, int pid, int err, const char *sentence)
{
	clear();
	assert_int_equal(attach_group(i, pid), err);
	assert_string_equal(host_errstr, sentence);
	assert_string_equal(trace, "");
}

/* One member that cannot be had, and none is touched. */
static void
test_group_refused(void **state)
{
	(void)state;
	group_refused(PORT, 22, -EINVAL, "0:5.0 is a bridge: it cannot be attached");
	gone = &fn[BEHIND2];
	group_refused(BEHIND1, 22, -ENODEV, "1:2.0 does not answer any more");
	gone = NULL;
	assert_int_equal(attach(BEHIND1, 23), 0);
	group_refused(BEHIND1, 22, -EBUSY, "1:1.0 is owned by pid 23");
	group_refused(BEHIND2, 22, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 23: "
		"one requester id behind 0:5.0 (attach -g takes a whole group)");
	group_refused(BEHIND2, 23, -EBUSY, "1:1.0 is owned by pid 23");
	assert_int_equal(assign_owner(&fn[BEHIND2]), -1);
}

/* The second member fails at each step: the first is drained, the sentence stays. */
static void
test_group_undo(void **state)
{
	(void)state;
	attach_err = -ENOSPC;
	attach_good = 1;
	assert_int_equal(attach_group(BEHIND1, 22), -ENOSPC);
	attach_err = 0;
	assert_string_equal(host_errstr, "IOMMU unit 0 has no domain id left");
	assert_string_equal(strstr(trace, "nosnoop6"),
		"nosnoop6 revoke(22000 5) intoff5 drain5 detach(22000: 108 100) poll "
		"observe(22000 -) free ");
	stuck = &fn[BEHIND2];
	assert_int_equal(attach_group(BEHIND1, 22), -EIO);
	assert_string_equal(host_errstr, "1:2.0: bus mastering does not go off");
	stuck = &fn[BEHIND1]; /* the first fails: there is nothing to take back */
	assert_int_equal(attach_group(BEHIND1, 22), -EIO);
	stuck = NULL;
	for (uint i = BEHIND1; i <= BEHIND2; i++) {
		assert_int_equal(assign_state(&fn[i]), FN_BLOCKED);
		assert_int_equal(assign_owner(&fn[i]), -1);
	}
	assert_int_equal(host_blocks, 0);
	assert_int_equal(p22.refs, 0);
	assert_null(as22.observer);
}

/* Taken back together, as it was given; the whole of it or nothing, and why. */
static void
test_group_detach(void **state)
{
	bdf_t one = fn[BEHIND1].bdf, two = fn[BEHIND2].bdf;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	for (uint i = 0; i < 2; i++) {
		assert_int_equal(attach_group(BEHIND1, 22), 0);
		clear();
		assert_int_equal(assign_detach_group(i == 0 ? one : two,
					 i == 0 ? -1 : 22),
			0);
		assert_string_equal(trace,
			"revoke(22000 5) revoke(22000 6) intoff5 drain5 intoff6 drain6 "
			"detach(22000: 108) detach(22000: 110 100) poll ");
		assert_int_equal(assign_owner(&fn[BEHIND1]), -1);
		assert_int_equal(assign_owner(&fn[BEHIND2]), -1);
		assert_int_equal(assign_owner(&fn[EDU]), 22);
	}
	assert_int_equal(assign_detach_group(one, -1), -EINVAL);
	assert_string_equal(host_errstr, "1:1.0 is not assigned to any process");
	assert_int_equal(assign_detach_group(fn[PORT].bdf, -1), -EINVAL);
	assert_int_equal(attach(BEHIND1, 22), 0);
	assert_int_equal(assign_detach_group(one, -1), -EINVAL); /* not as it was given */
	assert_string_equal(host_errstr, "1:2.0 is not assigned to any process");
	assert_int_equal(assign_owner(&fn[BEHIND1]), 22);
	assert_int_equal(attach(BEHIND2, 22), 0);
	clear();
	assert_int_equal(assign_detach_group(two, 23), -EINVAL);
	assert_string_equal(host_errstr, "1:2.0 is owned by pid 22, not 23");
	assert_string_equal(trace, "");
	bad_reset = undrained = &fn[BEHIND2]; /* gone all the same, and said */
	assert_int_equal(assign_detach_group(one, 22), -EIO);
	assert_string_equal(host_errstr,
		"1:2.0 is taken away, and broken: its transactions do not end");
	assert_int_equal(assign_state(&fn[BEHIND1]), FN_BLOCKED);
	assert_int_equal(assign_state(&fn[BEHIND2]), FN_BROKEN);
	assert_int_equal(live_domains, 1);
}

/* What the process owned before stays its own. */
static void
test_group_undo_spares(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	attach_err = -ENOSPC;
	attach_good = 1;
	assert_int_equal(attach_group(BEHIND1, 22), -ENOSPC);
	attach_err = 0;
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_owner(&fn[BEHIND1]), -1);
	assert_int_equal(live_domains, 1);
	assert_non_null(as22.observer);
}

/* An alias is published once, and stays while one of its functions is owned. */
static void
test_alias(void **state)
{
	(void)state;
	assert_int_equal(attach(BEHIND1, 22), 0);
	assert_non_null(strstr(trace, "attach(22000: 108 100) "));
	assert_int_equal(attach(BEHIND2, 22), 0);
	assert_non_null(strstr(trace, "attach(22000: 110) "));
	clear();
	assert_int_equal(assign_detach(fn[BEHIND1].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(22000: 108) "));
	assert_int_equal(assign_owner(&fn[BEHIND2]), 22);
	assert_int_equal(assign_detach(fn[BEHIND2].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(22000: 110 100) "));
}

/* ---- detach ---- */

static void
own_and_run(uint i, Proc *p)
{
	vaddr_t va;

	assert_int_equal(attach(i, p->pid), 0);
	self = p;
	assert_int_equal(assign_map_bar(&fn[i], 0, 0, 4096, SPROT_READ | SPROT_WRITE,
				 &va),
		0);
	assert_int_equal(assign_busmaster(&fn[i], true), 0);
	assert_int_equal(assign_intr_open(&fn[i]), 0);
	self = &p1;
	assert_true(bme[i] && msi[i]);
	clear();
}

/* DRAINING in its order, for a device without reset and one with; nothing is
 * allocated. */
static void
test_detach(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	host_alloc_left = 0;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(22000 1) unmaster1 intoff1 drain1 detach(22000: 18) unentry1 sleep200 poll free50 "
		"observe(22000 -) free ");
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "detach\n");

	own_and_run(NVME, &p23);
	host_alloc_left = 0;
	assert_int_equal(assign_detach(fn[NVME].bdf, 23), 0);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(23000 3) unmaster3 intoff3 drain3 detach(23000: 20) unentry3 reset3 poll free50 "
		"observe(23000 -) free ");
}

/* A bus reset does not make a device forget its commands (VTD-FACTS E33): time must. */
static void
test_settle_reset(void **state)
{
	(void)state;
	fn[NVME].reset = PCI_RESET_BUS;
	own_and_run(NVME, &p22);
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), 0);
	assert_non_null(strstr(trace, "reset3 sleep200 "));
	fn[NVME].reset = PCI_RESET_FLR;
}

/* Bus mastering off long ago: no wait. Off just now: the rest of it. */
static void
test_settle(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	self = &p1;
	host_now += 150000000;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_non_null(strstr(trace, "sleep50 "));
	clear();
	assert_int_equal(attach(EDU, 23), 0);
	assert_null(strstr(trace, "sleep"));
	own_and_run(NVME, &p23);
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), 0);
	own_and_run(NVME, &p23); /* emptied by that reset, but it has run since */
	assert_int_equal(assign_power(false), 0);
	assert_non_null(strstr(trace, "unmaster3 drain3 intoff3 sleep200 unit-off "));
}

static void
test_detach_refusals(void **state)
{
	(void)state;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EINVAL);
	assert_string_equal(host_errstr, "0:3.0 is not assigned to any process");
	assert_int_equal(attach(EDU, 22), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU].bdf, 23), -EINVAL);
	assert_string_equal(host_errstr, "0:3.0 is owned by pid 22, not 23");
	assert_int_equal(assign_detach(BDF(0, 9, 0, 0), -1), -ENODEV);
	assert_string_equal(host_errstr, "no device 9:0.0");
	assert_string_equal(trace, "");
	assert_int_equal(assign_owner(&fn[EDU]), 22);
}

/* A device that does not come back is taken away all the same, and never given out
 * again. */
static void
test_broken(void **state)
{
	(void)state;
	own_and_run(NVME, &p22);
	bad_reset = &fn[NVME];
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), -EIO);
	assert_string_equal(host_errstr,
		"0:4.0 is taken away, and broken: it did not come back from reset");
	assert_non_null(strstr(trace, "detach(22000: 20) "));
	assert_int_equal(assign_state(&fn[NVME]), FN_BROKEN);
	assert_int_equal(assign_owner(&fn[NVME]), -1);
	bad_reset = NULL;
	refused(NVME, 22, -EIO,
		"0:4.0 is broken until reboot: it did not come back from reset");
	own_and_run(EDU, &p22);
	stuck = &fn[EDU];
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	/* cut off although it runs on */
	assert_non_null(strstr(trace, "detach(22000: 18) "));
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	bme[EDU] = false;
}

/* The unit does not confirm: the process lives, its memory never goes back. */
static void
test_unconfirmed(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	detach_err = -ETIMEDOUT;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_non_null(as22.observer);
	detach_err = 0;
	assert_int_equal(as22.observer->removed(as22.observer->arg, &as22, 0x400000, 4096,
				 0, false),
		-EIO);
	assert_int_equal(attach(NVME, 22), -EIO);
	assert_string_equal(host_errstr,
		"a device of process 22 did not let go of its memory");
	assert_false(as22.withheld);
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	assert_null(as22.observer);
	given_up(0x22000);
}

/* An unmap that is not confirmed breaks the devices that might still see the page. */
static void
test_unmap(void **state)
{
	const AsObserver *o;

	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(attach(EDU2, 23), 0);
	o = as22.observer;
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x5000, 0x2000, 0, true), 0);
	assert_string_equal(trace, "flush(22000: 5000 2000 tables) ");
	clear();
	assert_int_equal(o->added(o->arg, &as22, 0x7000, 0x1000, false), 0);
	assert_string_equal(trace, "added(7000 1000) ");
	flush_err = -ETIMEDOUT;
	assert_int_equal(o->removed(o->arg, &as22, 0x5000, 0x1000, 0, false), -EIO);
	assert_false(bme[EDU]);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_int_equal(assign_state(&fn[EDU2]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22); /* until it is taken away */
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22),
		"broken its unit did not confirm an invalidation\n");
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	self = &p1;
	flush_err = 0;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up(0x22000);
}

/* ---- modes ---- */

static int
attach_as(uint i, int pid, AttachMode mode, bool ro)
{
	return assign_attach(&(AttachArgs){
		.bdf = fn[i].bdf, .pid = pid, .mode = mode, .ro = ro });
}

/* Each mode of a process has a domain of its own, shared by its functions in that
 * mode. */
static void
test_modes(void **state)
{
	AsObserver *o;

	(void)state;
	assert_int_equal(attach_as(EDU, 22, ATTACH_PRIVATE, true), 0);
	assert_non_null(strstr(trace, "added(8001000 1000) attach(22005: 18) "));
	assert_string_equal(event(EDU, &p22), "attach private ro\n");
	o = as22.observer;
	clear();
	o->added(o->arg, &as22, 0x7000, 4096, false); /* not its business */
	o->added(o->arg, &as22, 0x8003000, 4096, true);
	o->removed(o->arg, &as22, 0x8003000, 4096, 0, true);
	assert_string_equal(trace,
		"added(8003000 1000) flush(22005: 8003000 1000 tables) ");
	clear();
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, true), 0);
	assert_non_null(strstr(trace, "attach(22001: 10) "));
	assert_int_equal(attach_as(NVME, 22, ATTACH_PRIVATE, true), 0);
	assert_non_null(strstr(trace, "attach(22005: 20) "));
	assert_int_equal(live_domains, 2);
	clear();
	assign_observer.exiting(&p22);
	assert_int_equal(live_domains, 0);
	assert_null(as22.observer);
	for (uint i = EDU; i <= NVME; i++)
		assert_int_equal(assign_owner(&fn[i]), -1);
}

/* Where every leaf makes the unit snoop, a device may ask for what it likes. */
static void
test_snoop(void **state)
{
	(void)state;
	snoops = true;
	assert_int_equal(attach_as(EDU, 22, ATTACH_SHARED, false), 0);
	assert_null(strstr(trace, "nosnoop"));
	snoops = false;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, false), 0);
	assert_non_null(strstr(trace, "nosnoop2"));
}

/* Without memory to show a device what is there, the attach fails and leaves nothing. */
static void
test_mode_no_memory(void **state)
{
	(void)state;
	added_err = -ENOMEM;
	assert_int_equal(attach_as(EDU, 22, ATTACH_PRIVATE, false), -ENOMEM);
	assert_string_equal(host_errstr, "no memory for a domain");
	assert_int_equal(live_domains, 0);
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
	assert_int_equal(as22.refs, 1);
}

/* Two functions of one requester id cannot see different things. */
static void
test_mode_alias(void **state)
{
	(void)state;
	assert_int_equal(attach_as(BEHIND1, 22, ATTACH_SHARED, false), 0);
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_GUEST, false), -EBUSY);
	assert_string_equal(host_errstr,
		"1:2.0 shares a requester id with 1:1.0, attached shared: want the same");
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_SHARED, true), -EBUSY);
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_SHARED, false), 0);
}

static void
guest(bool ro)
{
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, ro), 0);
	self = &p22;
	clear();
}

static const char *
maps(void)
{
	static char buf[500];
	Text t = { 0 };

	buf[0] = 0;
	if (assign_maps(&fn[EDU], &t, map_print) == 0 && t.n > 0)
		snprintf(buf, sizeof buf, "%s", t.s);
	text_free(&t);
	return buf;
}

static void
test_guest(void **state)
{
	(void)state;
	guest(false);
	assert_int_equal(assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000,
				 DOMAIN_R | DOMAIN_W),
		0);
	assert_string_equal(trace, "map(10000 8000 3: 1400000+4000 5404000+4000) ");
	assert_int_equal(assign_map(&fn[EDU], 0, 0x408000, 0x1000, DOMAIN_R), 0);
	assert_string_equal(maps(),
		"map 0x0 0x408000 0x1000 r\nmap 0x10000 0x400000 0x8000 rw\n");
	clear();
	assert_int_equal(assign_unmap(&fn[EDU], 0x12000, 0x1000), 0);
	assert_string_equal(trace, "unmap(12000 1000) ");
	assert_string_equal(maps(),
		"map 0x0 0x408000 0x1000 r\nmap 0x10000 0x400000 0x2000 rw\n"
		"map 0x13000 0x403000 0x5000 rw\n");
}

static void
refuses(int err, iova_t iova, vaddr_t va, uint64_t len, uint rights, const char *why)
{
	clear();
	assert_int_equal(assign_map(&fn[EDU], iova, va, len, rights), err);
	assert_string_equal(host_errstr, why);
	assert_null(strstr(trace, "map("));
	assert_string_equal(maps(), "");
}

static void
test_guest_refusals(void **state)
{
	(void)state;
	guest(true);
	refuses(-ERANGE, 1ull << 39, 0x400000, 4096, 1,
		"0x8000000000: its device has 39 address bits");
	refuses(-ERANGE, 0x1000, 0x400000, -4096ull, 1,
		"0x1000: its device has 39 address bits");
	refuses(-EPERM, 0xafff0000, 0x400000, 0x20000, 1,
		"0xafff0000 is kept out: bridge 0:1.0");
	refuses(-EPERM, 0x1000, 0x400000, 4096, 3, "it is attached read-only");
	refuses(-EFAULT, 0x1000, 0x40f000, 0x2000, 1,
		"0x410000 is not memory of process 22, or not with these rights");
	map_err = -EEXIST;
	refuses(-EEXIST, 0x1000, 0x400000, 4096, 1,
		"0x1000: some of it is mapped already");
	map_err = -EDQUOT;
	refuses(-EDQUOT, 0x1000, 0x400000, 4096, 1,
		"more than 7 table pages: the quota of a guest");
	map_err = -ENOTSUP;
	refuses(-ENOTSUP, 0x1000, 0x400000, 4096, 1,
		"'w': first-stage tables have no write-only pages: map it rw");
	map_err = -ENOMEM;
	refuses(-ENOMEM, 0x1000, 0x400000, 4096, 1, "no memory for tables");
	host_alloc_left = 0;
	iovamap_clear(&func[EDU].owner->map);
	refuses(-ENOMEM, 0x1000, 0x400000, 4096, 1, "no memory for tables");
	host_alloc_left = -1;
	unmap_err = -ENOENT;
	assert_int_equal(assign_unmap(&fn[EDU], 0x1000, 4096), -ENOENT);
	assert_string_equal(host_errstr, "0x1000: nothing of it is mapped");
	self = &p23;
	assert_int_equal(assign_map(&fn[EDU], 0x1000, 0x400000, 4096, 1), -EPERM);
	self = &p1;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, false), 0);
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU2], 0x1000, 0x400000, 4096, 1), -EPERM);
	assert_string_equal(host_errstr,
		"0:2.0 is attached shared: its addresses are those of the process");
}

/* What the process gives up its device loses first, in one invalidation; what it keeps
 * the right to stays. */
static void
test_guest_removed(void **state)
{
	AsObserver *o;

	(void)state;
	guest(false);
	o = as22.observer;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R | DOMAIN_W);
	assign_map(&fn[EDU], 0x90000, 0x401000, 0x1000, DOMAIN_R);
	clear();
	assert_int_equal(o->added(o->arg, &as22, 0x700000, 4096, true), 0);
	assert_int_equal(o->removed(o->arg, &as22, 0x700000, 4096, 0, true), 0);
	assert_string_equal(trace, "settle ");
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x2000, SPROT_READ, false),
		0);
	assert_string_equal(trace, "later(11000 2000) settle ");
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x400000, 0x10000, 0, true), 0);
	assert_string_equal(trace,
		"later(10000 1000) later(90000 1000) later(13000 5000) settle ");
	assert_string_equal(maps(), "");
}

/* No memory to take a part: all of it goes. A unit that does not confirm: the frames
 * stay. */
static void
test_guest_trouble(void **state)
{
	AsObserver *o;

	(void)state;
	guest(false);
	o = as22.observer;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	unmap_err = -ENOMEM;
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x1000, 0, false), 0);
	assert_string_equal(trace, "later(11000 1000) unmap-all settle ");
	assert_string_equal(maps(), "");
	assert_string_equal(event(EDU, &p22), "attach guest\n");
	assert_string_equal(event(EDU, &p22),
		"unmapped no memory to split a mapping, so all are gone\n");
	unmap_err = 0;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	settle_err = -ETIMEDOUT;
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x1000, 0, false), -EIO);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	self = &p1;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up(8);
}

/* exec: every domain follows; a guest starts with nothing mapped. */
static void
test_guest_exec(void **state)
{
	(void)state;
	guest(false);
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	self = &p1;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_PRIVATE, false), 0);
	clear();
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_non_null(strstr(trace, "attach(8: 18) "));
	assert_non_null(strstr(trace, "attach(99007: 10) "));
	assert_null(as22.observer);
	assert_int_equal(live_domains, 2);
	self = &p22;
	assert_string_equal(maps(), "");
	assert_string_equal(event(EDU2, &p22), "attach private\n");
	self = &p1;
	p22.as = &as_new;
	assign_observer.exiting(&p22);
}

/* ---- the life of processes ---- */

/* All functions are silent before the first is cut; they settle together; events go. */
static void
test_exit(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(EDU2, &p22);
	own_and_run(NVME, &p22);
	host_alloc_left = 0;
	assign_observer.exiting(&p22);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(22000 1) revoke(22000 2) revoke(22000 3) "
		"unmaster1 intoff1 drain1 unmaster2 intoff2 drain2 unmaster3 intoff3 drain3 "
		"detach(22000: 18) unentry1 detach(22000: 10) unentry2 detach(22000: 20) unentry3 "
		"reset3 sleep200 poll "
		"free50 free50 free50 observe(22000 -) free ");
	assert_string_equal(event(EDU, &p22), "");
	assert_int_equal(assign_count(&the_unit), 0);
	clear();
	assign_observer.exiting(&p23); /* owns nothing */
	assert_string_equal(trace, "");
}

/* Who ends while power is off takes nothing along either. */
static void
test_exit_while_off(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	clear();
	assign_observer.exiting(&p22);
	assert_non_null(strstr(trace, "detach(22000: 18) "));
	assert_int_equal(assign_owner(&fn[EDU]), -1);
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
}

static void
test_exec(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_string_equal(trace,
		"revoke(22000 1) unmaster1 intoff1 drain1 detach(22000: 18) unentry1 "
		"sleep200 poll observe(22000 -) free observe(99000) added(8001000 1000) free50 attach(99000: 18) poll as(99000) ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_false(bme[EDU]);
	assert_int_equal(as22.refs, 1);
	assert_ptr_equal(p22.as, &as_new);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "");
	clear();
	assert_int_equal(assign_observer.exec(&p23, &as23, &as23), 0);
	assert_string_equal(trace, "as(23000) ");
}

static void
test_exec_fails(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	host_alloc_left = 0;
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), -ENOMEM);
	host_alloc_left = -1;
	assert_string_equal(trace, "");
	assert_true(bme[EDU]);
	bad_reset = NULL;
	detach_err = -ETIMEDOUT;
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), -EIO);
	assert_ptr_equal(p22.as, &as22);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	detach_err = 0;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up(0x22000);
}

/* A device that does not survive the reset leaves; the others go with the process. */
static void
test_exec_broken(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(NVME, &p22);
	bad_reset = &fn[NVME];
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_int_equal(assign_state(&fn[NVME]), FN_BROKEN);
	assert_int_equal(assign_owner(&fn[NVME]), -1);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_null(strstr(trace, "attach(99000: 20)"));
}

/* ---- power ---- */

static void
test_power(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	assert_string_equal(trace, "unmaster1 drain1 intoff1 sleep200 unit-off ");
	assert_int_equal(assign_state(&fn[EDU]), FN_SUSPENDED);
	assert_false(assign_powered());
	refused(EDU2, 22, -ENODEV, "the IOMMU is off: write on to power first");
	assert_int_equal(assign_power(false), 0);
	self = &p22; /* remembered, not done */
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	self = &p1;
	assert_false(bme[EDU]);
	clear();
	assert_int_equal(assign_power(true), 0);
	assert_string_equal(trace, "unit-on msi1 master1 ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "suspend\n");
	assert_string_equal(event(EDU, &p22), "resume\n");
}

/* A wish made while suspended counts, the other way round too. */
static void
test_power_wish(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(attach(EDU2, 22), 0);
	assert_int_equal(assign_power(false), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	assert_int_equal(assign_busmaster(&fn[EDU2], true), 0);
	self = &p1;
	assert_int_equal(assign_power(true), 0);
	assert_false(bme[EDU]);
	assert_true(bme[EDU2]);
}

/* Off is refused while anybody cannot be silenced, and nothing has changed then. */
static void
test_power_refused(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(EDU2, &p23);
	stuck = &fn[EDU2];
	assert_int_equal(assign_power(false), -EIO);
	assert_string_equal(host_errstr, "0:2.0: bus mastering does not go off");
	assert_true(assign_powered() && bme[EDU]);
	assert_int_equal(the_unit.state, UNIT_ON);
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	stuck = NULL;
	bme[SHARED] = true;
	assert_int_equal(assign_power(false), -EIO);
	assert_string_equal(host_errstr, "0:8.0 is blocked and still a bus master");
	assert_int_equal(the_unit.state, UNIT_ON);
	bme[SHARED] = false;
}

static void
test_detach_while_off(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(22000: 18) "));
	clear();
	assert_int_equal(assign_power(true), 0);
	assert_string_equal(trace, "unit-on ");
	assert_int_equal(assign_owner(&fn[EDU]), -1);
}

/* Off until the first attach; when the unit then fails, that attach fails and all is as
 * before. */
static void
test_first_use(void **state)
{
	(void)state;
	power_init(NULL, true);
	power_start(false);
	the_unit.state = UNIT_OFF;
	power_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "IOMMU unit 0 did not switch on");
	assert_false(assign_powered());
	assert_int_equal(host_blocks, 0);
	power_err = 0;
	assert_int_equal(attach(EDU, 22), 0);
	assert_true(assign_powered());
}

/* ---- owners ---- */

static void
test_owner_only(void **state)
{
	uint64_t n;
	vaddr_t va;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	clear();
	self = &p23;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EPERM);
	assert_string_equal(host_errstr, "0:3.0 is owned by pid 22");
	assert_int_equal(assign_reset(&fn[EDU]), -EPERM);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ, &va), -EPERM);
	assert_int_equal(assign_intr_open(&fn[EDU]), -EPERM);
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EPERM);
	assert_int_equal(assign_busmaster(&fn[EDU2], true), -EPERM);
	assert_string_equal(host_errstr, "0:2.0 is not assigned to any process");
	assert_string_equal(trace, "");
	self = &p22;
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0x10000, 1, SPROT_READ, &va),
		-EPERM);
	assert_string_equal(host_errstr, "0:3.0 bar0: the MSI-X table is there");
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 8, 4096, SPROT_READ, &va), -EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 0, SPROT_READ, &va), -EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, SIZE_MAX, SPROT_READ, &va),
		-EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 1, SPROT_READ | SPROT_EXEC, &va),
		-EINVAL);
	assert_int_equal(assign_reset(&fn[EDU]), -ENOTSUP);
	assert_string_equal(host_errstr, "0:3.0 has no reset");
	the_unit.state = UNIT_BROKEN;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	assert_false(bme[EDU]);
}

static void
test_interrupts(void **state)
{
	uint64_t n = 9;
	Waitq *q;

	(void)state;
	own_and_run(EDU, &p22);
	self = &p22;
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EAGAIN);
	/* killed asleep */
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, false, &n), -EINTR);
	assert_int_equal(assign_poll(&fn[EDU], true, 0, &q), 0);
	func[EDU].intr = 2;
	assert_int_equal(assign_poll(&fn[EDU], true, 0, &q), SPOLLIN);
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, false, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(assign_poll(&fn[EDU], false, 0, &q), SPOLLIN);
	assert_ptr_equal(q, &func[EDU].event_wait);
}

/* An entry, its message, and back when the device has none; a reset announces it
 * again. */
static void
test_entries(void **state)
{
	(void)state;
	assert_int_equal(attach(NVME, 22), 0);
	self = &p22;
	clear();
	assert_int_equal(assign_intr_open(&fn[NVME]), 0);
	assert_string_equal(trace, "entry3(50) msi3 ");
	assert_int_equal(assign_intr_open(&fn[NVME]), 0);
	assert_int_equal(assign_reset(&fn[NVME]), 0);
	assert_string_equal(trace, "entry3(50) msi3 reset3 msi3 "); /* the same entry */
	assert_int_equal(attach(EDU, 22), 0);
	no_msi = &fn[EDU];
	clear();
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOTSUP);
	assert_string_equal(trace, "entry1(50) msi1 unentry1 free50 ");
	no_msi = NULL;
	entry_err = -ENOSPC;
	clear();
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOSPC);
	assert_string_equal(trace, "entry1(50) free50 ");
	assert_false(msi[EDU]);
}

/* The unit does not confirm that an entry has ended: its vector is never free again. */
static void
test_entry_unconfirmed(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	unentry_err = -ETIMEDOUT;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	assert_non_null(strstr(trace, "unentry1 sleep200 poll observe(22000 -) free "));
	assert_null(strstr(trace, "free50"));
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_string_equal(host_errstr,
		"0:3.0 is taken away, and broken: "
		"its unit did not confirm that its interrupts have ended");
}

/* A blocked interrupt is the owner's too, by its words. */
static void
test_interrupt_fault(void **state)
{
	Text t = { 0 };

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	event(EDU, &p22);
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x26 });
	fault_fn(&(VtdFault){
		.sid = 0x20, .interrupt = true, .addr = 7, .reason = 0x24 });
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 8, .reason = 0x22 });
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x25 });
	assert_string_equal(event(EDU, &p22), "fault interrupt index 0x7 reason 38 ?\n");
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"pid 22 name edu access interrupt index 0x7 reason 38 text '?' "
		"tables 'an entry of another'\n"));
	assert_non_null(strstr(t.s,
		"index 0x7 reason 36 text '?' tables 'its own entry'\n"));
	assert_non_null(strstr(t.s, "index 0x8 reason 34 text '?' tables 'no entry'\n"));
	assert_non_null(strstr(t.s,
		"reason 37 text '?' tables 'compatibility format'\n"));
	text_free(&t);
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_int_equal(policy(EDU, 22, FAULT_KILL), 0);
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x26 });
	assert_string_equal(killed,
		"22 9 its device 0:3.0 was blocked: interrupt by index 0x7");
}

/* What the owner is told when it asks for what cannot be. */
static void
test_owner_sentences(void **state)
{
	char line[80];
	vaddr_t va;
	uint64_t n;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	self = &p22;
	assign_map_bar(&fn[EDU], 0, 8, 4096, SPROT_READ, &va);
	assert_string_equal(host_errstr, "0:3.0 bar0: want whole pages");
	assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ | SPROT_EXEC, &va);
	assert_string_equal(host_errstr,
		"0:3.0 bar0: registers are read or read and written");
	no_vector = true;
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOSPC);
	assert_string_equal(host_errstr, "no interrupt vector is left for 0:3.0");
	no_vector = false;
	no_msi = &fn[EDU];
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOTSUP);
	assert_string_equal(host_errstr, "0:3.0 has neither MSI nor MSI-X");
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EAGAIN);
	assert_string_equal(host_errstr, "no interrupt yet");
	while (assign_event_read(&fn[EDU], line, sizeof line, true) > 0)
		;
	assert_string_equal(host_errstr, "no event yet");
	the_unit.state = UNIT_OFF;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its IOMMU unit 0 is not translating");
}

/* What only failing hardware brings about at an attach. */
static void
test_attach_sentences(void **state)
{
	(void)state;
	undrained = &fn[EDU];
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its transactions do not end");
	undrained = NULL;
	attach_err = -ENOMEM;
	assert_int_equal(attach(EDU, 22), -ENOMEM);
	assert_string_equal(host_errstr, "no memory for the tables of IOMMU unit 0");
	attach_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -ETIMEDOUT);
	assert_string_equal(host_errstr, "IOMMU unit 0 does not answer");
	attach_err = -EBUSY;
	assert_int_equal(attach(EDU, 22), -EBUSY);
	assert_string_equal(host_errstr, "IOMMU unit 0 refuses 0:3.0");
	attach_err = 0;
	the_unit.state = UNIT_OFF;
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its IOMMU unit 0 is off");
	the_unit.state = UNIT_ON;
}

/* ---- faults ---- */

static void
fault(uint16_t sid, iova_t addr, bool read)
{
	fault_fn(&(VtdFault){
		.sid = sid, .addr = addr, .reason = read ? 6 : 5, .read = read });
}

static jmp_buf idle;

static bool
escape(Waitq *q)
{
	(void)q;
	longjmp(idle, 1);
}

/* Let the kernel thread do what there is to do. */
static void
run_thread(void)
{
	host_log[0] = 0;
	host_while_asleep = escape;
	if (setjmp(idle) == 0)
		thread_fn(NULL);
	host_while_asleep = NULL;
}

static void
test_fault(void **state)
{
	Text t = { 0 };

	(void)state;
	own_and_run(EDU, &p22);
	event(EDU, &p22);
	fault(0x18, 0x6df084000, false);
	assert_string_equal(event(EDU, &p22),
		"fault write 0x6df084000 reason 5 PTE Write access is not set\n");
	run_thread();
	assert_string_equal(host_log,
		"DMAR:[DMA Write] Request device [00:03.0] fault addr 6df084000\n"
		"DMAR:[fault reason 05] PTE Write access is not set (pid 22 edu)\n");
	assert_true(bme[EDU]); /* fault=log */
	fault(0x18, 0x400000, false);
	fault(0x10, 0x1000, true); /* nobody's */
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"source 0:3.0 device 0:3.0 pid 22 name edu access write "
		"address 0x6df084000 reason 5 text 'PTE Write access is not set' tables 'not mapped'\n"));
	assert_non_null(strstr(t.s,
		"address 0x400000 reason 5 text 'PTE Write access is not set' "
		"tables 'mapped read-only'\n"));
	assert_non_null(strstr(t.s,
		"source 0:2.0 device 0:2.0 pid none access read address 0x1000"));
	text_free(&t);
	run_thread();
	assert_non_null(strstr(host_log,
		"[00:02.0] fault addr 1000\nDMAR:[fault reason 06] ? (no owner)"));
}

/* An alias is blamed on the owner of the group, and not on one device when there are
 * two. */
static void
test_fault_alias(void **state)
{
	(void)state;
	assert_int_equal(attach(BEHIND1, 22), 0);
	event(BEHIND1, &p22);
	fault(0x100, 0x5000, false);
	assert_memory_equal(event(BEHIND1, &p22), "fault write 0x5000", 18);
	run_thread();
	assert_non_null(strstr(host_log, "[01:00.0] fault addr 5000\n"));
	assert_non_null(strstr(host_log, "(pid 22 edu, device 1:1.0)"));
	assert_int_equal(attach(BEHIND2, 22), 0);
	event(BEHIND2, &p22);
	fault(0x100, 0x6000, false);
	run_thread();
	assert_non_null(strstr(host_log, "(pid 22 edu, one of 2 devices)"));
	assert_memory_equal(event(BEHIND2, &p22), "fault write 0x6000", 18);
}

static void
test_policies(void **state)
{
	(void)state;
	assert_int_equal(policy(EDU, 22, FAULT_STOP), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	event(EDU, &p22);
	assert_string_equal(event(EDU, &p22), "stop fault=stop\n");
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	run_thread();
	assert_non_null(strstr(host_log,
		"DMAR: bus mastering of 00:03.0 is off: fault=stop (pid 22 edu)"));
	assert_string_equal(killed, "");
	assert_int_equal(policy(EDU2, 23, FAULT_KILL), 0);
	fault(0x10, 0x1000, true); /* at once, not when the thread comes round to it */
	assert_string_equal(killed, "23 9 its device 0:2.0 was blocked: read of 0x1000");
}

/* What was under way when power went off faults: stopped is stopped, also after power
 * on. */
static void
late_fault(void)
{
	fault(0x18, 0x1000, false);
}

static void
test_power_stop(void **state)
{
	(void)state;
	assert_int_equal(policy(EDU, 22, FAULT_STOP), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	self = &p1;
	while_draining = late_fault;
	assert_int_equal(assign_power(false), 0);
	assert_int_equal(assign_power(true), 0);
	assert_false(bme[EDU]);
	self = &p22; /* until its owner asks */
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	assert_true(bme[EDU]);
	self = &p1;
	/* power off is refused: what was silenced meanwhile was stopped too */
	bme[EDU2] = true;
	assert_int_equal(assign_power(false), -EIO);
	assert_false(bme[EDU]);
	bme[EDU2] = false;
	run_thread();
}

/* Sixteen records in a second: off, told once, and not on again within the second. */
static void
test_storm(void **state)
{
	uint lines = 0;

	(void)state;
	own_and_run(EDU, &p22);
	run_thread();
	for (uint i = 0; i < 15; i++)
		fault(0x18, 0x1000, false);
	assert_true(bme[EDU]);
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	run_thread();
	for (char *s = host_log; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	assert_true(lines <= 10); /* ATTACKS 19 */
	assert_non_null(strstr(host_log, "is off: 16 faults in one second (pid 22 edu)"));
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EBUSY);
	assert_string_equal(host_errstr,
		"0:3.0 flooded the IOMMU with faults: wait a second");
	host_now += 1000000000;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	assert_true(bme[EDU]);
	self = &p1;
}

/* What a storm is can be set: here two faults in 10 ms. */
static void
test_storm_set(void **state)
{
	ns_t time;
	uint max;

	(void)state;
	own_and_run(EDU, &p22);
	blame_storm(&max, &time);
	assert_int_equal(max, 16);
	assert_int_equal(time, 1000000000);
	blame_set_storm(2, 10000000);
	fault(0x18, 0x1000, false);
	host_now += 10000000;
	fault(0x18, 0x1000, false);
	assert_true(bme[EDU]);
	host_now += 9000000;
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	run_thread();
	assert_non_null(strstr(host_log,
		"is off: more faults than storm in #vtd/ctl allows (pid 22 edu)"));
	blame_set_storm(max, time);
}

/* A source that is no device we know cannot be stopped; the console is spared. */
static void
test_stray(void **state)
{
	uint lines = 0;
	Text t = { 0 };

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	for (uint i = 0; i < 50; i++)
		fault(0x5550, 0x1000, false);
	run_thread();
	for (char *s = host_log; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	assert_int_equal(lines, 2 * 4);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "");
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"source 55:a.0 device unknown pid none access write"));
	text_free(&t);
}

/* Lost records are told to everybody they may concern, and nobody is blamed. */
static void
test_lost(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	event(EDU, &p22);
	fault_fn(&(VtdFault){ .lost = true });
	assert_string_equal(event(EDU, &p22), "overflow unit 0: faults were lost\n");
	run_thread();
	assert_non_null(strstr(host_log,
		"DMAR: unit 0: fault records were lost (overflow)\n"));
}

/* ---- looking ---- */

/* What the core would say, and what domains hold. */
static VtdCheck core_unit, core_domain;
static const char *core_misses;
static uint32_t core_source = ~0u; /* one more context entry */
static DomainEntry held;
static PageKind held_kind = PAGE_USER;
static paddr_t poisoned, dead_canary;

void
unit_check(Unit *u, VtdCheck *o)
{
	(void)u;
	*o = core_unit;
}
void
domain_check(const Domain *d, VtdCheck *o)
{
	in_turn(d);
	*o = core_domain;
}
PageKind
page_kind(paddr_t pa)
{
	(void)pa;
	return held_kind;
}
uint
page_refs(paddr_t pa)
{
	(void)pa;
	return 1;
}
paddr_t
page_check_poison(void)
{
	return poisoned;
}
paddr_t
canary_check(void)
{
	return dead_canary;
}

const char *
domain_misses(const Domain *d, Unit *u, uint16_t sid)
{
	(void)d;
	return u == &the_unit && sid == fn[EDU].sid[0] ? core_misses : NULL;
}

bool
unit_next_source(Unit *u, uint32_t *sid)
{
	static const uint32_t end = 1 << 16;

	(void)u;
	for (; *sid < end; ++*sid)
		for (uint i = 0; i < NFN; i++)
			if (*sid == core_source ||
				(func[i].published && fn[i].sid[0] == *sid))
				return true;
	return false;
}

void
domain_visit(const Domain *d, bool (*visit)(void *arg, const DomainEntry *e), void *arg)
{
	in_turn(d);
	if (held.value != 0)
		visit(arg, &held);
}

static void
test_mappings(void **state)
{
	Text t = { 0 };

	(void)state;
	assign_mappings(&t, mappings_unit);
	assert_string_equal(t.s, "Mappings for iommu@0x00000000fed90000\n\t<empty>\n");
	text_free(&t);
	assert_int_equal(attach(NVME, 23), 0);
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(EDU2, 22), 0);
	t = (Text){ 0 };
	assign_mappings(&t, mappings_unit);
	assert_string_equal(t.s,
		"Mappings for iommu@0x00000000fed90000\n"
		"\tpid = 22\n\t\tdevice = 0:2.0\n\t\tdevice = 0:3.0\n"
		"\tpid = 23\n\t\tdevice = 0:4.0\n");
	text_free(&t);
}

/* ---- process 0 ---- */

/* From the kernel to a process and back: the same order of steps, but that a driver is
 * told. */
static void
test_kernel(void **state)
{
	KdevInfo k;

	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_string_equal(trace,
		"drain2 intoff2 nosnoop2 attach(8: 10) decode2 start2 ");
	assert_int_equal(assign_state(&fn[EDU2]), FN_KERNEL);
	assert_int_equal(assign_owner(&fn[EDU2]), 0);
	assert_true(assign_kdev(&fn[EDU2], &k));
	assert_string_equal(k.driver, "toy");
	assert_false(assign_kdev(&fn[EDU], &k));
	refused(EDU2, 0, -EBUSY,
		"0:2.0 is owned by pid 0, the kernel, for its driver toy");
	refused(EDU2, 22, -EBUSY,
		"0:2.0 is owned by pid 0, the kernel, for its driver toy");
	assert_int_equal(assign_detach(fn[EDU2].bdf, 22), -EINVAL);
	assert_string_equal(host_errstr, "0:2.0 is owned by pid 0, not 22");
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	assert_string_equal(trace,
		"stop2 unmaster2 intoff2 drain2 detach(8: 10) sleep200 poll free ");
	assert_int_equal(assign_state(&fn[EDU2]), FN_BLOCKED);
	assert_int_equal(attach(EDU2, 22), 0);
	refused(EDU2, 0, -EBUSY, "0:2.0 is owned by pid 22");
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(live_domains, 1);
}

static void
kernel_wants_plain(AttachArgs a)
{
	a.bdf = fn[EDU2].bdf;
	assert_int_equal(assign_attach(&a), -EINVAL);
	assert_string_equal(host_errstr,
		"process 0 is the kernel: it takes no -g, mode or ro, and cannot be killed");
}

static void
test_kernel_refused(void **state)
{
	(void)state;
	kernel_wants_plain((AttachArgs){ .group = true });
	kernel_wants_plain((AttachArgs){ .mode = ATTACH_GUEST, .mode_given = true });
	kernel_wants_plain((AttachArgs){ .mode = ATTACH_SHARED, .mode_given = true });
	kernel_wants_plain((AttachArgs){ .ro = true });
	kernel_wants_plain((AttachArgs){ .policy = FAULT_KILL });
	assert_int_equal(attach(BEHIND1, 22), 0);
	refused(BEHIND2, 0, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 22: one requester id behind 0:5.0 "
		"(attach -g takes a whole group)");
	func[BEHIND1].pid = 0; /* as if the kernel had it */
	refused(BEHIND2, 0, -EBUSY,
		"1:2.0 shares a requester id with 1:1.0, which the kernel has");
	func[BEHIND1].pid = 22;
}

/* A driver that does not want it: as before, and nothing is left. */
static void
test_kernel_start(void **state)
{
	(void)state;
	start_err = -ENODEV;
	assert_int_equal(attach(EDU2, 0), -ENODEV);
	assert_null(strstr(trace, "stop"));
	assert_non_null(strstr(trace, "start2 intoff2 drain2 detach(8: 10) "));
	assert_int_equal(assign_state(&fn[EDU2]), FN_BLOCKED);
	assert_int_equal(host_blocks, 0);
	start_err = 0;
	for (long n = 0; n < 2; n++) {
		host_alloc_left = n;
		assert_int_equal(attach(EDU2, 0), -ENOMEM);
		host_alloc_left = -1;
		assert_int_equal(host_blocks, 0);
	}
}

static void
test_kernel_power(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(EDU2, 0), 0);
	clear();
	assert_int_equal(assign_power(false), -EBUSY);
	assert_string_equal(host_errstr,
		"0:2.0: the kernel's driver toy has translated mappings");
	assert_string_equal(trace, "");
	assert_true(assign_powered());
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	assert_int_equal(assign_power(false), 0);
	refused(EDU2, 0, -ENODEV, "the IOMMU is off: write on to power first");
}

/* Whole pages, one behind the other with one between, below what the device can name; not
 * where registers are. */
static void
test_kernel_maps(void **state)
{
	uint8_t *buf = (void *)page_alloc(1, PAGE_KERNEL);
	KdevMap m, n;

	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	clear();
	assert_int_equal(kdev_map(dev2, buf + 100, 50, DOMAIN_R, &m), 0);
	assert_int_equal(m.iova, 0x1000064);
	assert_int_equal(kdev_map(dev2, buf + 4000, 200, DOMAIN_W, &n), 0);
	assert_int_equal(n.iova, 0x1002fa0);
	assert_string_equal(trace, "map(1000000 1000 1) map(1002000 2000 2) ");
	clear();
	assert_int_equal(kdev_unmap(dev2, &n), 0);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal(trace, "unmap(1002000 2000) unmap(1000000 1000) ");
	readable = true; /* tables that cannot say write-only */
	clear();
	assert_int_equal(kdev_map(dev2, buf, 50, DOMAIN_W, &m), 0);
	assert_non_null(strstr(trace, " 1000 3) "));
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	readable = false;
	dev2->next = (1 << 28) - 4096;
	assert_int_equal(kdev_map(dev2, buf, 8192, DOMAIN_R, &m), 0);
	assert_int_equal(m.iova, 0x1000000);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_int_equal(kdev_map(dev2, buf, 1 << 28, DOMAIN_R, &m), -ENOSPC);
	assert_string_equal(host_errstr,
		"0:2.0: no room for a buffer of 268435456 bytes");
	page_free((paddr_t)buf, 1);
	for (uint i = 0; i < 3; i++) { /* in_turn */
		static void (*const look[])(Text * t) = { assign_check, assign_domains,
			assign_stats };
		Text t = { 0 };

		look[i](&t);
		text_free(&t);
		assert_null(host_self.held);
	}
}

/* The copy goes there before and back after, only as far as the device has rights. */
static void
test_kernel_bounce(void **state)
{
	uint8_t buf[8] = "before", *copy;
	KdevInfo k;
	KdevMap m;

	(void)state;
	bouncing = "0:3.0,zzz,0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), 0);
	assert_int_equal(m.iova % 4096, 0);
	copy = page_ptr(m.bounce);
	assert_string_equal((char *)copy, "before");
	strcpy((char *)copy, "after");
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal((char *)buf, "after");
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_R, &m), 0);
	strcpy(page_ptr(m.bounce), "nothing");
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal((char *)buf, "after");
	kdev_info(dev2, &k);
	assert_true(k.bounce);
	assert_int_equal(k.bounced, 2);
	assert_int_equal(host_frames, 0);
	host_alloc_left = 0;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -ENOMEM);
	host_alloc_left = -1;
	assert_string_equal(host_errstr, "0:2.0: no memory to bounce 8 bytes");
	map_err = -EEXIST;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -EEXIST);
	assert_int_equal(host_frames, 0);
}

/* The unit does not say that the device has let go: its pages are nobody's any more. */
static void
test_kernel_unconfirmed(void **state)
{
	uint8_t buf[8] = "before";
	KdevMap m;

	(void)state;
	bouncing = "0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), 0);
	page_free(m.bounce, 0); /* of the test's, whom nobody takes it from */
	unmap_err = -ETIMEDOUT;
	pages_withheld = 0;
	assert_int_equal(kdev_unmap(dev2, &m), -EIO);
	assert_string_equal(host_errstr,
		"0:2.0: the IOMMU did not confirm that a buffer is its no more");
	assert_int_equal(pages_withheld, 1);
	assert_string_equal((char *)buf, "before");
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	assert_int_equal(live_domains, 1);
	given_up(8);
	kfree(lost);
}

/* Nor, when a buffer is mapped, that it knows nothing of it: it is taken back from the
 * tables, but the device may have been told. */
static void
test_kernel_unannounced(void **state)
{
	uint8_t buf[8] = "before";
	KdevMap m;

	(void)state;
	bouncing = "0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	map_err = -ETIMEDOUT;
	pages_withheld = 0;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -EIO);
	assert_string_equal(host_errstr,
		"0:2.0: the IOMMU did not confirm that a buffer is its no more");
	assert_int_equal(pages_withheld, 1);
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	page_free(last_withheld, 0); /* of the test's, whom nobody takes it from */
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	given_up(8);
	kfree(lost);
}

static void
checks(const char *want)
{
	Text t = { 0 };

	assign_check(&t);
	assert_string_equal(t.s, want);
	text_free(&t);
}

#define CLEAN                                                                            \
	"ok units 1 functions 10 domains 1 contexts 3 interrupts 2 tables 0 pages 0\n"

/* A device that translates by itself does so for the kernel only: on after its entry is
 * there, emptied and off before it goes. */
static void
test_kernel_ats(void **state)
{
	KdevInfo k;

	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	frames = (PageStat){
		.total = 10, .free = 5, .kernel = 2, .user = 1, .table = 1, .withheld = 1
	};
	translating = "0:2.0,0:3.0";
	fn[EDU2].ats = fn[EDU].ats = 0x100;
	func[EDU2].ats_port = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_string_equal(trace,
		"drain2 intoff2 nosnoop2 attach-tlb(8: 10 5) ats2 decode2 start2 ");
	assert_true(assign_kdev(&fn[EDU2], &k) && k.ats);
	checks(CLEAN);
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	assert_string_equal(trace,
		"stop2 unmaster2 intoff2 drain2 empty(8) noats2 detach(8: 10) sleep200 poll free ");
	/* a process */
	clear();
	assert_int_equal(attach(EDU2, 22), 0);
	assert_null(strstr(trace, "ats"));
	assert_null(strstr(trace, "tlb"));
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	/* back, and the unit cannot any more */
	obstacle = "that needs the invalidation queue";
	clear();
	assert_int_equal(attach(EDU2, 0), 0);
	assert_null(strstr(trace, "tlb"));
	with_ats = &fn[EDU2];
	checks("I14 function 0:2.0: translates by itself: ATS, PRI or PASID is on\nviolations 1\n");
	with_ats = NULL;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	obstacle = NULL;
	attach_err = -ENOMEM; /* nothing is switched on that is not published */
	clear();
	assert_int_equal(attach(EDU2, 0), -ENOMEM);
	assert_null(strstr(trace, "ats"));
	attach_err = 0;
}

/* It does not confirm: cut off at once, and what it may know is withheld. */
static void
test_kernel_ats_silent(void **state)
{
	(void)state;
	translating = "0:2.0";
	fn[EDU2].ats = 0x100;
	func[EDU2].ats_port = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	tlb.off(tlb.arg);
	assert_string_equal(trace, "unmaster2 noats2 ");
	assert_non_null(strstr(host_log,
		"0:2.0 is broken: its own TLB does not confirm an invalidation\n"));
	assert_int_equal(kdev_master(dev2, true), -EBUSY);
	tlb_err = -EIO;
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	tlb_err = 0;
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	assert_int_equal(live_domains, 1); /* nobody gets what it was in */
	given_up(8);
	kfree(lost);
}

static void
stays_off(const char *why)
{
	char want[160];

	host_log[0] = 0;
	ats_boot();
	snprintf(want, sizeof want, "boot: iommu.ats=0:2.0: its ATS stays off: %s\n",
		why);
	assert_string_equal(host_log, want);
	assert_false(ats_wanted(&func[EDU2]));
}

static void
test_ats_refused(void **state)
{
	(void)state;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log, ""); /* not asked for */
	translating = "0:2.0";
	stays_off("it has no ATS capability");
	fn[EDU2].ats = 0x100;
	stays_off("no ATSR or SATC of the firmware says that its port can");
	func[EDU2].ats_port = true;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log, "");
	assert_true(ats_wanted(&func[EDU2]));
	obstacle = "its unit takes no part in it";
	stays_off("its unit takes no part in it");
	obstacle = NULL;
	direct = true;
	stays_off("iommu.default=passthrough leaves nothing to translate");
	direct = false;
	fn[EDU2].nsid = 2;
	stays_off("a bridge above it puts its own id into requests");
	fn[EDU2].nsid = 1;
	func[EDU2].unit = NULL;
	stays_off("no IOMMU unit covers it");
	translating = "0:19.0";
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log,
		"boot: iommu.ats=0:19.0: its ATS stays off: it is not there\n");
	translating = "0:3.0"; /* which no driver knows */
	fn[EDU].ats = 0x100;
	func[EDU].ats_port = true;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log,
		"boot: iommu.ats=0:3.0: its ATS stays off: the kernel has no driver "
		"for it, and processes get no device with ATS on\n");
}

/* A fault names the driver; events are for processes. A flood stops it like another. */
static void
test_kernel_fault(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_master(dev2, true), 0);
	for (uint i = 0; i < 16; i++)
		fault(0x10, 0x1000, false);
	run_thread();
	assert_non_null(strstr(host_log, "is off: 16 faults in one second (pid 0 toy)"));
	assert_int_equal(func[EDU2].events.n, 0);
	assert_int_equal(kdev_master(dev2, true), -EBUSY);
	assert_string_equal(host_errstr, "0:2.0: its bus mastering was stopped");
	undrained = &fn[EDU2];
	assert_int_equal(kdev_quiet(dev2), -EIO);
	assert_string_equal(host_errstr, "0:2.0: its transactions do not end");
}

/* A line for each domain, however many functions; counts of every kind, in their
 * place. */
static void
test_domains(void **state)
{
	Text t = { 0 };

	(void)state;
	assign_domains(&t);
	assert_null(t.s);
	assert_int_equal(attach(NVME, 23), 0);
	assert_int_equal(attach(EDU2, 22), 0);
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, true), 0);
	assign_domains(&t);
	assert_string_equal(t.s,
		"domain 0:42 kind guest ro yes pid 22 name edu functions 0:3.0 root 0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n"
		"domain 0:42 kind shared ro no pid 22 name edu functions 0:2.0 root 0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n"
		"domain 0:42 kind shared ro no pid 23 name cat functions 0:4.0 root 0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n");
	text_free(&t);
	assert_int_equal(assign_detach(fn[EDU].bdf, 22), 0);
	assert_int_equal(attach(EDU, 22), 0);
	t = (Text){ 0 };
	assign_domains(&t);
	assert_non_null(strstr(t.s, " pid 22 name edu functions 0:3.0,0:2.0 root"));
	assert_null(strstr(t.s, "guest"));
	text_free(&t);
	fault_fn(&(VtdFault){ .sid = 0x18, .addr = 0x1000, .reason = 5 });
	fault_fn(&(VtdFault){ .sid = 0x10, .addr = 0x1000, .reason = 5 });
	fault_fn(&(VtdFault){ .sid = 0x18, .addr = 0x1000, .reason = 5 });
	t = (Text){ 0 };
	assign_stats(&t);
	assert_string_equal(t.s,
		"unit 0 context_global 2 context_device 3 pasid_global 4 pasid_domain 5 "
		"iotlb_global 6 iotlb_domain 7 iotlb_page 8 "
		"interrupt_global 9 interrupt_index 10 device_tlb 19 write_buffer 1 waits 11 wait_ns 12 longest_ns 13 "
		"ids 17 sources 16 interrupts 18 faults 14 lost 15\n"
		"domain 0:42 pid 22 maps 11 unmaps 12 pages 4 large 1 faults 3\n"
		"domain 0:42 pid 23 maps 11 unmaps 12 pages 4 large 1 faults 0\n");
	text_free(&t);
}

/* Each thing that can be wrong is said under its number, and is gone when it is right
 * again. */
static void
test_check(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	frames = (PageStat){
		.total = 10, .free = 5, .kernel = 2, .user = 1, .table = 1, .withheld = 1
	};
	assert_int_equal(attach(EDU, 22), 0);
	checks(CLEAN);
	core_misses = "no context entry";
	checks("I1 function 0:3.0: no context entry\nviolations 1\n");
	core_misses = NULL;
	core_source = 0x777;
	checks("I1 unit 0 source 0x777: a context entry that is nobody's\nviolations 1\n");
	core_source = ~0u;
	core_unit.nbad = 1;
	core_unit.bad[0] = (VtdBad){ 7, "another queue", 0x90, 0x1000 };
	checks("I7 unit 0 at 0x90 value 0x1000: another queue\nviolations 1\n");
	core_unit.nbad = 0;
	core_domain.nbad = 1;
	core_domain.bad[0] = (VtdBad){ 11, "changed and not invalidated", 1, 2 };
	checks("I11 domain 42 at 0x1 value 0x2: changed and not invalidated\nviolations 1\n");
	core_domain.nbad = 0;
	bme[NVME] = msi[NVME] = true;
	checks("I8 function 0:4.0: masters the bus\nI8 function 0:4.0: can interrupt\nviolations 2\n");
	bme[NVME] = msi[NVME] = false;
	with_ats = &fn[EDU];
	checks("I14 function 0:3.0: translates by itself: ATS, PRI or PASID is on\nviolations 1\n");
	with_ats = NULL;
	as22.window = &fn[NVME];
	checks("I12 function 0:4.0: its registers are in a process that does not own it\nviolations 1\n");
	as22.window = NULL;
	frames.free--;
	checks("I6 machine: 1 frames are not accounted for\nviolations 1\n");
	frames.free++;
	poisoned = 0x5000;
	checks("I9 machine at 0x5000: a free frame was written to\nviolations 1\n");
	poisoned = 0;
	dead_canary = 0x6008;
	checks("I10 machine at 0x6008: a canary was written to\nviolations 1\n");
	dead_canary = 0;
	checks(CLEAN);
}

/* With iommu.check=on every operation ends with it, and the first violation is
 * printed. */
static void
said(const char *after)
{
	char want[128];

	if (after != NULL)
		snprintf(want, sizeof want,
			"iommu.check: after %s: I10 machine at 0x6008: a canary was written to\n",
			after);
	assert_string_equal(host_log, after != NULL ? want : "");
	host_log[0] = 0;
	assert_null(host_self.held);
}

static void
test_check_after(void **state)
{
	vaddr_t va;

	(void)state;
	checking = true;
	bookcheck_init();
	assert_int_equal(attach(EDU, 22), 0);
	said(NULL);
	dead_canary = 0x6008;
	assert_int_equal(attach(EDU, 23), -EBUSY);
	said("attach");
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	said("detach");
	assert_int_equal(assign_power(false), 0);
	said("power");
	assert_int_equal(assign_power(true), 0);
	said("power");
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, false), 0);
	said("attach");
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU], 0x1000, 0x400000, 4096, DOMAIN_R), 0);
	said("map");
	assert_int_equal(assign_unmap(&fn[EDU], 0x1000, 4096), 0);
	said("unmap");
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	said("busmaster");
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ, &va), 0);
	said("an mmap of registers");
	assert_int_equal(assign_reset(&fn[EDU]), -ENOTSUP); /* it failed, but is over */
	said("reset");
	self = &p1;
	assign_observer.exiting(&p22);
	said("an exit");
	dead_canary = 0;
}

static void
test_check_interrupt(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach(EDU, 22), 0);
	func[EDU].remapped = true;
	func[EDU].irte = 77;
	checks("I13 function 0:3.0: its interrupt entry does not serve it\nviolations 1\n");
	func[EDU].remapped = false;
	checks(CLEAN);
}

/* What tables hold: pages of the process, tables, and nothing that is not present. */
static void
test_check_tables(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach(EDU, 22), 0);
	held = (DomainEntry){
		.iova = 0x400000, .level = 1, .to = 0x1000, .value = 0x1005, .page = true
	};
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 tables 0 pages 1\n");
	held_kind = PAGE_KERNEL;
	checks("I4 domain 42 level 1 address 0x400000 value 0x1005: not a page of a process\nviolations 1\n");
	held_kind = PAGE_NONE;
	checks("I16 domain 42 level 1 address 0x400000 value 0x1005: not memory\nviolations 1\n");
	held.value = 0x1006;
	checks("I15 domain 42 level 1 address 0x400000 value 0x1006: an entry that is not present is not 0\n"
	       "violations 1\n");
	held = (DomainEntry){
		.iova = 0x400000, .level = 2, .to = 0x1000, .value = 0x1007
	};
	checks("I5 domain 42 level 2 address 0x400000 value 0x1007: leads to what is not a table\n"
	       "violations 1\n");
	held_kind = PAGE_TABLE;
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 tables 1 pages 0\n");
	held.value = 0;
	held_kind = PAGE_USER;
	checks(CLEAN);
}

/* A guest's are those of its book, with no more rights. */
static void
test_check_guest(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, false), 0);
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU], 0x10000, 0x400000, 4096, DOMAIN_R), 0);
	paddr_t pa = 0x1400000; /* aspace_frame of it */
	held = (DomainEntry){ .iova = 0x10000,
		.level = 1,
		.to = pa,
		.value = pa | DOMAIN_R,
		.page = true };
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 tables 0 pages 1\n");
	held.value = pa | DOMAIN_R | DOMAIN_W;
	Text t = { 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.value = pa | DOMAIN_R;
	held.iova = 0x11000;
	t = (Text){ 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.iova = 0x10000;
	held.to += 4096;
	t = (Text){ 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.value = 0;
}

/* By boot parameter, and only then: as the unit can. Addresses are physical ones; those
 * the device has too few bits for bounce; translation may go off. */
static void
test_kernel_direct(void **state)
{
	uint8_t *buf = (void *)page_alloc(0, PAGE_KERNEL);
	KdevInfo k;
	KdevMap m;

	(void)state;
	direct = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_non_null(strstr(trace,
		"self(0 9f000 3) self(100000 1ff00000 3) "
		"self(fe000000 e00000 3) self(fef00000 2100000 3) attach(9: 10)"));
	kdev_info(dev2, &k);
	assert_string_equal(k.view, "identity");
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	map_err = -ENOMEM;
	assert_int_equal(attach(EDU2, 0), -ENOMEM);
	assert_string_equal(host_errstr, "0:2.0: no domain for the kernel's driver");
	assert_int_equal(live_domains, 0);
	map_err = 0;
	passes = true;
	clear();
	assert_int_equal(attach(EDU2, 0), 0);
	assert_null(strstr(trace, "self"));
	kdev_info(dev2, &k);
	assert_string_equal(k.view, "pass-through");
	clear();
	/* host memory is above 2^28 */
	assert_int_equal(kdev_map(dev2, buf, 50, DOMAIN_R, &m), 0);
	assert_int_not_equal(m.bounce, 0);
	assert_int_equal(m.iova, m.bounce);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal(trace, "");
	assert_int_equal(kdev_master(dev2, true), 0);
	bme[EDU2] = false; /* the unit of the test wants to see none */
	assert_int_equal(assign_power(false), 0);
	assert_int_equal(assign_state(&fn[EDU2]), FN_KERNEL);
	assert_int_equal(assign_power(true), 0);
	/* a process never gets it */
	clear();
	assert_int_equal(attach(EDU, 22), 0);
	assert_non_null(strstr(trace, "attach(22000: 18)"));
	page_free((paddr_t)buf, 0);
}

/* In the domain before the entry is published, every time; where firmware reserved it. */
static void
test_kernel_rmrr(void **state)
{
	KdevMap m;
	uint8_t b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		clear();
		assert_int_equal(attach(RMRR, 0), 0);
		assert_non_null(strstr(trace, "map(ed000 3000 3) attach(8: 38) "));
		assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	}
	direct = true;
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace, "self(ed000 3000 3) attach(9: 38) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	direct = false;
	rmrr[0].limit = 0xf0fff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0xed000-0xf0fff, which firmware did not reserve");
	rmrr[0].base = 0x200000;
	rmrr[0].limit = 0x2fffff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0x200000-0x2fffff, which firmware did not reserve");
	rmrr[0].base = 0xec000; /* begins in a hole */
	rmrr[0].limit = 0xeffff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0xec000-0xeffff, which firmware did not reserve");
	/* nothing of the driver's is mapped there */
	rmrr[0] = rmrr[1] = (VtdRmrr){ 3, 0xed000, 0xeffff };
	func[EDU2].rmrr = rmrr;
	func[EDU2].nrmrr = 2;
	assert_int_equal(attach(EDU2, 0), 0);
	rmrr[1].limit = 0x11fffff;
	assert_int_equal(kdev_map(dev2, &b, 1, DOMAIN_R, &m), 0);
	assert_int_equal(rounddown(m.iova, 4096), 0x1200000);
}

/* All that name it: the sentence is about the one that is wrong; without one of them
 * there is no domain; pages in common are there once. */
static void
test_kernel_rmrrs(void **state)
{
	(void)state;
	func[RMRR].nrmrr = 2;
	rmrr[0].limit = 0xedfff;
	rmrr[1] = (VtdRmrr){ 5, 0xee000, 0xeffff };
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace,
		"map(ed000 1000 3) map(ee000 2000 3) attach(8: 38) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	taken = 0xee000; /* by the first */
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace,
		"map(ed000 1000 3) map(ef000 1000 3) attach(8: 38) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	taken = 0;
	map_err = -ENOMEM;
	map_good = 1;
	assert_int_equal(attach(RMRR, 0), -ENOMEM);
	assert_string_equal(host_errstr, "0:7.0: no domain for the kernel's driver");
	assert_int_equal(live_domains, 0);
	map_err = 0;
	rmrr[1].limit = 0xf0fff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 5 claims 0xee000-0xf0fff, which firmware did not reserve");
	refused(RMRR, 22, -EPERM,
		"0:7.0: firmware reserves 0xed000-0xedfff for it (RMRR 3)");
}

/* Published while units are off; what cannot be taken is said. */
static void
test_kernel_boot(void **state)
{
	(void)state;
	at_boot = "0:2.0,0:3.0,x,0:9.0,0:7.0";
	bouncing = "garbage,0:2.0,0:19.0";
	the_unit.state = UNIT_OFF;
	power_init(NULL, false);
	self = &host_self; /* where its sentences go */
	assert_int_equal(boot_drivers(), 2);
	self = &p1;
	assert_non_null(strstr(trace, "attach(8: 10) "));
	assert_null(strstr(trace, "enable"));
	assert_non_null(strstr(host_log,
		"boot: kernel: 'x' is not a device like 0:3.0: ignored\n"
		"boot: bounce: 'garbage' is not a device like 0:3.0: ignored\n"
		"boot: bounce=0:19.0: it is not there\n"
		"boot: kernel=0:3.0: process 0 is the kernel, which has no driver for 0:3.0\n"
		"boot: kernel=0:9.0: no device 0:9.0\n"));
	clear();
	assert_null(power_start(true));
	assert_string_equal(trace, "enable ");
	assert_true(assign_powered());
}

/* first-use waits, unless a device was taken; a unit that does not switch on is said. */
static void
test_boot_power(void **state)
{
	(void)state;
	the_unit.state = UNIT_OFF;
	power_init(NULL, true);
	assert_null(power_start(false));
	assert_string_equal(trace, "");
	assert_false(assign_powered());
	power_init(NULL, true);
	assert_null(power_start(true));
	assert_true(assign_powered());
	power_init(NULL, false);
	enable_err = -ENODEV;
	assert_string_equal(power_start(false), "it did not switch on");
	refused(EDU, 22, -ENODEV, "no usable IOMMU: it did not switch on");
	power_init("there is no table", false);
	assert_string_equal(power_start(true), "there is no table");
}

/* USB and graphics only, by boot parameter only, and without the RMRR. */
static void
test_relax(void **state)
{
	/* clang-format off */
	static const struct { uint8_t cls, subclass; bool ok; } fns[] = {
		{ 0x0c, 0x03, true }, { 0x0c, 0x05, false }, { 0x03, 0x00, true }, { 0x02, 0x03, false },
	};
	/* clang-format on */

	(void)state;
	for (uint i = 0; i < nelem(fns); i++) {
		fn[RMRR].cls = fns[i].cls;
		fn[RMRR].subclass = fns[i].subclass;
		relax = false;
		refused(RMRR, 22, -EPERM,
			"0:7.0: firmware reserves 0xed000-0xeffff for it (RMRR 3)");
		relax = true;
		clear();
		assert_int_equal(attach(RMRR, 22), fns[i].ok ? 0 : -EPERM);
		assert_null(strstr(trace, "map("));
		if (fns[i].ok)
			assert_int_equal(assign_detach(fn[RMRR].bdf, 22), 0);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, reset_world, all_gone)
	const struct CMUnitTest tests[] = {
		T(test_attach),
		T(test_attach_at_boot),
		T(test_one_domain),
		T(test_refusals),
		T(test_undo),
		T(test_alias),
		T(test_group),
		T(test_group_refused),
		T(test_group_undo),
		T(test_group_undo_spares),
		T(test_group_detach),
		T(test_check_after),
		T(test_detach),
		T(test_settle),
		T(test_settle_reset),
		T(test_detach_refusals),
		T(test_broken),
		T(test_owner_sentences),
		T(test_attach_sentences),
		T(test_unconfirmed),
		T(test_unmap),
		T(test_modes),
		T(test_snoop),
		T(test_mode_no_memory),
		T(test_mode_alias),
		T(test_guest),
		T(test_guest_refusals),
		T(test_guest_removed),
		T(test_guest_trouble),
		T(test_guest_exec),
		T(test_exit),
		T(test_exit_while_off),
		T(test_exec),
		T(test_exec_fails),
		T(test_exec_broken),
		T(test_power),
		T(test_power_wish),
		T(test_power_refused),
		T(test_detach_while_off),
		T(test_first_use),
		T(test_owner_only),
		T(test_interrupts),
		T(test_entries),
		T(test_entry_unconfirmed),
		T(test_fault),
		T(test_fault_alias),
		T(test_policies),
		T(test_power_stop),
		T(test_storm),
		T(test_storm_set),
		T(test_stray),
		T(test_lost),
		T(test_interrupt_fault),
		T(test_mappings),
		T(test_kernel),
		T(test_kernel_refused),
		T(test_kernel_start),
		T(test_kernel_power),
		T(test_kernel_maps),
		T(test_kernel_bounce),
		T(test_kernel_unconfirmed),
		T(test_kernel_unannounced),
		T(test_kernel_fault),
		T(test_kernel_ats),
		T(test_kernel_ats_silent),
		T(test_ats_refused),
		T(test_domains),
		T(test_check),
		T(test_check_interrupt),
		T(test_check_tables),
		T(test_check_guest),
		T(test_kernel_direct),
		T(test_kernel_rmrr),
		T(test_kernel_rmrrs),
		T(test_kernel_boot),
		T(test_boot_power),
		T(test_relax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
