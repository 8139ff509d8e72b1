/* SRC: arch/ioapic.c */
/*
 * Lines under interrupt remapping: each is masked before anybody is asked for its new
 * entry, and its handler looks once after that. Registers are plain memory here, so what
 * is seen is the last index and the last value written (82093AA: index at 0, window at
 * 10h, entry n at index 10h + 2n, low half first).
 */
#include "tests/host/host.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/ioapic.h"

#define MASKED 0x10000

static volatile uint32_t regs[2][8];
static char trace[256];
static int answer;
Cpu cpus[MAXCPU];

volatile void *
arch_map_mmio(paddr_t pa, size_t len)
{
	assert_int_equal(len, 32);
	return pa == 0xfec00000 ? regs[0] : pa == 0xfec10000 ? regs[1] : NULL;
}

void
apic_send(uint32_t dest, uint vector)
{
	size_t n = strlen(trace);

	snprintf(trace + n, sizeof trace - n, "send%u:%x ", dest, vector);
}

static int
entry(const IrqLine *l, uint64_t *out)
{
	size_t n = strlen(trace);
	uint k = l->id == 8 ? 0 : 1;

	assert_int_equal(regs[k][4], MASKED);
	snprintf(trace + n, sizeof trace - n, "id%u:%x%s%s@%x ", l->id, l->vector,
		l->level ? " level" : "", l->low ? " low" : "", regs[k][0]);
	*out = 0x000b000000000000ull | l->vector;
	return answer;
}

static void
boot(void)
{
	static Madt m = { .nioapic = 2,
		.ioapic = { { 0xfec00000, 0, 8 }, { 0xfec10000, 24, 9 } } };

	for (uint i = 0; i < NISA; i++)
		m.isa[i].gsi = i;
	m.isa[9] = (IsaLine){ .gsi = 25, .level = true, .low = true };
	m.isa[5].gsi = 99; /* nowhere */
	cpus[0].apic_id = 3;
	regs[0][4] = regs[1][4] = 23 << 16; /* the version register: 24 inputs */
	ioapic_init(&m);
}

static void
test_lines(void **state)
{
	uint id;

	(void)state;
	boot();
	assert_true(irq_ioapic(0, &id));
	assert_int_equal(id, 8);
	assert_true(irq_ioapic(1, &id));
	assert_int_equal(id, 9);
	assert_false(irq_ioapic(2, &id));

	/* as they are without remapping */
	assert_int_equal(irq_route_isa(4, 0x31), 0);
	assert_int_equal(regs[0][0], 0x18);
	assert_int_equal(regs[0][4], 0x31);
	assert_int_equal(irq_route_isa(9, 0x32), 0);
	assert_int_equal(regs[1][0], 0x12);
	assert_int_equal(regs[1][4], 0xa032);
	assert_int_equal(irq_route_isa(5, 0x33), -ENODEV);
	assert_int_equal(irq_route_isa(16, 0x33), -EINVAL);

	irq_lines_hold();
	assert_int_equal(regs[0][0], 0x18);
	assert_int_equal(regs[0][4], MASKED);
	assert_int_equal(regs[1][0], 0x12);
	assert_int_equal(regs[1][4], MASKED);
	irq_lines_go(entry);
	assert_string_equal(trace, "id8:31@18 send3:31 id9:32 level low@12 send3:32 ");
	assert_int_equal(regs[0][4], 0x31);
	assert_int_equal(regs[1][4], 0x32);

	/* no unit remaps these: the old form; no entry: dead */
	irq_lines_hold();
	answer = -ENOTSUP;
	irq_lines_go(entry);
	assert_int_equal(regs[1][4], 0xa032);
	irq_lines_hold();
	answer = -ENOSPC;
	trace[0] = 0;
	irq_lines_go(entry);
	assert_null(strstr(trace, "send"));
	assert_int_equal(regs[0][4], MASKED);
	assert_int_equal(regs[1][4], MASKED);
	assert_non_null(strstr(host_log,
		"ioapic: line 4 is dead: it has no interrupt entry\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
