/* SRC: dev/vtd/trace.c dev/vtd/tracename.c */
/*
 * The ring of the trace with several writers at once, each as an interrupt or another CPU
 * is: what a reader gets is one event, whole, under its own number, and what it does not
 * get is what was lost.
 */
#include "tests/host/host.h"

#include <pthread.h>

#include "dev/vtd/trace.h"
#include "dev/vtd/vtd.h"

#define WRITERS 3
#define EACH    2000000u

static uint64_t clock_ns;

uint64_t
os_now(void)
{
	return __atomic_add_fetch(&clock_ns, 1, __ATOMIC_RELAXED);
}
paddr_t
os_pa(const void *p)
{
	return (paddr_t)p;
}
void *
os_ptr(paddr_t pa)
{
	return (void *)pa;
}
void *
os_alloc(size_t n)
{
	return calloc(1, n);
}
void
os_free(void *p)
{
	free(p);
}
uint32_t
vtd_nunit(void)
{
	return 0;
}
Unit *
vtd_unit(uint32_t i)
{
	(void)i;
	return NULL;
}

static void *
write_many(void *arg)
{
	for (uint32_t i = 1; i <= EACH; i++) {
		uint64_t v = (uint64_t)(uintptr_t)arg << 32 | i;
		trace_level(1, v, (const uint64_t *)(v << 3), v, v, 1);
	}
	return NULL;
}

/* Every word of it was written by one call. */
static void
check_whole(const VtdEvent *e)
{
	uint64_t v = e->entry.value;

	assert_int_equal(e->kind, VTD_STORED);
	assert_true(v >> 32 >= 1 && v >> 32 <= WRITERS && (uint32_t)v >= 1 &&
		(uint32_t)v <= EACH);
	assert_int_equal(e->entry.iova, v);
	assert_int_equal(e->entry.step, v);
	assert_int_equal(e->entry.at, v << 3);
}

/* How many of those there are now can be read. */
static uint64_t
read_all(void)
{
	uint64_t first, end, n = 0, last[WRITERS + 1] = { 0 };
	VtdEvent e;

	vtd_trace_range(&first, &end);
	for (uint64_t i = end > VTD_EVENTS ? end - VTD_EVENTS : 0; i < end; i++) {
		if (!vtd_trace_at(i, &e))
			continue;
		check_whole(&e);
		uint64_t *l = &last[e.entry.value >> 32];
		assert_true(e.entry.value > *l); /* a writer's events are in its order */
		*l = e.entry.value;
		n++;
	}
	return n;
}

/* Those that are about to be overwritten, or are being. */
static void
read_oldest(void)
{
	uint64_t first, end;
	VtdEvent e;

	for (int i = 0; i < 10000; i++) {
		vtd_trace_range(&first, &end);
		if (end >= VTD_EVENTS && vtd_trace_at(end - VTD_EVENTS + rand() % 4, &e))
			check_whole(&e);
	}
}

static void
test_writers(void **state)
{
	pthread_t t[WRITERS];
	uint64_t first, end, n = 0;
	VtdEvent e;

	(void)state;
	assert_int_equal(vtd_trace(true), 0);
	for (uintptr_t i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, write_many, (void *)(i + 1)),
			0);
	do {
		n += read_all();
		read_oldest();
		vtd_trace_range(&first, &end);
	} while (end < WRITERS * EACH);
	for (uintptr_t i = 0; i < WRITERS; i++)
		pthread_join(t[i], NULL);
	assert_true(n > 0);
	vtd_trace_range(&first, &end);
	assert_int_equal(first, 0);
	assert_int_equal(end, WRITERS * EACH);
	assert_false(vtd_trace_at(end, &e));
	/* One more ring by one writer, and all of it is there. */
	for (uint64_t i = 1; i <= VTD_EVENTS; i++)
		trace_level(1, 1ull << 32 | i, (const uint64_t *)((1ull << 32 | i) << 3),
			1ull << 32 | i, 1ull << 32 | i, 1);
	assert_int_equal(read_all(), VTD_EVENTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_writers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
