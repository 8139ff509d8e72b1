/* SRC: dev/vtd/inv.c */
/*
 * The invalidation rules as a table (VT-d 6.5; dev/vtd/inv.c has it), the choice of
 * granularity, and the encodings of section 6 for both interfaces.
 */
#include "tests/host/host.h"

#include <stdio.h>

#include "dev/vtd/inv.h"

static const Limits plain = {
	.psi = true, .mamv = 18, .drain_read = true, .drain_write = true
};

/* A plan as text: W, C* or Cdid:sid, |, I*, Idid, Ppage+am or p (with the hint); S for
 * the PASID cache. */
static const char *
plan(const Limits *l, Change c)
{
	static char s[512];
	InvOp op[INV_MAXOP];
	uint32_t n = inv_plan(l, &c, op);
	char *p = s;

	assert_true(n <= INV_MAXOP);
	*p = 0;
	for (uint32_t i = 0; i < n; i++)
		switch (op[i].kind) {
		case INV_WBF:
			p += sprintf(p, "W ");
			break;
		case INV_CONTEXT_GLOBAL:
			p += sprintf(p, "C* ");
			break;
		case INV_CONTEXT_DEVICE:
			p += sprintf(p, "C%u:%x ", op[i].did, op[i].sid);
			break;
		case INV_FENCE:
			p += sprintf(p, "| ");
			break;
		case INV_IOTLB_GLOBAL:
			p += sprintf(p, "I* ");
			break;
		case INV_IOTLB_DOMAIN:
			p += sprintf(p, "I%u ", op[i].did);
			break;
		case INV_IOTLB_PAGE:
			p += sprintf(p, "%c%llx+%u ", op[i].ih ? 'p' : 'P',
				(unsigned long long)op[i].addr >> 12, op[i].am);
			break;
		case INV_IEC_GLOBAL:
			p += sprintf(p, "E* ");
			break;
		case INV_IEC_INDEX:
			p += sprintf(p, "E%u ", op[i].index);
			break;
		case INV_DEVICE:
			assert_true(false); /* not of a unit */
			break;
		case INV_PASID_GLOBAL:
			p += sprintf(p, "S* ");
			break;
		case INV_PASID_DOMAIN:
			p += sprintf(p, "S%u ", op[i].did);
			break;
		}
	return s;
}

static void
test_rules(void **state)
{
	static const uint16_t sid[2] = { 0x18, 0xfa };
	Limits l = plain, cm = plain, wb = plain;
	Change root = { .kind = CHANGE_ROOT }, bus = { .kind = CHANGE_BUS_ADDED };
	Change add = { .kind = CHANGE_CONTEXT_ADDED, .did = 42, .sid = sid, .nsid = 2 };
	Change del = { .kind = CHANGE_CONTEXT_REMOVED, .did = 42, .sid = sid, .nsid = 2 };
	Change padd = {
		.kind = CHANGE_PAGES_ADDED, .did = 42, .iova = 0x123000, .len = 4096
	};
	Change pdel = {
		.kind = CHANGE_PAGES_REMOVED, .did = 42, .iova = 0x123000, .len = 4096
	};
	Change tdel = {
		.kind = CHANGE_TABLES_REMOVED, .did = 42, .iova = 0x123000, .len = 4096
	};
	Change irt = { .kind = CHANGE_IRT }, irte = { .kind = CHANGE_IRTE, .index = 7 };

	(void)state;
	cm.cm = true;
	wb.rwbf = true;
	assert_string_equal(plan(&l, irt), "E* "); /* whatever the unit is like */
	assert_string_equal(plan(&l, irte), "E7 ");
	assert_string_equal(plan(&cm, irte), "E7 ");
	assert_string_equal(plan(&wb, irte), "E7 ");
	assert_string_equal(plan(&l, root), "C* | I* ");
	assert_string_equal(plan(&l, bus), "");
	assert_string_equal(plan(&l, add), "");
	assert_string_equal(plan(&l, del), "C42:18 C42:fa | I42 ");
	assert_string_equal(plan(&l, padd), "");
	assert_string_equal(plan(&l, pdel), "p123+0 ");
	assert_string_equal(plan(&l, tdel), "P123+0 ");

	assert_string_equal(plan(&cm, root), "C* | I* ");
	assert_string_equal(plan(&cm, bus), "C* | I* ");
	/* id 0 tags what was absent */
	assert_string_equal(plan(&cm, add), "C0:18 C0:fa | I42 ");
	assert_string_equal(plan(&cm, del), "C42:18 C42:fa | I42 ");
	assert_string_equal(plan(&cm, padd), "P123+0 ");
	assert_string_equal(plan(&cm, pdel), "p123+0 ");
	assert_string_equal(plan(&cm, tdel), "P123+0 ");

	assert_string_equal(plan(&wb, root), "C* | I* ");
	assert_string_equal(plan(&wb, bus), "W ");
	assert_string_equal(plan(&wb, add), "W ");
	assert_string_equal(plan(&wb, del), "C42:18 C42:fa | I42 ");
	assert_string_equal(plan(&wb, padd), "W ");
	assert_string_equal(plan(&wb, pdel), "p123+0 ");
	cm.rwbf = true; /* invalidations flush the buffer themselves */
	assert_string_equal(plan(&cm, padd), "P123+0 ");
	assert_string_equal(plan(&cm, add), "C0:18 C0:fa | I42 ");
}

