/* SRC: dev/assign/assignlock.c dev/assign/intremap.c */
/*
 * Interrupt remapping at boot, over a trace: lines are masked while units change, nothing
 * changes where an IO-APIC would be left behind, and each line and function gets an entry
 * for the source it has.
 */
#include "host.h"

#include "arch/arch.h"
#include "dev/assign/boot.h"
#include "dev/assign/intr.h"
#include "dev/vtd/inspect.h"

struct Unit {
	int err; /* of adding an entry */
	bool remaps;
};

static char trace[1024];
static bool allowed;
static Unit unit[2];
static uint nioapic;
static bool hidden, off; /* an IO-APIC in no scope; intremap=off */
static VtdIrq got;
static int (*entry)(const IrqLine *l, uint64_t *out);

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	size_t n = strlen(trace);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trace + n, sizeof trace - n, fmt, ap);
	va_end(ap);
}

bool
param_is(const char *n, const char *v)
{
	return off && !strcmp(n, "intremap") && !strcmp(v, "off");
}
uint32_t
arch_apic_id(uint cpu)
{
	return cpu + 4;
}
void
irq_lines_hold(void)
{
	say("hold ");
}
void
irq_lines_go(int (*fn)(const IrqLine *l, uint64_t *out))
{
	say("go ");
	entry = fn;
}
void
irq_message(uint v, uint64_t *a, uint32_t *d)
{
	*a = 0xfee04000;
	*d = v;
}
void
vtd_irq_message(uint32_t i, uint64_t *a, uint32_t *d)
{
	*a = 0xfee00018 + i;
	*d = 0;
}
uint64_t
vtd_irq_line(uint32_t i, uint8_t v, bool l, bool low)
{
	return (uint64_t)i << 32 | v | l << 8 | low << 9;
}
bool
vtd_remap_allowed(void)
{
	return allowed;
}
uint32_t
vtd_nunit(void)
{
	return 2;
}
Unit *
vtd_unit(uint32_t i)
{
	return &unit[i];
}
uint32_t
unit_index(const Unit *u)
{
	return (uint32_t)(u - unit);
}
void
unit_info(Unit *u, UnitInfo *o)
{
	*o = (UnitInfo){ .remaps = u->remaps };
}

bool
irq_ioapic(uint i, uint *id)
{
	*id = i + 8;
	return i < nioapic;
}

Unit *
vtd_ioapic(uint8_t id, uint16_t *sid)
{
	*sid = 0xf000 + id;
	return id == 9 && hidden ? NULL : &unit[1];
}

void
vtd_remap(bool x2apic)
{
	assert_false(x2apic); /* our CPUs are in xAPIC mode */
	say("remap ");
	unit[0].remaps = unit[1].remaps = unit[1].err != -ENOTSUP;
}

int
unit_irq_add(Unit *u, const VtdIrq *q, uint32_t *index)
{
	got = *q;
	*index = 5;
	return u->err;
}

int
unit_irq_remove(Unit *u, uint32_t index)
{
	say("remove%u:%u ", unit_index(u), index);
	return u->err;
}

bool
pci_message_source(const PciFn *f, uint16_t *sid)
{
	*sid = (uint16_t)f->bdf;
	return BDF_BUS(f->bdf) != 0;
}

bool
unit_irq_at(Unit *u, uint32_t index, VtdIrq *q)
{
	*q = got;
	return u == &unit[0] && index == 5;
}

static AssignedFn *the_func;
AssignedFn *
fn_of(const PciFn *f)
{
	return f == the_func->pci ? the_func : NULL;
}

static int
setup(void **state)
{
	(void)state;
	memset(unit, 0, sizeof unit);
	memset(&got, 0, sizeof got);
	nioapic = 2;
	allowed = true;
	hidden = off = false;
	entry = NULL;
	trace[0] = host_log[0] = host_errstr[0] = 0;
	return 0;
}

