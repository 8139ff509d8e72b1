/* SRC: dev/vtd/slpt.c dev/vtd/slmap.c dev/vtd/slunmap.c dev/vtd/slwalk.c */
/*
 * Second-level trees against a flat array of what every page should lead to. Memory has
 * two versions, what was stored and what was flushed; walks read the flushed one, as a
 * unit that does not snoop does. Between any two stores, what a change is not about must
 * translate as before.
 */
#include "tests/host/host.h"

#include "dev/vtd/os.h"
#include "dev/vtd/slpt.h"
#include "dev/vtd/slwalk.h"

#define RAM   0x40000000ull
#define NRAM  4096u
#define BASE  (1ull << 30) - (16ull << 20) /* the model's window: across a 1 GiB seam */
#define NPAGE (528u << 8)                  /* 528 MiB + */
#define R     1ull
#define W     2ull

static _Alignas(4096) uint64_t cpu[NRAM][512], dram[NRAM][512];
static bool used[NRAM];
static uint32_t notes[NRAM];
static unsigned live, withheld;
static long allocs_left = -1;

static Slpt t;
static uint64_t *model;         /* pa | rights of each page from BASE; 0 nothing */
static iova_t busy_lo, busy_hi; /* what the change under way is about */
static unsigned checked;
static uint32_t seed;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* ---- the host ---- */

static unsigned
number(paddr_t pa)
{
	assert_true(pa >= RAM && pa < RAM + sizeof cpu && used[(pa - RAM) / 4096]);
	return (unsigned)((pa - RAM) / 4096);
}

paddr_t
os_page_alloc(void)
{
	if (allocs_left == 0)
		return 0;
	allocs_left -= allocs_left > 0;
	for (unsigned i = 0; i < NRAM; i++)
		if (!used[i]) {
			used[i] = true;
			live++;
			memset(cpu[i], 0, 4096);
			memset(dram[i], 0xa7, 4096);
			notes[i] = 77;
			return RAM + i * 4096ull;
		}
	return 0;
}

void
os_page_free(paddr_t pa)
{
	used[number(pa)] = false;
	live--;
}

void
os_page_withhold(paddr_t pa)
{
	number(pa);
	withheld++;
}

void *
os_ptr(paddr_t pa)
{
	return cpu[number(pa)];
}

uint32_t *
os_page_word(paddr_t pa)
{
	return &notes[number(pa)];
}

static const uint64_t *
rd(uint64_t pa)
{
	return t.fmt.flush ? dram[number(pa)] : cpu[number(pa)];
}

static uint64_t
lookup(iova_t iova)
{
	uint64_t size = 0, e = slwalk_lookup(t.root, t.levels, 0, iova, rd, &size);

	return e ? ((e & 0xffffffffff000ull) & ~(size - 1)) +
			(iova & (size - 1) & ~0xfffull) + (e & 3)
		 : 0;
}

static iova_t
iova_of(uint32_t page)
{
	return (BASE) + page * 4096ull;
}

/* A last-level entry some unit walked to before the change, and has in its cache the way
 * to. */
static struct {
	paddr_t table;
	uint32_t i;
	uint64_t e;
} cached;

static void
cache(uint32_t page)
{
	paddr_t table = t.root;

	cached.table = 0;
	for (uint32_t l = t.levels; l > 1; l--) {
		uint64_t e = rd(table)[iova_of(page) >> (12 + 9 * (l - 1)) & 511];

		if (!e || e & 0x80)
			return;
		table = e & 0xffffffffff000ull;
	}
	cached.i = iova_of(page) >> 12 & 511;
	cached.e = rd(table)[cached.i];
	cached.table = table;
}

/* What the unit would do now with addresses that nobody is changing. */
static void
look_around(void)
{
	if (cached.table)
		assert_int_equal(rd(cached.table)[cached.i], cached.e);
	for (int i = 0; model && i < 2; i++) {
		iova_t a = i ? busy_hi + rnd(700) * 4096ull
			     : busy_lo - 4096ull - rnd(700) * 4096ull;

		if (a < iova_of(0) || a >= iova_of(NPAGE) ||
			(a >= busy_lo && a < busy_hi))
			continue;
		assert_int_equal(lookup(a), model[(a - iova_of(0)) / 4096]);
		checked++;
	}
}

