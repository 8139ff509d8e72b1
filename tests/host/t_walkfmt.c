/* SRC: dev/text/walkfmt.c dev/vtd/walkreport.c dev/vtd/fields.c dev/vtd/faultrec.c
 * kern/cmd.c kern/text.c */
/* What #vtd/walk takes, and its lines for every way a walk can end. */
#include "tests/host/host.h"

#include "dev/text/walkfmt.h"
#include "dev/vtd/walk.h"

static int
parse(const char *s, WalkQuery *q)
{
	Cmd c;

	host_errstr[0] = 0;
	assert_int_equal(cmd_parse(&c, s, strlen(s)), 0);
	return walk_parse(&c, q);
}

static void
questions(void **state)
{
	static const char *const bad[][2] = {
		{ "0:3.0 0x1000", "want B:D.F ADDRESS r|w [manual|qemu]" },
		{ "0:3.0 0x1000 x", "'x': want r or w" },
		{ "0:3.0 0x1000 rw", "'rw': want r or w" },
		{ "0:3.0 0x1000 r xen", "'xen': want manual or qemu" },
		{ "0:3.0 0x1000 r qemu 1", "want B:D.F ADDRESS r|w [manual|qemu]" },
		{ "0:33.0 0x1000 r",
			"'0:33.0' is not a device: want B:D.F in hexadecimal, like "
			"0:1f.2" },
		{ "0:3.0 0x1g r", "'0x1g' is not an address" },
		{ "0:3.0 -1 r", "'-1' is not an address" },
	};
	WalkQuery q;

	(void)state;
	assert_int_equal(parse("0:3.0 0x12345 r", &q), 0);
	assert_int_equal(q.bdf, 0x18);
	assert_int_equal(q.ask.addr, 0x12345);
	assert_false(q.ask.write);
	assert_int_equal(q.ask.rules, WALK_MANUAL);
	assert_int_equal(parse("00:03.0 4096 w qemu\n", &q), 0);
	assert_true(q.ask.write);
	assert_int_equal(q.ask.rules, WALK_QEMU);
	assert_int_equal(parse("0:3.0 0xffffffffffffffff w manual", &q), 0);
	assert_int_equal(q.ask.rules, WALK_MANUAL);
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(parse(bad[i][0], &q), -EINVAL);
		assert_string_equal(host_errstr, bad[i][1]);
	}
}

static void
shows(const Walk *o, bool on, const char *want)
{
	WalkQuery q = { .bdf = 0x18,
		.ask = { .sid = 0x100, .addr = 0x40201abc, .write = true } };
	WalkReport report;
	Text t = { 0 };

	walk_report(o, &report);
	walk_text(&t, &q, 1, on, &report);
	assert_string_equal(t.s, want);
	text_free(&t);
}

#define HEAD                                                                             \
	"walk 0:3.0 0x40201abc w profile manual\nunit 1 source 1:0.0 translation on\n"

static void
a_page(void **state)
{
	Walk o = { .nstep = 4,
		.levels = 3,
		.end = WALK_PAGE,
		.pa = 0x80001abc,
		.rights = 1,
		.step = { { 0x1000, { 0x2001, 0 }, 0 }, { 0x2180, { 0x3001, 0x2a01 }, 0 },
			{ 0x3008, { 0x4027, 0 }, 0 },
			{ 0x4008, { 0x800000e5, 0 }, 0 } } };

	(void)state;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2180 value 0x2a01:0x3001 type tables domain 42 levels "
		     "3 table 0x3000\n"
		     "level 3 at 0x3008 value 0x4027 rights rw table 0x4000\n"
		     "level 2 at 0x4008 value 0x800000e5 rights r page 0x80000000 size "
		     "0x200000\n"
		     "result page address 0x80001abc rights r\n");
	shows(&(Walk){ .end = WALK_INTERRUPT }, false,
		"walk 0:3.0 0x40201abc w profile manual\nunit 1 source 1:0.0 translation "
		"off\n"
		"result interrupt text 'no DMA goes to 0xfee00000 to 0xfeefffff'\n");
}

