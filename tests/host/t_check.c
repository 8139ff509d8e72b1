/* SRC: dev/vtd tests/host/fakehw */
/*
 * Books against tables: what works is found in order, and each thing that can be wrong,
 * made so by hand, is reported under its number and nothing else is.
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/vtd/irt.h"
#include "dev/vtd/os.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"
#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/space.h"

#define M2    (2ull << 20)
#define MEM   (1ull << 32)
#define SLLPS (3ull << 34)

static FakeUnit *fake;
static Unit *u;
static Domain *d;
static Space s;
static uint16_t sid = 0x18;
static uint32_t irq;

static uint64_t mode; /* capabilities of scalable mode; 0: legacy mode */

static void
machine(void)
{
	FakeConf c = { .base = 0xfed90000,
		.ver = FAKE_VER,
		.cap = FAKE_CAP48 | SLLPS,
		.ecap = FAKE_ECAP_IR | mode };

	vtd_options.scalable = mode != 0;
	fake_foreign(MEM, 1ull << 30);
	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	vtd_remap(false);
	CHECK(domain_new_mapped(100, &d) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_map(d, 0x5000, MEM, 4096, DOMAIN_R) == 0);
	CHECK(domain_map(d, M2, MEM + M2, M2, DOMAIN_R | DOMAIN_W) == 0);
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = sid, .vector = 0x41 }, &irq) == 0);
}

static void
in_order(void)
{
	VtdCheck c;
	uint32_t from = 0;

	machine();
	unit_check(u, &c);
	CHECK(c.nbad == 0 && c.contexts == 1 && c.irqs == 1);
	domain_check(d, &c);
	CHECK(c.nbad == 0 && c.tables == 4);
	CHECK(domain_misses(d, u, sid) == 0);
	CHECK(unit_next_source(u, &from) && from == sid);
	from++;
	CHECK(!unit_next_source(u, &from));
	CHECK(unit_power(u, false) == 0);
	unit_check(u, &c);
	CHECK(c.nbad == 0);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(unit_irq_remove(u, irq) == 0);
	unit_check(u, &c);
	CHECK(c.nbad == 0 && c.contexts == 0 && c.irqs == 0);
}

/* One complaint, of this number and with these words in it. */
static bool
only(const VtdCheck *c, uint32_t invariant, const char *words)
{
	if (c->nbad != 1 || c->bad[0].invariant != invariant ||
		!strstr(c->bad[0].what, words))
		printf("%u complaints, first I%u %s\n", c->nbad, c->bad[0].invariant,
			c->nbad ? c->bad[0].what : "none");
	fflush(stdout);
	return c->nbad == 1 && c->bad[0].invariant == invariant &&
		strstr(c->bad[0].what, words);
}

static bool
unit_says(uint32_t invariant, const char *words)
{
	VtdCheck c;

	unit_check(u, &c);
	return only(&c, invariant, words);
}

static bool
domain_says(uint32_t invariant, const char *words)
{
	VtdCheck c;

	domain_check(d, &c);
	return only(&c, invariant, words);
}

static Ent *
context(uint16_t source)
{
	return (Ent *)os_ptr(EGET(u->root[source >> 8], ROOT_CTP) << 12) +
		(source & 0xff);
}

static bool
misses(uint16_t source, const char *words)
{
	const char *what = domain_misses(d, u, source);

	return what && strstr(what, words);
}