void
mem_store64(uint64_t *p, uint64_t v, bool flush)
{
	assert_int_equal(flush, t.fmt.flush);
	*p = v;
	if (flush)
		os_clflush(p, sizeof *p);
	else
		look_around();
}

void
mem_fill64(uint64_t *p, uint64_t v, uint64_t step, uint32_t n)
{
	for (; n > 0; n--, v += step)
		*p++ = v;
	if (!t.fmt.flush)
		look_around();
}

void
os_clflush(const void *p, size_t len)
{
	uintptr_t a = (uintptr_t)p & ~63ull, end = (uintptr_t)p + len;

	assert_true(t.fmt.flush || !t.root);
	for (; a < end; a += 64)
		memcpy((char *)dram + (a - (uintptr_t)cpu), (void *)a, 64);
	if (t.root && rnd(4) == 0)
		look_around();
}

/* ---- checking a whole tree ---- */

static unsigned tables, big;

static void
check_table(paddr_t table, uint32_t level)
{
	const uint64_t *e = os_ptr(table);
	uint32_t n = 0, same = 0;

	tables++;
	if (t.fmt.flush)
		assert_memory_equal(e, rd(table), 4096);
	for (uint32_t i = 0; i < 512; i++) {
		uint64_t span = 1ull << (12 + 9 * (level - 1));

		n += e[i] != 0;
		same += e[i] == e[0] + i * span && (level == 1 || e[0] & 0x80);
		if (!e[i] || level == 1)
			continue;
		if (e[i] & 0x80) {
			assert_true(t.fmt.big >> level & 1);
			assert_true((e[i] & 0xffffffffff000ull) % span == 0);
			big++;
		} else {
			assert_int_equal(e[i] & ~0xffffffffff000ull, t.fmt.link);
			check_table(e[i] & 0xffffffffff000ull, level - 1);
		}
	}
	assert_int_equal(*os_page_word(table), n);
	assert_true(n > 0 || table == t.root);
	if (n == 512 && t.fmt.big >> (level + 1) & 1)
		assert_false(same == 512 &&
			(e[0] & 0xffffffffff000ull) %
					(512ull << (12 + 9 * (level - 1))) ==
				0);
}

static void
check_tree(void)
{
	static const uint64_t zeros[512];
	unsigned n = 0;

	tables = big = 0;
	check_table(t.root, t.levels);
	assert_int_equal(tables, t.pages);
	assert_int_equal(big, t.nbig);
	assert_int_equal(t.gone.n, 0);
	for (uint32_t p = t.clean.head; p; p = *os_page_word((paddr_t)p << 12), n++)
		assert_memory_equal(rd((paddr_t)p << 12), zeros, 4096);
	assert_int_equal(n, t.clean.n);
	assert_int_equal(live, t.pages + t.clean.n);
}

static void
check_model(void)
{
	for (uint32_t i = 0; i < NPAGE; i++)
		if (lookup(iova_of(i)) != model[i])
			fail_msg("iova 0x%llx leads to 0x%llx, not 0x%llx",
				(long long)iova_of(i), (long long)lookup(iova_of(i)),
				(long long)model[i]);
	assert_int_equal(lookup(iova_of(0) - 4096), 0);
	assert_int_equal(lookup(iova_of(NPAGE)), 0);
}

/* ---- random changes ---- */

static void
settle(const SlChange *c, bool expect)
{
	if (expect)
		assert_true(c->lo < c->hi);
	cached.table = 0; /* as the invalidation demands */
	slpt_sync(&t, true);
	busy_lo = busy_hi = 0;
}

