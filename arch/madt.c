/*
 * Reads the MADT (ACPI 6.4, section 5.2.12): the local APICs, the I/O APICs, and what is
 * special about ISA lines. Where a CPU's own APIC is, the CPU knows better. Every entry
 * is bounds-checked, because firmware wrote it, and numbers out of range are skipped.
 * Pure.
 */
#include "arch/madt.h"

#include "kern/errno.h"
#include "kern/le.h"
#include "kern/string.h"

enum { HEADER = 44 };
enum { LOCAL_APIC = 0, IO_APIC = 1, ISA_OVERRIDE = 2, LOCAL_X2APIC = 9 };

#define CPU_ENABLED 1

static void
add_cpu(Madt *m, uint32_t id, uint32_t flags)
{
	if (!(flags & CPU_ENABLED))
		return;
	if (m->ncpu < MAXCPU && id < 255)
		m->apic_id[m->ncpu++] = id;
	else
		m->nignored++;
}

static void
add_ioapic(Madt *m, uint8_t id, uint32_t base, uint32_t gsi)
{
	if (m->nioapic == MADT_MAXIOAPIC || base == 0)
		return;
	m->ioapic[m->nioapic].base = base;
	m->ioapic[m->nioapic].gsi = gsi;
	m->ioapic[m->nioapic].id = id;
	m->nioapic++;
}

/* Bits 1:0 of flags are the polarity (3: low), and 3:2 the trigger (3: level). 0 is what
 * the bus has: high and edge. */
static void
override_add(Madt *m, uint bus, uint line, uint32_t gsi, uint flags)
{
	if (bus != 0 || line >= NISA)
		return;
	m->isa[line].gsi = gsi;
	m->isa[line].low = (flags & 3) == 3;
	m->isa[line].level = (flags >> 2 & 3) == 3;
}

static void
entry_add(Madt *m, const uint8_t *p, uint len)
{
	if (p[0] == LOCAL_APIC && len >= 8)
		add_cpu(m, p[3], le32(p + 4));
	else if (p[0] == LOCAL_X2APIC && len >= 16)
		add_cpu(m, le32(p + 4), le32(p + 8));
	else if (p[0] == IO_APIC && len >= 12)
		add_ioapic(m, p[2], le32(p + 4), le32(p + 8));
	else if (p[0] == ISA_OVERRIDE && len >= 10)
		override_add(m, p[2], p[3], le32(p + 4), le16(p + 8));
}

int
madt_parse(const void *table, size_t len, Madt *m)
{
	const uint8_t *p = table;
	size_t off = HEADER;

	memset(m, 0, sizeof *m);
	for (uint i = 0; i < NISA; i++)
		m->isa[i].gsi = i;
	if (len < HEADER)
		return -EINVAL;
	while (len - off >= 2) {
		uint n = p[off + 1];
		if (n < 2 || n > len - off)
			break;
		entry_add(m, p + off, n);
		off += n;
	}
	return 0;
}