static void
test_boot(void **state)
{
	uint64_t e = 0;

	(void)state;
	intremap_init();
	assert_string_equal(trace, "hold remap go ");
	assert_null(intremap_unused());
	assert_string_equal(host_log, "DMAR-IR: Enabled IRQ remapping in xapic mode\n");
	assert_int_equal(entry(&(IrqLine){ .id = 8,
				       .vector = 0x31,
				       .level = true,
				       .low = true },
				 &e),
		0);
	assert_int_equal(e, 0x500000331);
	assert_int_equal(got.sid, 0xf008);
	assert_false(got.bus);
	assert_true(got.level);
	assert_int_equal(got.vector, 0x31);
	assert_int_equal(got.dest, 4); /* the boot CPU */
	unit[1].err = -ENOSPC;
	assert_int_equal(entry(&(IrqLine){ .id = 8, .vector = 0x31 }, &e), -ENOSPC);
}

static void
test_unused(void **state)
{
	(void)state;
	hidden = true; /* its interrupts would be blocked */
	intremap_init();
	assert_string_equal(trace, "");
	assert_string_equal(intremap_unused(),
		"the DMAR table does not say where an IO-APIC is");
	assert_string_equal(host_log,
		"DMAR-IR: no interrupt remapping: "
		"the DMAR table does not say where an IO-APIC is\n");
	trace[0] = 0;
	allowed = false; /* the platform cannot: units say that, not where things are */
	intremap_init();
	assert_string_equal(trace, "hold remap go ");
	trace[0] = 0;
	hidden = false;
	off = true;
	intremap_init();
	assert_string_equal(trace, "");
	assert_string_equal(intremap_unused(),
		"it was switched off by boot parameter intremap=off");
	off = false;
	host_log[0] = 0;
	unit[1].err = -ENOTSUP; /* no unit can: the lines stay as they are */
	intremap_init();
	assert_string_equal(trace, "hold remap go ");
	assert_string_equal(host_log, "");
	assert_int_equal(entry(&(IrqLine){ .id = 8, .vector = 0x31 }, &(uint64_t){ 0 }),
		-ENOTSUP);
}

static void
test_function(void **state)
{
	PciFn near = { .bdf = BDF(0, 0, 3, 0) }, far = { .bdf = BDF(0, 2, 1, 0) };
	AssignedFn f = {
		.pci = &near, .unit = &unit[0], .name = "0:3.0", .vector = 0x41
	};
	uint64_t addr;
	uint32_t data, index;
	VtdIrq q;

	(void)state;
	assert_int_equal(intremap_add(&f, 0x41), 0);
	assert_int_equal(got.sid, 0x18);
	assert_int_equal(got.vector, 0x41);
	assert_int_equal(got.dest, 4);
	assert_false(got.bus || got.level);
	the_func = &f;
	assert_true(assign_entry(&near, &index, &q));
	assert_int_equal(index, 5);
	assert_int_equal(q.sid, 0x18);
	/* there was no memory for its books */
	assert_false(assign_entry(&far, &index, &q));
	intremap_message(&f, &addr, &data);
	assert_int_equal(addr, 0xfee0001d);
	assert_int_equal(data, 0);
	assert_int_equal(intremap_remove(&f), 0);
	assert_string_equal(trace, "remove0:5 ");
	assert_int_equal(intremap_remove(&f), 0); /* once */
	assert_false(assign_entry(&near, &index, &q));
	assert_string_equal(trace, "remove0:5 ");
	f.pci = &far;
	assert_int_equal(intremap_add(&f, 0x41), 0);
	assert_true(got.bus);
	unit[0].err = -ETIMEDOUT;
	assert_int_equal(intremap_remove(&f), -ETIMEDOUT);
	assert_int_equal(intremap_add(&f, 0x41), -EIO);
	assert_string_equal(host_errstr,
		"0:3.0: IOMMU unit 0 took no interrupt entry for it");
	unit[0].err = -ENOSPC;
	assert_int_equal(intremap_add(&f, 0x41), -ENOSPC);
	assert_string_equal(host_errstr,
		"IOMMU unit 0 has no interrupt entry left for 0:3.0");
	unit[0].err = -ENOTSUP; /* then in the old format */
	assert_int_equal(intremap_add(&f, 0x41), 0);
	intremap_message(&f, &addr, &data);
	assert_int_equal(addr, 0xfee04000);
	assert_int_equal(data, 0x41);
	assert_int_equal(intremap_remove(&f), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = { T(test_boot), T(test_unused),
		T(test_function) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