/* A page beside the change, often just beside it. */
static void
busy(uint32_t page, uint32_t n)
{
	uint32_t near = page + n + rnd(4);

	busy_lo = iova_of(page);
	busy_hi = busy_lo + n * 4096ull;
	if (rnd(2))
		near = page - 1 - rnd(4);
	if (near < NPAGE)
		cache(near);
}

static void
map_one(uint32_t page, paddr_t pa, uint32_t n, uint64_t rights)
{
	bool taken = false;
	SlChange c = SL_UNCHANGED;
	int err;

	for (uint32_t i = 0; i < n && !taken; i++)
		taken = model[page + i] != 0;
	busy(page, n);
	err = slpt_map(&t, busy_lo, pa, n * 4096ull, rights, &c);
	if (taken) {
		assert_int_equal(err, -EEXIST);
		assert_true(c.lo >= c.hi && t.gone.n == 0);
		busy_lo = busy_hi = 0;
		return;
	}
	if (err == -ENOMEM) {
		assert_int_equal(allocs_left, 0);
		busy_lo = busy_hi = 0;
		return;
	}
	assert_int_equal(err, 0);
	assert_true(t.clean.n >= SL_RESERVE);
	for (uint32_t i = 0; i < n; i++)
		model[page + i] = (pa + i * 4096ull) | rights;
	settle(&c, t.gone.n > 0);
}

static void
unmap_one(uint32_t page, uint32_t n)
{
	SlChange c = SL_UNCHANGED;
	uint32_t first = NPAGE, last = 0;
	int err;

	for (uint32_t i = page; i < page + n; i++)
		if (model[i]) {
			first = first < i ? first : i;
			last = i;
		}
	busy(page, n);
	err = slpt_unmap(&t, busy_lo, n * 4096ull, &c);
	if (err == -ENOMEM) {
		assert_int_equal(allocs_left, 0);
		assert_true(t.gone.n == 0);
		busy_lo = busy_hi = 0;
		return;
	}
	assert_int_equal(err, first == NPAGE ? -ENOENT : 0);
	if (err == 0) {
		/* all is invalidated */
		assert_true(c.lo <= iova_of(first) && c.hi > iova_of(last));
		if (t.gone.n > 0)
			assert_true(c.tables);
	}
	memset(&model[page], 0, n * sizeof *model);
	settle(&c, err == 0);
}

/* Exactly the next hole, so that tables fill up. */
static void
fill_hole(uint32_t page)
{
	uint32_t n = 0;

	while (page < NPAGE && model[page])
		page++;
	while (page + n < NPAGE && n < 600 && !model[page + n])
		n++;
	if (n > 0)
		map_one(page, 0x100000000ull + iova_of(page), n, 3);
}

/* Mostly small and near, sometimes large and aligned, so that pages of all sizes appear,
 * break up and grow together again. */
static void
random_change(void)
{
	uint32_t sort = rnd(10), n = 1 + rnd(sort < 6 ? 12 : sort < 8 ? 700 : 3000), page;
	uint64_t rights = 1 + (rnd(4) ? 2 : rnd(2));
	paddr_t pa;

	page = sort == 9 ? rnd(64) * 512 : sort < 6 ? rnd(1200) : rnd(NPAGE - n);
	if (sort == 9)
		n = 512 * (1 + rnd(3));
	if (page + n > NPAGE)
		n = NPAGE - page;
	/* One physical window per window of addresses, mostly: neighbours fit
	 * together. */
	pa = 0x100000000ull + (rnd(8) ? 0 : rnd(3) * 4096ull) + iova_of(page);
	if (rnd(4) == 0)
		fill_hole(page);
	else if (rnd(2))
		map_one(page, pa, n, rnd(6) ? 3 : rights);
	else
		unmap_one(page, n);
	cached.table = 0;
}

static void
start(uint32_t levels, uint32_t sizes, bool flush)
{
	SlFormat f = { .link = R | W, .floor = 1, .big = sizes, .flush = flush };

	assert_int_equal(live, 0);
	t = (Slpt){ .fmt = f };
	assert_int_equal(slpt_init(&t, &f, levels, 100000), 0);
	model = calloc(NPAGE, sizeof *model);
}

