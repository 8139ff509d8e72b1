/* SRC: dev/assign/iovamap.c */
/* The book of guest mappings against a flat array. */
#include "tests/host/host.h"

#include "dev/assign/iovamap.h"

#define N 600

static IovaMap m;
static struct {
	uint64_t va;
	uint rights;
} flat[N];
static uint32_t seed = 1;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static uint
depth(const IovaRange *r, int by)
{
	uint a, b;

	if (r == NULL)
		return 0;
	a = depth(r->in[by].left, by);
	b = depth(r->in[by].right, by);
	return 1 + (a > b ? a : b);
}

/* Every range is where the array says, in order, and nothing else is. */
static void
check(void)
{
	uint64_t at = 0, n = 0;
	const IovaRange *r;

	while ((r = iovamap_find(&m, BY_IOVA, at, N * 4096 - at, 3)) != NULL) {
		for (uint64_t i = at / 4096; i < r->start[BY_IOVA] / 4096; i++)
			assert_int_equal(flat[i].rights, 0);
		for (uint64_t o = 0; o < r->len; o += 4096) {
			assert_int_equal(flat[(r->start[BY_IOVA] + o) / 4096].va,
				r->start[BY_VA] + o);
			assert_int_equal(flat[(r->start[BY_IOVA] + o) / 4096].rights,
				r->rights);
		}
		at = r->start[BY_IOVA] + r->len;
		n++;
	}
	for (uint64_t i = at / 4096; i < N; i++)
		assert_int_equal(flat[i].rights, 0);
	assert_int_equal(n, m.n);
}

/* By address: what is found overlaps and has the right; none is found only if there is
 * none. */
static void
check_va(uint64_t va, uint64_t len, uint rights)
{
	const IovaRange *r = iovamap_find(&m, BY_VA, va, len, rights);
	bool any = false;

	for (uint i = 0; i < N; i++)
		any |= flat[i].rights & rights && flat[i].va + 4096 > va &&
			flat[i].va < va + len;
	assert_int_equal(any, r != NULL);
	if (r != NULL) {
		assert_true(r->rights & rights);
		assert_true(r->start[BY_VA] < va + len && r->start[BY_VA] + r->len > va);
	}
}

static void
test_random(void **state)
{
	(void)state;
	for (uint k = 0; k < 20000; k++) {
		uint i = rnd(N), n = 1 + rnd(rnd(3) ? 4 : 100);
		bool free = true;

		n = i + n > N ? N - i : n;
		for (uint j = i; j < i + n; j++)
			free &= flat[j].rights == 0;
		if (rnd(2)) {
			/* overlaps others' */
			uint64_t va = 0x400000 + rnd(200) * 4096ull;
			uint rights = 1 + rnd(3);

			assert_int_equal(free,
				iovamap_find(&m, BY_IOVA, i * 4096, n * 4096, 3) == NULL);
			if (!free)
				continue;
			assert_int_equal(iovamap_reserve(&m, 1), 0);
			iovamap_add(&m, i * 4096, va, n * 4096, rights);
			for (uint j = 0; j < n; j++) {
				flat[i + j].va = va + j * 4096;
				flat[i + j].rights = rights;
			}
		} else {
			assert_int_equal(iovamap_reserve(&m, 1), 0);
			iovamap_cut(&m, i * 4096, n * 4096);
			for (uint j = i; j < i + n; j++)
				flat[j].rights = 0;
		}
		check_va(0x400000 + rnd(320) * 4096ull, 4096 * (1 + rnd(8)), 1 + rnd(3));
		if (k % 50 == 0)
			check();
	}
	check();
	iovamap_clear(&m);
	assert_int_equal(host_blocks, 0);
	assert_null(iovamap_find(&m, BY_IOVA, 0, -1, 3));
}

/* In whatever order they come, the trees stay low. */
static void
test_depth(void **state)
{
	(void)state;
	for (uint i = 0; i < 10000; i++) {
		iovamap_reserve(&m, 1);
		iovamap_add(&m, i * 4096ull, (20000 - i) * 4096ull, 4096, 1);
	}
	assert_true(depth(m.root[BY_IOVA], BY_IOVA) < 48);
	assert_true(depth(m.root[BY_VA], BY_VA) < 48);
	iovamap_clear(&m);
}

static void
test_no_memory(void **state)
{
	(void)state;
	host_alloc_left = 1;
	assert_int_equal(iovamap_reserve(&m, 2), -ENOMEM);
	assert_int_equal(m.nspare, 1);
	host_alloc_left = -1;
	iovamap_clear(&m);
	assert_int_equal(host_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