/* Scalable mode: what counts is behind the context entry. */
static void
pasids(void)
{
	Domain *other;
	uint16_t two = 0x80;

	machine();
	CHECK(domain_new_mapped(100, &other) == 0);
	CHECK(domain_attach(other, u, &two, 1) == 0);
	CHECK(misses(two, "another directory"));
	CHECK(misses(0x28, "no context"));
	DomainUnit *use = &d->use[u->index];
	uint64_t *dir = os_ptr(use->dir), *p = os_ptr(use->pasid);
	Ent *c = table_slot_locked(u, sid);
	uint64_t good[3] = { p[0], p[1], p[2] }, id = p[1] & 0xffff;
	p[1] = good[1] - id + domain_id(other, u);
	CHECK(misses(sid, "another id"));
	p[1] = good[1] - id + 999;
	CHECK(unit_says(3, "id that nobody has"));
	p[1] = good[1] ^ 1 << 23;
	CHECK(misses(sid, "another kind"));
	p[1] = good[1];
	p[0] ^= 1 << 2;
	CHECK(misses(sid, "another kind"));
	p[0] = good[0];
	p[2] ^= 4096;
	CHECK(misses(sid, "another kind"));
	p[2] = good[2];
	p[0] |= 2;
	CHECK(unit_says(2, "PASID entry hides faults"));
	p[0] = good[0] & ~1ull;
	CHECK(unit_says(2, "leads to no PASID entry"));
	p[0] = good[0];
	dir[0] |= 2;
	CHECK(unit_says(2, "leads to no PASID entry"));
	dir[0] &= ~2ull;
	c[0].lo |= 2;
	CHECK(unit_says(2, "context entry hides faults"));
	c[0].lo &= ~2ull;
	c[1].hi = 1;
	CHECK(unit_says(2, "more than a directory"));
	c[1].hi = 0;
	c[2].hi = 1; /* the next function's, which is not present */
	CHECK(unit_says(2, "not present is not 0"));
	c[2].hi = 0;
	u->root[9].hi = 0x1000;
	CHECK(unit_says(2, "root entry that is not present"));
	u->root[9].hi = 3;
	CHECK(unit_says(2, "leads nowhere"));
	u->root[9].hi = 0;
	CHECK(domain_misses(d, u, sid) == 0);
	fake_forgive();
}

static void
contexts(void)
{
	Domain *other;
	uint16_t two = 0x20;

	machine();
	CHECK(domain_new_mapped(100, &other) == 0);
	CHECK(domain_attach(other, u, &two, 1) == 0);
	CHECK(domain_misses(d, u, two) && strstr(domain_misses(d, u, two), "another id"));
	CHECK(strstr(domain_misses(d, u, 0x28), "no context"));
	Ent good = *context(sid);
	*context(sid) = (Ent){ good.lo + 4096, good.hi };
	CHECK(strstr(domain_misses(d, u, sid), "another table"));
	*context(sid) = (Ent){ good.lo | 8, good.hi };
	CHECK(strstr(domain_misses(d, u, sid), "another kind"));
	*context(sid) = (Ent){ good.lo, good.hi - 1 };
	CHECK(strstr(domain_misses(d, u, sid), "another kind"));
	*context(sid) = (Ent){ good.lo | 2, good.hi };
	CHECK(unit_says(2, "hides faults"));
	*context(sid) = (Ent){ good.lo, good.hi & 7 };
	CHECK(unit_says(3, "id that nobody has"));
	*context(sid) = (Ent){ good.lo, (good.hi & 7) | 999 << 8 };
	CHECK(unit_says(3, "id that nobody has"));
	*context(sid) = good;
	context(0x30)->hi = 0x100;
	CHECK(unit_says(2, "not present is not 0"));
	*context(0x30) = good;
	CHECK(unit_says(1, "not as many as counted"));
	*context(0x30) = (Ent){ 0, 0 };
	u->root[9].lo = 0x1000;
	CHECK(unit_says(2, "root entry that is not present"));
	u->root[9].lo = 0xdead001;
	CHECK(unit_says(2, "leads nowhere"));
	u->root[9].lo = 0;
	VtdCheck c;
	unit_check(u, &c);
	CHECK(c.nbad == 0);
	fake_forgive();
}

static void
registers(void)
{
	machine();
	fake_status(fake, 0x10);
	CHECK(unit_says(7, "an error"));
	fake_status(fake, 0);
	mmio_write32(u->regs, FSTS_REG, 0x70);
	mmio_write64(u->regs, RTADDR_REG, u->root_pa + 0x1000);
	CHECK(unit_says(7, "another root table"));
	mmio_write64(u->regs, RTADDR_REG, u->root_pa);
	u->state = UNIT_OFF;
	CHECK(unit_says(7, "translation is not"));
	u->state = UNIT_ON;
	u->qi_tail++;
	CHECK(unit_says(7, "tail is not"));
	u->qi_tail--;
	u->queue_pa += 4096;
	CHECK(unit_says(7, "another queue"));
	u->queue_pa -= 4096;
	Ent *irt = u->irt;
	u->irt = NULL;
	u->nirq = 0;
	CHECK(unit_says(7, "interrupt remapping is not"));
	u->irt = irt;
	u->nirq = 1;
	VtdCheck c;
	unit_check(u, &c);
	CHECK(c.nbad == 0);
	fake_forgive();
}