static void
test_many(void **state)
{
	uint16_t sid[64] = { 0 };
	Change del = { .kind = CHANGE_CONTEXT_REMOVED, .did = 7, .sid = sid, .nsid = 17 };
	InvOp op[INV_MAXOP];

	(void)state;
	assert_string_equal(plan(&plain, del), "C* | I7 ");
	del.nsid = 16;
	assert_int_equal(inv_plan(&plain, &del, op), 18);
}

/* Scalable mode: the PASID cache between the two, the rest as it is. */
static void
test_scalable(void **state)
{
	static const uint16_t sid[2] = { 0x18, 0xfa };
	Limits l = plain, cm, wb, first;
	Change root = { .kind = CHANGE_ROOT }, bus = { .kind = CHANGE_BUS_ADDED };
	Change add = { .kind = CHANGE_CONTEXT_ADDED, .did = 42, .sid = sid, .nsid = 2 };
	Change del = { .kind = CHANGE_CONTEXT_REMOVED, .did = 42, .sid = sid, .nsid = 2 };
	Change padd = {
		.kind = CHANGE_PAGES_ADDED, .did = 42, .iova = 0x123000, .len = 4096
	};
	Change pdel = {
		.kind = CHANGE_PAGES_REMOVED, .did = 42, .iova = 0x123000, .len = 4096
	};
	Change tdel = {
		.kind = CHANGE_TABLES_REMOVED, .did = 42, .iova = 0x123000, .len = 4096
	};
	uint16_t many[64] = { 0 };
	InvOp op[INV_MAXOP];

	(void)state;
	l.mode = VTD_SECOND;
	cm = wb = l;
	cm.cm = true;
	wb.rwbf = true;
	assert_string_equal(plan(&l, root), "C* | S* | I* ");
	assert_string_equal(plan(&l, bus), "");
	assert_string_equal(plan(&l, add), "");
	assert_string_equal(plan(&l, del), "C42:18 C42:fa | S42 | I42 ");
	assert_string_equal(plan(&l, pdel), "p123+0 ");
	assert_string_equal(plan(&l, tdel), "P123+0 ");
	assert_string_equal(plan(&cm, bus), "C* | S* | I* ");
	assert_string_equal(plan(&cm, add), "C0:18 C0:fa | S42 | I42 ");
	assert_string_equal(plan(&cm, padd), "P123+0 ");
	assert_string_equal(plan(&wb, add), "W ");
	assert_string_equal(plan(&wb, bus), "W ");
	add.sid = many;
	add.nsid = INV_MAXSID;
	assert_int_equal(inv_plan(&cm, &add, op), INV_MAXOP);

	first = l;
	first.mode = VTD_FIRST;
	assert_string_equal(plan(&first, root), "C* | S* | I* ");
	assert_string_equal(plan(&first, del), "C42:18 C42:fa | S42 | I42 ");
	assert_string_equal(plan(&first, pdel), "p123+0 ");
	assert_string_equal(plan(&first, tdel), "P123+0 ");
	assert_string_equal(plan(&first, padd), "");
	pdel.len = 7 << 12;
	pdel.iova = 0x1fd000;
	assert_string_equal(plan(&first, pdel), "p1fc+2 p200+2 ");
	pdel.len = 0;
	assert_string_equal(plan(&first, pdel), "I42 ");
	first.whole = true;
	assert_string_equal(plan(&first, pdel), "I* ");
	first.cm = true;
	assert_string_equal(plan(&first, padd), "P123+0 ");
}

static const char *
pages(const Limits *l, uint64_t first, uint64_t n)
{
	return plan(l,
		(Change){ .kind = CHANGE_PAGES_REMOVED,
			.did = 5,
			.iova = first << 12,
			.len = n << 12 });
}

