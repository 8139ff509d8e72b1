/* SRC: dev/vtd/scope.c dev/vtd/dmar.c dev/vtd/dmarcheck.c dev/vtd/finding.c */
/* Which unit owns a device, and which RMRR names it (VT-d 8.3.1, 8.4). */
#include "tests/host/host.h"

#include <stdlib.h>
#include <string.h>

#include "dev/vtd/os.h"
#include "dev/vtd/scope.h"

/*
 * Buses:  0: root port 0:1c.0 -> 1 .. 3, root port 0:1d.0 -> 4, unset bridge 0:1e.0
 *         1: switch up 1:0.0 -> 2 .. 3;   2: switch down 2:1.0 -> 3
 */
static uint8_t
config(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off)
{
	static const struct {
		uint8_t bus, devfn, sec, sub;
	} b[] = {
		{ 0, 0xe0, 1, 3 },
		{ 0, 0xe8, 4, 4 },
		{ 0, 0xf0, 0, 0 },
		{ 1, 0x00, 2, 3 },
		{ 2, 0x08, 3, 3 },
	};

	for (unsigned i = 0; i < sizeof b / sizeof b[0]; i++)
		if (segment == 0 && b[i].bus == bus && b[i].devfn == devfn)
			return off == 0x0e    ? 0x81
				: off == 0x19 ? b[i].sec
				: off == 0x1a ? b[i].sub
					      : 0;
	return off == 0x0e && segment == 0 && bus == 0 ? 0 : 0xff;
}

/* ---- tables by hand ---- */

static DmarEntry entry[8];
static DmarScope scope[16];
static Dmar d;

static void
clear(void)
{
	memset(entry, 0, sizeof entry);
	memset(scope, 0, sizeof scope);
	d = (Dmar){ .entry = entry, .scope = scope };
}

static void
structure(uint16_t type, uint16_t segment, uint8_t flags)
{
	entry[d.nentry++] = (DmarEntry){ .type = type,
		.segment = segment,
		.flags = flags,
		.ok = true,
		.scope = d.nscope };
}

static void
named(uint8_t type, uint8_t bus, uint8_t npath, const uint8_t *path)
{
	scope[d.nscope++] = (DmarScope){
		.type = type, .bus = bus, .npath = npath, .path = path, .ok = true
	};
	entry[d.nentry - 1].nscope++;
}

#define NAMED(type, bus, ...)                                                            \
	named(type, bus, sizeof((const uint8_t[]){ __VA_ARGS__ }) / 2,                   \
		(static_path){ __VA_ARGS__ })
typedef const uint8_t static_path[8];

static VtdPath
on_root(bdf_t b)
{
	return (VtdPath){ .bdf = b };
}

/* 3:0.0, below root port, switch up, switch down. */
static VtdPath
deep(void)
{
	return (VtdPath){ .bdf = 0x0300,
		.nbridge = 3,
		.bridge = { { 0x00e0, 1, 3 }, { 0x0100, 2, 3 }, { 0x0208, 3, 3 } } };
}

static int32_t
unit(VtdPath p)
{
	return scope_unit(&d, &p, config);
}

static void
test_rules(void **state)
{
	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 1); /* 0: all, listed first */
	structure(DMAR_DRHD, 0, 0); /* 1: 0:2.0 */
	NAMED(SCOPE_ENDPOINT, 0, 2, 0);
	structure(DMAR_DRHD, 0, 0); /* 2: below 0:1c.0 */
	NAMED(SCOPE_BRIDGE, 0, 0x1c, 0);
	structure(DMAR_DRHD, 1, 0); /* 3: segment 1 */
	NAMED(SCOPE_ENDPOINT, 0, 2, 0);
	assert_int_equal(unit(on_root(0x10)), 1);
	assert_int_equal(unit(on_root(0x11)), 0); /* 0:2.1 is another function */
	assert_int_equal(unit(on_root(0x18)), 0);
	assert_int_equal(unit(on_root(0xe0)), 2); /* the bridge itself */
	assert_int_equal(unit(deep()), 2);
	assert_int_equal(unit(on_root(0x10000 | 0x10)), 3);
	assert_int_equal(unit(on_root(0x10000 | 0x18)), -1);
	assert_int_equal(unit(on_root(0x20000)), -1);
	entry[0].ok = false;
	assert_int_equal(unit(on_root(0x18)), -1); /* no INCLUDE_ALL: nobody's */
	entry[1].ok = false;
	assert_int_equal(unit(on_root(0x10)), -1);
}

