/* SRC: dev/assign/faultlog.c kern/cmd.c kern/text.c */
#include "host.h"

#include "dev/assign/faultlog.h"

/* The fault of the published session: edu at 0:3.0, pid 23, write to 0x6df084000. */
static FaultRec
session(void)
{
	return (FaultRec){ .time = 12345678901,
		.source = 0x18,
		.device = 0x18,
		.ndevice = 1,
		.pid = 23,
		.name = "edu",
		.addr = 0x6df084000,
		.reason = 5,
		.text = "PTE Write access is not set" };
}

static void
test_console(void **state)
{
	FaultRec r = session();
	char s[300];

	(void)state;
	fault_console(&r, s, sizeof s);
	assert_string_equal(s,
		"DMAR:[DMA Write] Request device [00:03.0] fault addr 6df084000\n"
		"DMAR:[fault reason 05] PTE Write access is not set (pid 23 edu)\n");
	r.read = true;
	r.reason = 12;
	r.source = 0x200; /* 02:00.0, the alias of what is behind a bridge */
	r.device = 0x208;
	r.text = "non-zero reserved fields in PTE";
	fault_console(&r, s, sizeof s);
	assert_string_equal(s,
		"DMAR:[DMA Read] Request device [02:00.0] fault addr 6df084000\n"
		"DMAR:[fault reason 12] non-zero reserved fields in PTE (pid 23 edu, "
		"device 2:1.0)\n");
	r.ndevice = 2;
	fault_console(&r, s, sizeof s);
	assert_non_null(strstr(s, "(pid 23 edu, one of 2 devices)"));
	r = session(); /* Linux's words for an interrupt; 38 is 0x26 */
	r.interrupt = true;
	r.addr = 0x1f;
	r.reason = 0x26;
	r.text = "Blocked an interrupt request due to source-id verification failure";
	fault_console(&r, s, sizeof s);
	assert_string_equal(s,
		"DMAR:INTR-REMAP: Request device [00:03.0] fault index 1f\n"
		"DMAR:INTR-REMAP:[fault reason 38] Blocked an interrupt request due to "
		"source-id verification failure (pid 23 edu)\n");
	r = session();
	r.pid = -1;
	r.reason = 2;
	r.text = "Present bit in context entry is clear";
	r.source = r.device = 0xfa; /* 00:1f.2 */
	fault_console(&r, s, sizeof s);
	assert_string_equal(s,
		"DMAR:[DMA Write] Request device [00:1f.2] fault addr 6df084000\n"
		"DMAR:[fault reason 02] Present bit in context entry is clear (no "
		"owner)\n");
}

static void
test_event(void **state)
{
	FaultRec r = session();
	char s[100];

	(void)state;
	fault_event(&r, s, sizeof s);
	assert_string_equal(s,
		"fault write 0x6df084000 reason 5 PTE Write access is not set");
	r.read = true;
	r.reason = 6;
	fault_event(&r, s, sizeof s);
	assert_memory_equal(s, "fault read 0x6df084000 reason 6 ", 32);
	r.interrupt = true;
	r.addr = 7;
	r.reason = 0x26;
	r.text = "Blocked";
	fault_event(&r, s, sizeof s);
	assert_string_equal(s, "fault interrupt index 0x7 reason 38 Blocked");
}

static void
test_line(void **state)
{
	FaultRec r = session();
	Text t = { 0 };

	(void)state;
	fault_line(&r, &t);
	assert_string_equal(t.s,
		"time 12.345678 unit 0 source 0:3.0 device 0:3.0 pid 23 name edu "
		"access write "
		"address 0x6df084000 reason 5 text 'PTE Write access is not set' "
		"tables 'not looked at'\n");
	text_free(&t);
	t = (Text){ 0 };
	r.tables = "not mapped";
	r.pid = -1;
	r.ndevice = 0;
	r.source = 0x00010018;
	fault_line(&r, &t);
	assert_string_equal(t.s,
		"time 12.345678 unit 0 source 1:0:3.0 device unknown pid none access "
		"write "
		"address 0x6df084000 reason 5 text 'PTE Write access is not set' "
		"tables 'not mapped'\n");
	text_free(&t);
	t = (Text){ 0 };
	r = session();
	r.interrupt = true;
	r.addr = 7;
	r.reason = 0x26;
	r.text = "Blocked";
	r.tables = "an entry of another";
	fault_line(&r, &t);
	assert_string_equal(t.s,
		"time 12.345678 unit 0 source 0:3.0 device 0:3.0 pid 23 name edu "
		"access interrupt "
		"index 0x7 reason 38 text 'Blocked' tables 'an entry of another'\n");
	text_free(&t);
	t = (Text){ 0 };
	r = (FaultRec){ .time = 1000000000, .unit = 1, .lost = true };
	fault_line(&r, &t);
	assert_string_equal(t.s, "time 1.000000 unit 1 lost\n");
	text_free(&t);
	assert_int_equal(host_blocks, 0);
}

/* Lost records are said to be lost; nobody is named. */
static void
test_lost(void **state)
{
	FaultRec r = { .unit = 0, .lost = true, .pid = -1 };
	char s[100];

	(void)state;
	fault_console(&r, s, sizeof s);
	assert_string_equal(s, "DMAR: unit 0: fault records were lost (overflow)\n");
}

static void
test_ring(void **state)
{
	static FaultLog l;
	FaultRec r = session();

	(void)state;
	assert_null(faultlog_at(&l, 0));
	for (uint i = 0; i < FAULTLOG_MAX + 5; i++) {
		r.addr = i * 0x1000;
		faultlog_add(&l, &r);
	}
	assert_int_equal(faultlog_first(&l), 5);
	assert_null(faultlog_at(&l, 4));
	assert_int_equal(faultlog_at(&l, 5)->addr, 0x5000);
	assert_int_equal(faultlog_at(&l, FAULTLOG_MAX + 4)->addr,
		(FAULTLOG_MAX + 4) * 0x1000);
	assert_null(faultlog_at(&l, FAULTLOG_MAX + 5));
}

/* Sixteen within a second are a storm; one every 70 ms is not. */
static void
test_storm(void **state)
{
	const ns_t ms = 1000000;
	Storm s = { 0 };
	uint hits = 0;

	(void)state;
	for (uint i = 0; i < 15; i++)
		hits = storm_hit(&s, 5000 * ms + i);
	assert_int_equal(hits, 15);
	assert_int_equal(storm_hit(&s, 5999 * ms), 16);
	assert_int_equal(storm_hit(&s, 9000 * ms), 1);
	s = (Storm){ 0 };
	for (uint i = 0; i < 200; i++)
		assert_true((hits = storm_hit(&s, i * 70 * ms)) < 16);
	assert_int_equal(hits, 15);
	s = (Storm){ 0 };
	assert_int_equal(storm_hit(&s, 0), 1); /* empty slots are not hits */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