static void
test_granularity(void **state)
{
	Limits l = plain;

	(void)state;
	assert_string_equal(pages(&l, 0x200, 512), "p200+9 "); /* 2 MiB: AM 9 */
	assert_string_equal(pages(&l, 0x200, 16), "p200+4 ");
	assert_string_equal(pages(&l, 3, 1), "p3+0 ");
	assert_string_equal(pages(&l, 2, 3), "p0+3 ");              /* 2..4 in 0..7 */
	assert_string_equal(pages(&l, 0x1ff, 2), "p1ff+0 p200+0 "); /* across a seam */
	assert_string_equal(pages(&l, 0x1fd, 7), "p1fc+2 p200+2 ");
	assert_string_equal(pages(&l, 0, 1 << 18), "p0+18 ");
	assert_string_equal(pages(&l, 0, (1 << 18) + 1), "p0+18 p40000+0 ");
	assert_string_equal(pages(&l, 0, 1 << 20), "I5 "); /* beyond MAMV */
	assert_string_equal(pages(&l, 0x100, 0), "I5 ");   /* len 0: all of it */
	l.mamv = 0;
	assert_string_equal(pages(&l, 3, 1), "p3+0 ");
	assert_string_equal(pages(&l, 3, 2), "p3+0 p4+0 ");
	assert_string_equal(pages(&l, 3, 3), "I5 ");
	l.psi = false;
	assert_string_equal(pages(&l, 3, 1), "I5 ");
	l.mamv = 18;
	assert_string_equal(pages(&l, 2, 2), "I5 ");
	/* not page aligned, and to the very end */
	assert_string_equal(plan(&plain,
				    (Change){ .kind = CHANGE_PAGES_REMOVED,
					    .did = 5,
					    .iova = 0x1800,
					    .len = 0x1000 }),
		"p0+2 ");
	assert_string_equal(plan(&plain,
				    (Change){ .kind = CHANGE_PAGES_REMOVED,
					    .did = 5,
					    .iova = ~0ull,
					    .len = 8 }),
		"I5 ");
}

/* Whatever the range, every page of it is named, and blocks are aligned. */
static void
test_covers(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int n = 0; n < 100000; n++) {
		InvOp op[INV_MAXOP];
		Limits l = plain;
		seed = seed * 1664525u + 1013904223u;
		l.mamv = seed >> 28;
		uint64_t first = seed >> 9 & 0xfff, len = 1 + (seed >> 21 & 0x3ff);
		Change c = { .kind = CHANGE_PAGES_REMOVED,
			.iova = first << 12,
			.len = len << 12 };
		uint32_t k = inv_plan(&l, &c, op);

		for (uint64_t p = first; p < first + len; p++) {
			bool hit = false;
			for (uint32_t i = 0; i < k; i++) {
				assert_true(op[i].kind == INV_IOTLB_DOMAIN ||
					op[i].am <= l.mamv);
				assert_int_equal(op[i].addr & ((4096ull << op[i].am) - 1),
					0);
				hit |= op[i].kind == INV_IOTLB_DOMAIN ||
					(p >= op[i].addr >> 12 &&
						p < (op[i].addr >> 12) +
								(1ull << op[i].am));
			}
			assert_true(hit);
			if (p > first + 2 && p < first + len - 3)
				p += len / 4; /* the ends matter */
		}
	}
}

static void
desc(InvOp op, uint64_t lo, uint64_t hi)
{
	Ent d = inv_descriptor(&plain, &op);

	assert_int_equal(d.lo, lo);
	assert_int_equal(d.hi, hi);
}

static void
test_descriptors(void **state)
{
	Limits dry = { .psi = true };
	InvOp domain = { .kind = INV_IOTLB_DOMAIN, .did = 0x2a };
	Ent d;

	(void)state;
	desc((InvOp){ .kind = INV_CONTEXT_GLOBAL }, 0x0000000000000011ull, 0);
	desc((InvOp){ .kind = INV_CONTEXT_DEVICE, .did = 0x2a, .sid = 0x18 },
		0x00000018002a0031ull, 0);
	desc((InvOp){ .kind = INV_IOTLB_GLOBAL }, 0x00000000000000d2ull, 0);
	desc(domain, 0x00000000002a00e2ull, 0);
	desc((InvOp){ .kind = INV_IOTLB_PAGE, .did = 0x2a, .addr = 0x123000 },
		0x00000000002a00f2ull, 0x0000000000123000ull);
	desc((InvOp){ .kind = INV_IOTLB_PAGE,
		     .did = 0x2a,
		     .addr = 0x200000,
		     .am = 4,
		     .ih = true },
		0x00000000002a00f2ull, 0x0000000000200044ull);
	desc((InvOp){ .kind = INV_IEC_GLOBAL }, 0x0000000000000004ull, 0);
	desc((InvOp){ .kind = INV_IEC_INDEX, .index = 5 }, 0x0000000500000014ull, 0);
	desc((InvOp){ .kind = INV_PASID_GLOBAL }, 0x37, 0);
	desc((InvOp){ .kind = INV_PASID_DOMAIN, .did = 0x2a }, 0x2a0007, 0);
	Limits first = plain;
	first.mode = VTD_FIRST;
	d = inv_descriptor(&first,
		&(InvOp){ .kind = INV_IOTLB_PAGE,
			.did = 0x2a,
			.addr = 0x200000,
			.am = 4,
			.ih = true });
	assert_int_equal(d.lo, 0x2a0036); /* of PASID 0 */
	assert_int_equal(d.hi, 0x200044);
	d = inv_descriptor(&first, &domain);
	assert_int_equal(d.lo, 0x2a00e2);
	d = inv_descriptor(&dry, &domain);
	assert_int_equal(d.lo, 0x00000000002a0022ull); /* no drains */
	d = inv_wait(0x1672be804ull, 2, false);
	assert_int_equal(d.lo, 0x0000000200000025ull);
	assert_int_equal(d.hi, 0x00000001672be804ull);
	d = inv_wait(0x1672be804ull, 2, true);
	assert_int_equal(d.lo, 0x0000000200000065ull);
}