static void
test_nearest(void **state)
{
	VtdPath p = deep();

	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 0); /* 0: the root port's sub-hierarchy */
	NAMED(SCOPE_BRIDGE, 0, 0x1c, 0);
	structure(DMAR_DRHD, 0, 0); /* 1: the switch's */
	NAMED(SCOPE_BRIDGE, 1, 0, 0);
	structure(DMAR_DRHD, 0, 1); /* 2: all */
	assert_int_equal(unit(p), 1);
	structure(DMAR_DRHD, 0, 0); /* 3: the device by a path of four */
	NAMED(SCOPE_ENDPOINT, 0, 0x1c, 0, 0, 0, 1, 0, 0, 0);
	assert_int_equal(unit(p), 3);
	entry[3].ok = false;
	p.nbridge = 0; /* bridges not told: bus numbers still say it */
	assert_int_not_equal(unit(p), 2);
	p.bdf = 0x0400;
	assert_int_equal(unit(p), 2); /* bus 4 is not below 0:1c.0 */
	p.bdf = 0x0001;
	assert_int_equal(unit(p), 2);
}

static void
test_path(void **state)
{
	static const uint8_t path[8] = { 0x1c, 0, 0, 0, 1, 0, 5, 3 };
	DmarScope s = { .type = 1, .npath = 1, .path = path, .ok = true };
	uint16_t rid = 0;

	(void)state;
	assert_true(scope_target(&s, 0, config, &rid));
	assert_int_equal(rid, 0x00e0);
	s.npath = 2;
	assert_true(scope_target(&s, 0, config, &rid));
	assert_int_equal(rid, 0x0100);
	s.npath = 4;
	assert_true(scope_target(&s, 0, config, &rid));
	assert_int_equal(rid, 0x032b);
	assert_false(scope_target(&s, 1, config, &rid)); /* nothing answers there */
	s.bus = 4;
	assert_false(scope_target(&s, 0, config, &rid));
	static const uint8_t unset[4] = { 0x1e, 0, 1, 0 }, flat[4] = { 2, 0, 1, 0 };
	s = (DmarScope){ .type = 1, .npath = 2, .path = unset, .ok = true };
	assert_false(scope_target(&s, 0, config, &rid)); /* secondary 0 */
	s.path = flat;
	assert_false(scope_target(&s, 0, config, &rid)); /* not a bridge */
}

static void
test_other_scopes(void **state)
{
	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 0);
	NAMED(SCOPE_IOAPIC, 0, 2, 0); /* an IOAPIC's pseudo-function is not a device */
	NAMED(SCOPE_HPET, 0, 3, 0);
	NAMED(SCOPE_ACPI, 0, 4, 0);
	assert_int_equal(unit(on_root(0x10)), -1);
	assert_int_equal(unit(on_root(0x18)), -1);
	assert_int_equal(unit(on_root(0x20)), -1);
	NAMED(SCOPE_ENDPOINT, 0, 2, 0);
	assert_int_equal(unit(on_root(0x10)), 0);
	scope[3].ok = false;
	assert_int_equal(unit(on_root(0x10)), -1);
}

