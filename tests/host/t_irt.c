/* SRC: dev/vtd/irt.c */
/* Interrupt remapping formats as numbers (VT-d 9.10, 5.1.2.2), not from our own
 * fields. */
#include "tests/host/host.h"

#include "dev/vtd/irt.h"

static void
entry(VtdIrq q, bool x2apic, uint64_t lo, uint64_t hi)
{
	Ent e = irt_entry(&q, x2apic);
	VtdIrq back;

	assert_int_equal(e.lo, lo);
	assert_int_equal(e.hi, hi);
	assert_true(irt_decode(e, x2apic, &back));
	assert_int_equal(back.vector, q.vector);
	assert_int_equal(back.dest, q.dest);
	assert_int_equal(back.level, q.level);
	assert_int_equal(back.bus, q.bus);
	assert_int_equal(back.sid, q.bus ? q.sid & 0xff00 : q.sid);
}

static void
test_entries(void **state)
{
	(void)state;
	entry((VtdIrq){ .sid = 0x0018, .vector = 0x41, .dest = 3 }, false,
		0x0000030000410001ull, 0x40018);
	entry((VtdIrq){ .sid = 0xff00, .vector = 0x30, .dest = 0 }, false,
		0x0000000000300001ull, 0x4ff00);
	entry((VtdIrq){ .sid = 0xf0f8, .vector = 0xef, .dest = 0xfe, .level = true },
		false, 0x0000fe0000ef0011ull, 0x4f0f8);
	entry((VtdIrq){ .sid = 0x0018, .vector = 0x41, .dest = 0x12345 }, true,
		0x0001234500410001ull, 0x40018);
	/* behind a bridge: from bus 2 to bus 2 */
	entry((VtdIrq){ .sid = 0x0208, .bus = true, .vector = 0x41, .dest = 1 }, false,
		0x0000010000410001ull, 0x80202);
}

static void
test_decode(void **state)
{
	VtdIrq q;

	(void)state;
	/* as a Linux debugfs dump shows one: 00:0a.0, vector 0x24, to APIC 1 */
	assert_true(irt_decode((Ent){ 0x000001000024000dull, 0x0000000000040050ull },
		false, &q));
	assert_int_equal(q.sid, 0x0050);
	assert_int_equal(q.vector, 0x24);
	assert_int_equal(q.dest, 1);
	assert_false(q.bus || q.level);
	assert_false(irt_decode((Ent){ 0, 0 }, false, &q));
	/* P is 0 */
	assert_false(irt_decode((Ent){ 0x0000010000240000ull, 0x40050 }, false, &q));
}

static void
test_sources(void **state)
{
	VtdIrq one = { .sid = 0x0108 }, bus = { .sid = 0x0108, .bus = true };

	(void)state;
	assert_true(vtd_irq_allows(&one, 0x0108));
	assert_false(vtd_irq_allows(&one, 0x0109));
	assert_false(vtd_irq_allows(&one, 0x0008));
	assert_true(vtd_irq_allows(&bus, 0x0100));
	assert_true(vtd_irq_allows(&bus, 0x01ff));
	assert_false(vtd_irq_allows(&bus, 0x0008));
}

static void
message(uint32_t index, uint64_t addr)
{
	uint64_t a;
	uint32_t d;

	vtd_irq_message(index, &a, &d);
	assert_int_equal(a, addr);
	assert_int_equal(d, 0);
}

static void
test_messages(void **state)
{
	(void)state;
	message(0, 0xfee00018);
	message(5, 0xfee000b8);
	message(255, 0xfee01ff8);
	message(0x7fff, 0xfeeffff8);
	message(0x8001, 0xfee0003c); /* index bit 15 is address bit 2 */
}

static void
test_lines(void **state)
{
	(void)state;
	assert_int_equal(vtd_irq_line(0, 0x30, false, false), 0x0001000000000030ull);
	assert_int_equal(vtd_irq_line(5, 0x31, false, false), 0x000b000000000031ull);
	assert_int_equal(vtd_irq_line(0x8001, 0x31, true, true), 0x000300000000a831ull);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
