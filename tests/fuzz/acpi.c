/* SRC: arch/memmap.c arch/madt.c arch/s5.c */
/*
 * Firmware's tables from the RSDP on, in a small physical memory that the input fills.
 * The finder is included, not linked, so that each input begins with no tables. Every
 * byte it reads lies in mapped pages; every table it hands out is whole, listed memory,
 * and sums to 0. Each input is tried as it is and with the checksums of reachable tables
 * made right; then the readers of MADT, FADT and \_S5 see what was found.
 */
#include "arch/acpi.c"

#include "arch/madt.h"
#include "arch/s5.h"
#include "kern/errno.h"
#include "tests/fuzz/fuzz.h"

#define BASE 0x80000000ull
#define MOST (16 * PAGE_SIZE)

BootInfo bootinfo;
static uint8_t *memory; /* whole pages, physical address BASE */
static size_t size;

static bool
inside(paddr_t pa, size_t len)
{
	return pa >= BASE && pa - BASE <= size && len <= size - (pa - BASE);
}

/* Like the kernel's: whole pages are mapped, and only what there is. */
const void *
arch_map_ro(paddr_t pa, size_t len)
{
	return inside(pa, len) ? memory + (pa - BASE) : NULL;
}

static void
repair(paddr_t pa)
{
	if (!inside(pa, HEADER))
		return;
	uint8_t *p = memory + (pa - BASE);
	size_t len = le32(p + 4);
	if (len >= HEADER && inside(pa, len))
		sum_repair(p, len, 9);
}

static void
repair_root(paddr_t pa, unsigned width)
{
	if (!inside(pa, HEADER))
		return;
	const uint8_t *p = memory + (pa - BASE);
	size_t len = le32(p + 4);
	if (len < HEADER || !inside(pa, len))
		return;
	for (size_t off = HEADER; len - off >= width; off += width)
		repair(width == 8 ? le64(p + off) : le32(p + off));
	repair(pa);
}

static void
check_table(const char *sig, const uint8_t *p, size_t len)
{
	paddr_t pa = acpi_addr(p);

	CHECK(memcmp(p, sig, 4) == 0 && pa != 0);
	CHECK(len >= HEADER && inside(pa, len) && p == memory + (pa - BASE));
	CHECK(sums_to_zero(p, len) && le32(p + 4) == len);
}

static void
check_madt(const uint8_t *p, size_t len)
{
	uint8_t *exact = in_copy(&(In){ p, len }, &len);
	Madt m;

	if (madt_parse(exact, len, &m) == 0) {
		CHECK(m.ncpu <= MAXCPU && m.nioapic <= MADT_MAXIOAPIC);
		for (uint i = 0; i < m.nioapic; i++)
			CHECK(m.ioapic[i].base != 0);
		for (uint i = 0; i < m.ncpu; i++)
			CHECK(m.apic_id[i] != 0xff);
	}
	free(exact);
}

static void
check_fadt(void)
{
	uint8_t a = 0, b = 0;
	size_t len;
	Fadt f;

	if (!acpi_fadt(&f))
		return;
	const uint8_t *p = acpi_at(f.dsdt, &len);
	if (p == NULL)
		return;
	CHECK(inside(f.dsdt, len));
	uint8_t *exact = in_copy(&(In){ p, len }, &len);
	if (s5_find(exact, len, &a, &b))
		CHECK(a < 8 && b < 8);
	free(exact);
}

static void
try(void)
{
	static const char sigs[][5] = { "APIC", "FACP", "MCFG", "DMAR", "RSDT", "XSDT" };
	size_t len;

	ntable = 0;
	acpi_init();
	CHECK(ntable <= MAXTABLE);
	for (uint i = 0; i < ntable; i++)
		CHECK(tables[i].pa != 0 &&
			(tables[i].p == NULL || inside(tables[i].pa, tables[i].len)));
	for (uint s = 0; s < nelem(sigs); s++)
		for (uint i = 0; i <= ntable; i++) {
			const uint8_t *p = acpi_find(sigs[s], i, &len);
			if (p == NULL)
				break;
			check_table(sigs[s], p, len);
			if (s == 0)
				check_madt(p, len);
		}
	check_fadt();
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	if (n > MOST)
		n = MOST;
	size = roundup(n, PAGE_SIZE);
	memory = aligned_alloc(PAGE_SIZE, size + PAGE_SIZE);
	CHECK(memory != NULL);
	memset(memory, 0, size);
	if (n > 0)
		memcpy(memory, in, n);
	bootinfo = (BootInfo){ .rsdp = BASE };
	memmap_add(&bootinfo, BASE, size, MEM_ACPI);
	try();
	if (n >= 36) {
		memcpy(memory, "RSD PTR ", 8);
		repair_root(le64(memory + 24), 8);
		repair_root(le32(memory + 16), 4);
		memcpy(memory, "RSD PTR ", 8);
		sum_repair(memory, 20, 8);
		sum_repair(memory, 36, 32);
		bootinfo.rsdp = BASE;
		try();
	}
	free(memory);
}