static void
test_broader(void **state)
{
	Ent d;

	(void)state;
	d = inv_broader(&plain, (Ent){ 0x00000018002a0031ull, 0 });
	assert_int_equal(d.lo, 0x11);
	d = inv_broader(&plain, (Ent){ 0x00000000002a00f2ull, 0x200044 });
	assert_int_equal(d.lo, 0xd2);
	assert_int_equal(d.hi, 0);
	d = inv_broader(&plain, (Ent){ 0x0000000500000014ull, 0 });
	assert_int_equal(d.lo, 0x04);
	assert_int_equal(d.hi, 0);
	d = inv_broader(&plain, (Ent){ 0x2a0007, 0 });
	assert_int_equal(d.lo, 0x37);
	/* of all stages, and drained */
	d = inv_broader(&plain, (Ent){ 0x2a0036, 0x200044 });
	assert_int_equal(d.lo, 0xd2);
	assert_int_equal(d.hi, 0);
	d = inv_broader(&plain, (Ent){ 0x0000000200000065ull, 0x1672be804ull });
	assert_int_equal(d.lo, 0x0000000200000065ull);
	assert_int_equal(d.hi, 0x1672be804ull);
}

/* A device's TLB: blocks of 2^n pages, in their odd spelling (VT-d 6.5.2.5). */
static void
test_device(void **state)
{
	Limits counts = { .throttles = true };
	InvOp op = { .kind = INV_DEVICE, .sid = 0x100 };
	static const struct {
		uint64_t iova, len, hi;
	} row[] = {
		{ 0x123000, 0x1000, 0x123000 },
		{ 0x123800, 0x10, 0x123000 },
		{ 0x122000, 0x2000, 0x122001 },
		{ 0x123000, 0x2000, 0x123001 }, /* 123 and 124: eight pages from 120 */
		{ 0x120000, 0x10000, 0x127001 },
		{ 0x200000, 0x200000, 0x2ff001 },
		{ 0, 1ull << 48, 0x7ffffffff001 },
		{ 0, 0, 0x7ffffffffffff001 },
		{ 0x5000, 0, 0x7ffffffffffff001 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
		inv_block(&op, row[i].iova, row[i].len);
		desc(op, 0x0000010000000003ull, row[i].hi);
	}
	inv_block(&op, 0x5000, 0x1000);
	op.depth = 17;
	desc(op, 0x0000010000110003ull, 0x5000);
	op.sid = 0x1234;
	Ent d = inv_descriptor(&counts, &op);
	assert_int_equal(d.lo, 0x1230123400114003ull); /* and whose it counts as */
	d = inv_broader(&plain, d);
	assert_int_equal(d.lo, 0x1230123400114003ull);
	assert_int_equal(d.hi, 0x7ffffffffffff001ull);
}

static void
test_registers(void **state)
{
	InvOp page = {
		.kind = INV_IOTLB_PAGE, .did = 0x2a, .addr = 0x200000, .am = 4, .ih = true
	};

	(void)state;
	assert_int_equal(inv_ccmd(&(InvOp){ .kind = INV_CONTEXT_GLOBAL }),
		0xa000000000000000ull);
	assert_int_equal(inv_ccmd(&(InvOp){
				 .kind = INV_CONTEXT_DEVICE, .did = 0x2a, .sid = 0x18 }),
		0xe00000000018002aull);
	assert_int_equal(inv_iotlb(&plain, &(InvOp){ .kind = INV_IOTLB_GLOBAL }),
		0x9003000000000000ull);
	assert_int_equal(inv_iotlb(&plain,
				 &(InvOp){ .kind = INV_IOTLB_DOMAIN, .did = 0x2a }),
		0xa003002a00000000ull);
	assert_int_equal(inv_iotlb(&plain, &page), 0xb003002a00000000ull);
	assert_int_equal(inv_iva(&page), 0x200044);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_scalable),
		cmocka_unit_test(test_granularity),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_broader),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