static void
test_rmrr(void **state)
{
	VtdPath p = on_root(0xa0), q = deep();

	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 1);
	structure(DMAR_RMRR, 0, 0); /* names nobody: INCLUDE_ALL has no meaning here */
	entry[1].flags = 1;
	structure(DMAR_RMRR, 0, 0);
	NAMED(SCOPE_ENDPOINT, 0, 0x14, 0);
	structure(DMAR_RMRR, 0, 0);
	NAMED(SCOPE_BRIDGE, 0, 0x1c, 0);
	structure(DMAR_RMRR, 0, 0); /* another one of the first device */
	NAMED(SCOPE_ENDPOINT, 0, 0x14, 0);
	assert_int_equal(scope_rmrr(&d, 0, &p, config), 2);
	assert_int_equal(scope_rmrr(&d, 3, &p, config), 4);
	assert_int_equal(scope_rmrr(&d, 5, &p, config), -1);
	assert_int_equal(scope_rmrr(&d, 0, &q, config), 3);
	assert_int_equal(scope_rmrr(&d, 4, &q, config), -1);
	p.bdf = 0x10;
	assert_int_equal(scope_rmrr(&d, 0, &p, config), -1);
	p.bdf = 0x100a0;
	assert_int_equal(scope_rmrr(&d, 0, &p, config), -1);
}

/* ATS: by the root port, named or all; by the device itself in an SATC; in its
 * segment. */
static void
test_ats(void **state)
{
	VtdPath p = on_root(0xa0), q = deep();

	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 1);
	assert_int_equal(scope_ats(&d, &q, config), -1);
	structure(DMAR_ATSR, 0, 0);
	NAMED(SCOPE_BRIDGE, 0, 0x1d, 0); /* another port */
	assert_int_equal(scope_ats(&d, &q, config), -1);
	structure(DMAR_ATSR, 0, 0);
	NAMED(SCOPE_BRIDGE, 0, 0x1c, 0);
	assert_int_equal(scope_ats(&d, &q, config), 2);
	assert_int_equal(scope_ats(&d, &p, config), -1); /* on the root bus: no port */
	structure(DMAR_SATC, 0, 0);
	NAMED(SCOPE_ENDPOINT, 0, 0x14, 0);
	assert_int_equal(scope_ats(&d, &p, config), 3);
	p.bdf = 0x10;
	assert_int_equal(scope_ats(&d, &p, config), -1);
	entry[2].ok = false;
	assert_int_equal(scope_ats(&d, &q, config), -1);
	entry[1].flags = 1; /* ALL_PORTS */
	assert_int_equal(scope_ats(&d, &q, config), 1);
	assert_int_equal(scope_ats(&d, &p, config), -1);
	entry[1].segment = 1;
	assert_int_equal(scope_ats(&d, &q, config), -1);
}

static void
test_ioapic(void **state)
{
	uint16_t sid = 0;

	(void)state;
	clear();
	structure(DMAR_DRHD, 0, 0);
	NAMED(SCOPE_ENDPOINT, 0, 2, 0);
	structure(DMAR_RMRR, 0, 0); /* a scope means something in a DRHD only */
	NAMED(SCOPE_IOAPIC, 0xf0, 0x1f, 7);
	structure(DMAR_DRHD, 0, 1);
	NAMED(SCOPE_HPET, 0, 0xf, 0);
	NAMED(SCOPE_IOAPIC, 0xff, 0, 0);       /* QEMU's */
	NAMED(SCOPE_IOAPIC, 0, 0x1c, 0, 0, 0); /* below a root port */
	scope[1].id = scope[3].id = 2;
	scope[4].id = 3;
	assert_int_equal(scope_ioapic(&d, 2, config, &sid), 2);
	assert_int_equal(sid, 0xff00);
	assert_int_equal(scope_ioapic(&d, 3, config, &sid), 2);
	assert_int_equal(sid, 0x0100);
	/* not the HPET's number */
	assert_int_equal(scope_ioapic(&d, 0, config, &sid), -1);
	scope[3].ok = false;
	assert_int_equal(scope_ioapic(&d, 2, config, &sid), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_other_scopes),
		cmocka_unit_test(test_rmrr),
		cmocka_unit_test(test_ats),
		cmocka_unit_test(test_ioapic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
