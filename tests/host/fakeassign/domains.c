/*
 * Domains without tables. A domain knows what it was made from and how many sources it
 * is attached for. It writes each call into `trace`, and checks what must hold between
 * calls: a domain is freed only after its last source was detached, and a domain of a
 * driver is only touched with the driver's lock held.
 */
#include "tests/host/fakeassign/fakeassign.h"

struct Domain {
	char name[24]; /* in the trace: whose, and of which kind */
	uint nsid;
	DomainKind kind;
};
static Domain *live[8];
uint live_domains;
int attach_err, attach_good, detach_err, flush_err, added_err;
int map_err, map_good, unmap_err, sync_err;
iova_t taken;
bool readable;
VtdTlb tlb;
VtdCheck core_domain;
const char *core_misses;
DomainEntry held;

/* A domain of an address space, or of none, with the name it has in the trace. */
static int __attribute__((format(printf, 3, 4)))
new_domain(DomainKind kind, Domain **out, const char *fmt, ...)
{
	va_list ap;

	*out = kalloc(sizeof **out);
	if (*out == NULL)
		return -ENOMEM;
	(*out)->kind = kind;
	va_start(ap, fmt);
	vsnprintf((*out)->name, sizeof(*out)->name, fmt, ap);
	va_end(ap);
	live[live_domains++] = *out;
	return 0;
}

static const char *
ro(uint32_t rights)
{
	return rights == (DOMAIN_R | DOMAIN_W) ? "" : rights == DOMAIN_R ? " ro" : " ?";
}

static const char *
rwx(uint32_t rights)
{
	static const char *const text[] = { "-", "r", "w", "rw" };

	return rights < nelem(text) ? text[rights] : "?";
}

int
domain_new_shared(paddr_t pdpt, uint32_t rights, Domain **out)
{
	return new_domain(DOMAIN_SHARED, out, "%s shared%s", aspace_name(pdpt),
		ro(rights));
}

int
domain_new_private(paddr_t pdpt, uint32_t rights, Domain **out)
{
	return new_domain(DOMAIN_PRIVATE, out, "%s private%s", aspace_name(pdpt),
		ro(rights));
}

int
domain_new_mapped(uint32_t quota, Domain **out)
{
	assert_int_not_equal(quota, 0);
	return new_domain(DOMAIN_MAPPED, out, "mapped");
}

int
domain_new_identity(uint32_t quota, Domain **out)
{
	(void)quota;
	return new_domain(DOMAIN_IDENTITY, out, "identity");
}

int
domain_new_passthrough(Domain **out)
{
	return new_domain(DOMAIN_PASSTHROUGH, out, "pass-through");
}

DomainKind
domain_kind(const Domain *d)
{
	return d->kind;
}

int
domain_identity(Domain *d, paddr_t pa, uint64_t len, uint32_t rights)
{
	(void)d;
	say("identity(" RANGE " %s) ", RANGE_ARGS(pa, len), rwx(rights));
	return map_err;
}

/* The maps of a driver and whoever looks at its domain take turns, by its lock. */
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
	say("map(" RANGE " %s:", RANGE_ARGS(iova, len), rwx(rights));
	for (uint64_t n, off = 0; off < len; off += n) {
		n = run(arg, off, len - off, &pa);
		say(" " RANGE, RANGE_ARGS(pa, n));
	}
	say(") ");
	return 0;
}

int
domain_unmap(Domain *d, iova_t iova, uint64_t len)
{
	in_turn(d);
	say("unmap(" RANGE ") ", RANGE_ARGS(iova, len));
	return unmap_err;
}

int
domain_unmap_later(Domain *d, iova_t iova, uint64_t len)
{
	(void)d;
	say("unmap-later(" RANGE ") ", RANGE_ARGS(iova, len));
	return unmap_err;
}

int
domain_sync(Domain *d)
{
	(void)d;
	say("sync ");
	return sync_err;
}

int
domain_unmap_all(Domain *d)
{
	(void)d;
	say("unmap-all ");
	return sync_err;
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
	say("map(" RANGE " %s) ", RANGE_ARGS(iova, len), rwx(rights));
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
	*o = (DomainInfo){ .kind = d->kind == DOMAIN_MAPPED ? DOMAIN_MAPPED
							    : DOMAIN_SHARED,
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

uint32_t
domain_rights(const Domain *d, uint32_t rights)
{
	(void)d;
	return readable ? rights | DOMAIN_R : rights;
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
	say("domain-free(%s) ", d->name);
	kfree(d);
}

void
given_up(const char *name)
{
	uint i = 0;

	while (strcmp(live[i]->name, name) != 0)
		i++;
	kfree(live[i]);
	live[i] = live[--live_domains];
}

static void
say_sources(const char *what, const Domain *d, const uint16_t *sid, uint32_t n)
{
	say("%s(%s:", what, d->name);
	for (uint32_t i = 0; i < n; i++)
		say(" " AT, AT_ARGS(sid[i]));
	say(") ");
}

int
domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t n)
{
	(void)u;
	if (attach_err != 0 && attach_good == 0)
		return attach_err;
	attach_good -= attach_good > 0;
	say_sources("attach", d, sid, n);
	d->nsid += n;
	return 0;
}

int
domain_attach_tlb(Domain *d, Unit *u, const VtdTlb *t)
{
	(void)u;
	if (attach_err != 0)
		return attach_err;
	say("attach-tlb(%s: " AT " depth %u) ", d->name, AT_ARGS(t->sid), t->depth);
	tlb = *t;
	d->nsid++;
	return 0;
}

int
domain_tlb_off(Domain *d)
{
	say("tlb-off(%s) ", d->name);
	return tlb_err;
}

int
domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t n)
{
	(void)u;
	say_sources("detach", d, sid, n);
	d->nsid -= n;
	return detach_err;
}

int
domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables)
{
	say("flush(%s: " RANGE "%s) ", d->name, RANGE_ARGS(iova, len),
		tables ? " tables" : "");
	return flush_err;
}

int
domain_added(Domain *d, iova_t iova, uint64_t len)
{
	say("added(%s: " RANGE ") ", d->name, RANGE_ARGS(iova, len));
	return added_err;
}

void
domain_check(const Domain *d, VtdCheck *o)
{
	in_turn(d);
	*o = core_domain;
}

const char *
domain_misses(const Domain *d, Unit *u, uint16_t sid)
{
	(void)d;
	return u == &the_unit && sid == fn[EDU].sid[0] ? core_misses : NULL;
}

void
domain_visit(const Domain *d, bool (*visit)(void *arg, const DomainEntry *e), void *arg)
{
	in_turn(d);
	held.size = 1ull << (9 * held.level + 3);
	if (held.value != 0)
		visit(arg, &held);
}