static void
finish(void)
{
	slpt_free(&t, false);
	assert_int_equal(live, 0);
	free(model);
	model = NULL;
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 24; k++) {
		seed = 99 + k;
		start(3 + k % 3, (unsigned[]){ 0, 4, 12 }[k / 3 % 3], k & 1);
		for (unsigned i = 0; i < 1500; i++) {
			allocs_left = rnd(20) ? -1 : rnd(3);
			random_change();
			allocs_left = -1;
			if (i % 100 == 0) {
				check_tree();
				check_model();
			}
		}
		check_tree();
		check_model();
		finish();
	}
	assert_true(checked > 10000);
}

/* ---- things one by one ---- */

static void
map_ok(iova_t iova, paddr_t pa, uint64_t len)
{
	SlChange c = SL_UNCHANGED;

	assert_int_equal(slpt_map(&t, iova, pa, len, R | W, &c), 0);
	slpt_sync(&t, true);
}

static void
unmap_ok(iova_t iova, uint64_t len)
{
	SlChange c = SL_UNCHANGED;

	assert_int_equal(slpt_unmap(&t, iova, len, &c), 0);
	slpt_sync(&t, true);
}

#define M (1ull << 20)
#define G (1ull << 30)

static void
test_sizes(void **state)
{
	(void)state;
	start(4, 12, true);
	free(model);
	model = NULL;
	map_ok(64 * M, 128 * M, 64 * M); /* one table beyond the root path */
	assert_int_equal(t.pages, 3);
	assert_int_equal(t.nbig, 32);
	check_tree();
	unmap_ok(64 * M, 64 * M);
	assert_int_equal(t.pages, 1);
	map_ok(4 * G, 8 * G, G); /* one entry */
	assert_int_equal(t.pages, 2);
	assert_int_equal(lookup(4 * G + 0x12345000), (8 * G + 0x12345000) | R | W);
	unmap_ok(4 * G + 3 * M, 4096); /* split twice */
	assert_int_equal(t.pages, 4);
	assert_int_equal(lookup(4 * G + 3 * M), 0);
	assert_int_equal(lookup(4 * G + 3 * M - 4096), (8 * G + 3 * M - 4096) | R | W);
	check_tree();
	map_ok(4 * G + 3 * M, 8 * G + 3 * M, 4096); /* and whole again */
	assert_int_equal(t.pages, 2);
	check_tree();
	map_ok(5 * G, 9 * G + 4096, 2 * M); /* alignment that never fits */
	assert_int_equal(t.nbig, 1);
	check_tree();
	finish();
}

/* The same table again and again, until it is gone, and until it is full. */
static void
test_near(void **state)
{
	(void)state;
	start(4, 12, false);
	free(model);
	model = NULL;
	for (int i = 0; i < 3; i++) {
		map_ok(G + 4096, 5 * M, 4096);
		assert_int_equal(lookup(G + 4096), 5 * M | R | W);
		unmap_ok(G + 4096, 4096);
		assert_int_equal(lookup(G + 4096), 0);
		check_tree();
	}
	for (uint64_t o = 0; o < 2 * M; o += 4096)
		map_ok(G + o, 4 * M + o, 4096);
	assert_int_equal(t.nbig, 1);
	for (uint64_t o = 2 * M; o < G; o += 2 * M)
		map_ok(G + o, 4 * M + o, 2 * M);
	assert_int_equal(t.nbig, 512); /* one entry, were it aligned */
	check_tree();
	finish();
}

