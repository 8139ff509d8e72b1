/* SRC: dev/assign/event.c */
#include "host.h"

#include "dev/assign/event.h"

static char out[256];

static const char *
take(EventQ *q, int pid, long n)
{
	long got = event_take(q, pid, out, n);

	out[got] = 0;
	return out;
}

/* Lines come in order, each to its own pid. */
static void
test_order(void **state)
{
	EventQ q = { 0 };

	(void)state;
	event_put(&q, 22, "attach shared");
	event_put(&q, 22, "detach");
	event_put(&q, 23, "attach shared");
	assert_true(event_any(&q, 22));
	assert_false(event_any(&q, 24));
	assert_string_equal(take(&q, 23, 200), "attach shared\n");
	assert_false(event_any(&q, 23));
	assert_string_equal(take(&q, 22, 200), "attach shared\n");
	assert_string_equal(take(&q, 22, 200), "detach\n");
	assert_string_equal(take(&q, 22, 200), "");
	assert_int_equal(q.n, 0);
}

/* A short buffer gets the line in pieces. */
static void
test_pieces(void **state)
{
	EventQ q = { 0 };

	(void)state;
	event_put(&q, 1, "suspend");
	event_put(&q, 1, "resume");
	assert_string_equal(take(&q, 1, 3), "sus");
	assert_string_equal(take(&q, 1, 1), "p");
	assert_string_equal(take(&q, 1, 200), "end\n");
	assert_string_equal(take(&q, 1, 7), "resume\n");
	assert_string_equal(take(&q, 1, 7), "");
}

/* The oldest lines give way, and the reader learns how many. */
static void
test_overflow(void **state)
{
	EventQ q = { 0 };
	char line[16];

	(void)state;
	for (int i = 0; i < EVENT_MAX + 3; i++) {
		snprintf(line, sizeof line, "fault %d", i);
		event_put(&q, 7, line);
	}
	assert_int_equal(q.n, EVENT_MAX);
	assert_true(event_any(&q, 7));
	assert_string_equal(take(&q, 7, 200), "lost 3\n");
	assert_string_equal(take(&q, 7, 200), "fault 3\n");
	for (int i = 0; i < EVENT_MAX - 1; i++)
		take(&q, 7, 200);
	assert_string_equal(out, "fault 34\n");
	assert_false(event_any(&q, 7));
}

/* What is dropped of one process is not reported to another. */
static void
test_overflow_pids(void **state)
{
	EventQ q = { 0 };

	(void)state;
	event_put(&q, 5, "detach");
	for (int i = 0; i < EVENT_MAX; i++)
		event_put(&q, 6, "fault");
	assert_string_equal(take(&q, 6, 200), "fault\n");
	assert_string_equal(take(&q, 5, 200), "lost 1\n");
}

static void
test_forget(void **state)
{
	EventQ q = { 0 };

	(void)state;
	event_put(&q, 5, "a");
	event_put(&q, 6, "b");
	event_put(&q, 5, "c");
	event_forget(&q, 5);
	assert_false(event_any(&q, 5));
	assert_string_equal(take(&q, 6, 200), "b\n");
	assert_int_equal(q.n, 0);
}

/* A line that is too long is cut, and still ends. */
static void
test_long(void **state)
{
	EventQ q = { 0 };
	char text[300];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	event_put(&q, 1, text);
	assert_int_equal(strlen(take(&q, 1, 200)), EVENT_LEN - 1);
	assert_int_equal(out[EVENT_LEN - 2], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_overflow_pids),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