static void
interrupts(void)
{
	machine();
	Ent good = u->irt[irq];
	u->irt[irq].hi &= 0xffff; /* SVT 0 */
	CHECK(unit_says(13, "any source"));
	u->irt[irq] = good;
	u->irt[irq].hi |= 1 << 16;
	CHECK(unit_says(13, "any source"));
	u->irt[irq] = good;
	u->irt[irq].lo |= 2;
	CHECK(unit_says(2, "hides faults"));
	u->irt[irq] = good;
	u->irt[irq + 1].lo = 0x410000;
	CHECK(unit_says(2, "not present is not 0"));
	u->irt[irq + 1] = good;
	CHECK(unit_says(13, "not as many as counted"));
	u->irt[irq + 1] = (Ent){ 0, 0 };
	VtdCheck c;
	unit_check(u, &c);
	CHECK(c.nbad == 0);
	fake_forgive();
}

static void
tables(void)
{
	machine();
	d->tables.pages++;
	CHECK(domain_says(5, "tables are not as many"));
	d->tables.pages--;
	d->tables.nbig++;
	CHECK(domain_says(5, "large pages are not"));
	d->tables.nbig--;
	++*os_page_word(d->tables.root);
	CHECK(domain_says(5, "entries of a table"));
	--*os_page_word(d->tables.root);
	uint64_t *root = os_ptr(d->tables.root);
	root[7] = root[0]; /* in twice: noted, so that only the count is wrong */
	++*os_page_word(d->tables.root);
	CHECK(domain_says(5, "tables are not as many"));
	root[7] = d->tables.root | 3; /* a cycle ends */
	CHECK(domain_says(5, "tables are not as many"));
	root[7] = 0;
	--*os_page_word(d->tables.root);
	d->use[0].did += 5;
	CHECK(domain_says(3, "id is not in use"));
	d->use[0].did -= 5;
	d->use[0].lost = true;
	CHECK(domain_says(11, "was not confirmed"));
	d->use[0].lost = false;
	CHECK(domain_unmap_later(d, 0x5000, 4096) == 0);
	CHECK(domain_says(11, "changed and not"));
	CHECK(domain_sync(d) == 0);
	VtdCheck c;
	domain_check(d, &c);
	CHECK(c.nbad == 0);
	fake_forgive();
}

/* ---- visiting ---- */

static DomainEntry seen[16];
static unsigned nseen, descend = 9;

static bool
note(void *arg, const DomainEntry *e)
{
	CHECK(arg == &nseen && nseen < 16);
	seen[nseen++] = *e;
	return nseen < descend;
}

static void
visits(void)
{
	machine();
	domain_visit(d, note, &nseen);
	CHECK(nseen == 5);
	CHECK(seen[0].level == 4 && seen[0].iova == 0 && !seen[0].page &&
		seen[0].at == d->top);
	CHECK(seen[1].level == 3 && seen[0].to == seen[1].at);
	CHECK(seen[2].level == 2 && !seen[2].page);
	CHECK(seen[3].level == 1 && seen[3].iova == 0x5000 && seen[3].page &&
		seen[3].to == MEM);
	CHECK(seen[4].level == 2 && seen[4].iova == M2 && seen[4].page &&
		seen[4].to == MEM + M2);
	nseen = 0;
	descend = 2;
	domain_visit(d, note, &nseen);
	CHECK(nseen == 2); /* not below what was refused */
}

/* A process's tables below a page of ours, on a unit with a level more. */
static void
shared(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};
	VtdCheck o;

	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	space_new(&s);
	space_map(&s, 0x400000, os_page_alloc(), SPACE_R, 4096);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_misses(d, u, sid) == 0);
	domain_check(d, &o);
	CHECK(o.nbad == 0 && o.tables == 0);
	domain_visit(d, note, &nseen);
	CHECK(nseen == 3 && seen[2].iova == 0x400000 && seen[2].page);
}

#define CASE(name)                                                                       \
	static void test_##name(void **state)                                            \
	{                                                                                \
		(void)state;                                                             \
		assert_int_equal(fake_child(name), 0);                                   \
	}
CASE(in_order);
CASE(contexts);
CASE(registers);
CASE(interrupts);
CASE(tables);
CASE(visits);
CASE(shared);

static void
test_scalable(void **state)
{
	static const uint64_t modes[] = { ECAP_SECOND, ECAP_FIRST | ECAP_BIT_SMPWC };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		mode = modes[i];
		assert_int_equal(fake_child(in_order), 0);
		assert_int_equal(fake_child(pasids), 0);
		assert_int_equal(fake_child(tables), 0);
	}
	mode = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_visits),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_scalable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