static void
faults(void **state)
{
	Walk o = { .nstep = 2,
		.levels = 2,
		.end = WALK_FAULT,
		.reason = 2,
		.quiet = true,
		.step = { { 0x1000, { 0x2001, 0 }, 0 }, { 0x2180, { 2, 0 }, 0 } } };

	(void)state;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2180 value 0x0:0x2 absent faults hidden\n"
		     "result fault reason 0x2 text 'Present bit in context entry is "
		     "clear' recorded no\n");
	o = (Walk){ .nstep = 1,
		.end = WALK_FAULT,
		.reason = 1,
		.step = { { 0x1000, { 0, 0 }, 0 } } };
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x0 absent\n"
		     "result fault reason 0x1 text 'Present bit in root entry is clear' "
		     "recorded yes\n");
	o = (Walk){ .nstep = 3,
		.levels = 4,
		.end = WALK_FAULT,
		.reason = 5,
		.step = { { 0x1000, { 0x2001, 0 }, 0 }, { 0x2180, { 0x3007, 0x102 }, 0 },
			{ 0x3000, { 0x80, 0 }, 0 } } };
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2180 value 0x102:0x3007 type tables_and_device_tlb "
		     "domain 1 levels 4 "
		     "table 0x3000 faults hidden\n"
		     "level 4 at 0x3000 value 0x80 absent\n"
		     "result fault reason 0x5 text 'PTE Write access is not set' "
		     "recorded yes\n");
}

static void
passed(void **state)
{
	Walk o = { .nstep = 2,
		.levels = 4,
		.end = WALK_PASS,
		.pa = 0x40201abc,
		.step = { { 0x1000, { 0x2001, 0 }, 0 }, { 0x2180, { 9, 0x102 }, 0 } } };

	(void)state;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2180 value 0x102:0x9 type pass_through domain 1 "
		     "levels 4 table 0x0\n"
		     "result passed address 0x40201abc rights rw\n");
}

static void
scalable(void **state)
{
	Walk o = { .nstep = 6,
		.scalable = true,
		.levels = 4,
		.end = WALK_FAULT,
		.reason = 0x79,
		.step = { { 0x1000, { 0x2001, 0 }, 0 }, { 0x2300, { 0x3001, 0 }, 0 },
			{ 0x3000, { 0x4001, 0 }, 0 }, { 0x4000, { 0x5089, 0x2a }, 0 },
			{ 0x5000, { 0x6003, 0 }, 0 }, { 0x6008, { 0, 0 }, 0 } } };

	(void)state;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2300 value 0x0:0x3001 type scalable directory 0x3000 "
		     "pasid 0\n"
		     "directory at 0x3000 value 0x4001 table 0x4000\n"
		     "pasid at 0x4000 value 0x0:0x2a:0x5089 type second_stage domain 42 "
		     "levels 4 table "
		     "0x5000\n"
		     "level 4 at 0x5000 value 0x6003 rights rw table 0x6000\n"
		     "level 3 at 0x6008 value 0x0 absent\n"
		     "result fault reason 0x79 text 'Second level: read or write is not "
		     "allowed' recorded yes\n");
	o.first = true; /* where an entry that can only be written is absent */
	o.nstep = 5;
	o.reason = 0x71;
	o.step[WALK_PASID] = (WalkStep){ 0x4000, { 0x4b, 0x2a }, 0x5000 };
	o.step[WALK_TABLES2].value.lo = 0x6002;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2300 value 0x0:0x3001 type scalable directory 0x3000 "
		     "pasid 0\n"
		     "directory at 0x3000 value 0x4001 table 0x4000\n"
		     "pasid at 0x4000 value 0x5000:0x2a:0x4b type first_stage domain 42 "
		     "levels 4 table "
		     "0x5000 faults hidden\n"
		     "level 4 at 0x5000 value 0x6002 absent\n"
		     "result fault reason 0x71 text 'First level: entry is not present' "
		     "recorded yes\n");
	o.nstep = 3;
	o.step[WALK_CONTEXT].value = (Ent){ 0x3003, 5 };
	o.step[WALK_DIRECTORY].value.lo = 2;
	o.reason = 0x51;
	o.quiet = true;
	shows(&o, true,
		HEAD
		"root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		"context at 0x2300 value 0x5:0x3003 type scalable directory 0x3000 "
		"pasid 5 "
		"faults hidden\n"
		"directory at 0x3000 value 0x2 absent faults hidden\n"
		"result fault reason 0x51 text 'Scalable mode: PASID directory entry "
		"is not "
		"present' recorded no\n");
	o.nstep = 2;
	o.step[WALK_CONTEXT].value = (Ent){ 0, 0 };
	o.reason = 0x41;
	o.quiet = false;
	shows(&o, true,
		HEAD "root at 0x1000 value 0x0:0x2001 table 0x2000\n"
		     "context at 0x2300 value 0x0:0x0 absent\n"
		     "result fault reason 0x41 text 'Scalable mode: context entry is not "
		     "present' recorded yes\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(a_page),
		cmocka_unit_test(faults),
		cmocka_unit_test(passed),
		cmocka_unit_test(scalable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