static void
test_rights_and_formats(void **state)
{
	SlFormat f = { .link = R | W, .floor = 1, .leaf = 1 << 11, .big = 4 };
	SlChange c = SL_UNCHANGED;

	(void)state;
	assert_int_equal(slpt_init(&t, &f, 3, 100), 0);
	assert_int_equal(slpt_map(&t, 0x1000, 0xabc000, 4096, W, &c), 0);
	assert_int_equal(slpt_map(&t, 0x200000, 0x400000, 2 * M, R, &c), 0);
	const uint64_t *top = os_ptr(t.root), *mid = os_ptr(top[0] & ~0xfffull);
	const uint64_t *low = os_ptr(mid[0] & ~0xfffull);
	assert_int_equal(top[0] & 0xfff, 3);
	assert_int_equal(mid[0] & 0xfff, 3);
	assert_int_equal(low[1], 0xabc802);
	assert_int_equal(mid[1], 0x400881);
	slpt_free(&t, false);
}

static void
test_quota(void **state)
{
	SlFormat f = { .link = R | W, .floor = 1 };
	SlChange c = SL_UNCHANGED;

	(void)state;
	assert_int_equal(slpt_init(&t, &f, 4, 5), 0);
	assert_int_equal(slpt_map(&t, 0, 0, 4 * M, R, &c), 0); /* root and 4 */
	assert_int_equal(t.pages, 5);
	assert_int_equal(slpt_map(&t, 4 * M, 4 * M, 4096, R, &c), -EDQUOT);
	assert_int_equal(slpt_map(&t, 4 * G, 0, 512 * G, R, &c), -EDQUOT);
	assert_int_equal(t.pages, 5);
	slpt_unmap(&t, 0, 2 * M, &c);
	slpt_sync(&t, true);
	assert_int_equal(slpt_map(&t, 4 * M, 4 * M, 4096, R, &c), 0);
	slpt_free(&t, false);
	assert_int_equal(live, 0);
}

/* Without memory a page that would have to be split stays as it is; clearing all
 * works. */
static void
test_no_memory(void **state)
{
	SlFormat f = { .link = R | W, .floor = 1, .big = 12 };
	SlChange c = SL_UNCHANGED;

	(void)state;
	assert_int_equal(slpt_init(&t, &f, 4, 1000), 0);
	map_ok(G, G, G);
	allocs_left = 0;
	unmap_ok(G + 4096, 4096); /* the reserve */
	assert_int_equal(t.clean.n, 2);
	unmap_ok(G + 4 * M, 3 * M); /* one end, aligned to 1 MiB: one table more */
	assert_int_equal(t.clean.n, 1);
	unmap_ok(G + 16 * M, 5 * M);
	assert_int_equal(t.clean.n, 0);
	assert_int_equal(slpt_unmap(&t, G + 9 * M, 2 * M, &c), -ENOMEM);
	assert_true(c.lo >= c.hi);
	assert_int_equal(lookup(G + 9 * M), (G + 9 * M) | 3);
	assert_int_equal(slpt_map(&t, 8 * G, 0, 4096, R, &c), -ENOMEM);
	check_tree();
	assert_true(slpt_clear(&t, &c));
	assert_true(c.lo <= G && c.hi >= 2 * G && c.tables);
	slpt_sync(&t, true);
	assert_int_equal(t.pages, 1);
	assert_false(slpt_clear(&t, &c));
	check_tree();
	allocs_left = -1;
	slpt_free(&t, false);
	assert_int_equal(live, 0);
	allocs_left = 0;
	assert_int_equal(slpt_init(&t, &f, 4, 1000), -ENOMEM);
	allocs_left = -1;
}

/* A unit that does not confirm keeps what it may still walk through. */
static void
test_withhold(void **state)
{
	SlFormat f = { .link = R | W, .floor = 1, .big = 4 };
	SlChange c = SL_UNCHANGED;

	(void)state;
	assert_int_equal(slpt_init(&t, &f, 4, 1000), 0);
	map_ok(0, 0, 4096);
	withheld = 0;
	assert_int_equal(slpt_unmap(&t, 0, 4096, &c), 0);
	slpt_sync(&t, false);
	assert_int_equal(withheld, 3);
	slpt_free(&t, true);
	assert_int_equal(withheld, 4);
	memset(used, 0, sizeof used);
	live = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_rights_and_formats),
		cmocka_unit_test(test_quota),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_withhold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
