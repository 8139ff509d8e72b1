/*
 * Finds the firmware's tables: the RSDP, then the XSDT or RSDT, then each table by its
 * signature (ACPI 6.4, sections 5.2.5 to 5.2.9). All of it is input. Lengths are bounded
 * and checksums verified, and a pointer is followed only into memory that the loader has
 * listed, so that a bad one cannot make us read a device. Tables are mapped read-only,
 * once, and stay mapped. No AML is interpreted. Locks: none; const after acpi_init.
 */
#include "arch/acpi.h"

#include "arch/memmap.h"
#include "kern/le.h"
#include "kern/log.h"
#include "kern/string.h"

#define MAXTABLE  96
#define MAXLENGTH (4u << 20)
#define HEADER    36

typedef struct Table {
	paddr_t pa;
	const uint8_t *p; /* NULL: unusable */
	size_t len;
} Table;

static Table tables[MAXTABLE];
static uint ntable;

static bool
sums_to_zero(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n-- > 0)
		sum += *p++;
	return sum == 0;
}

static const uint8_t *
map_listed(paddr_t pa, size_t len)
{
	return memmap_covers(&bootinfo, pa, len, false) ? arch_map_ro(pa, len) : NULL;
}

/* Maps the whole table at pa and verifies its checksum. If it is wrong, prints a line and
 * returns NULL. */
static const uint8_t *
map_table(paddr_t pa, size_t *len)
{
	const uint8_t *p = map_listed(pa, HEADER);

	*len = 0;
	if (p == NULL) {
		kprint("acpi: no table at %lx: not memory\n", pa);
		return NULL;
	}
	*len = le32(p + 4);
	if (*len < HEADER || *len > MAXLENGTH) {
		kprint("acpi: table at %lx: impossible length %zu\n", pa, *len);
		return NULL;
	}
	/* The header's page maps the rest of a small table as well. */
	if (pa % PAGE_SIZE + *len > PAGE_SIZE && (p = map_listed(pa, *len)) == NULL) {
		kprint("acpi: table at %lx: %zu bytes are not all memory\n", pa, *len);
		return NULL;
	}
	if (!sums_to_zero(p, *len)) {
		kprint("acpi: table %.4s at %lx: wrong checksum\n", (const char *)p, pa);
		return NULL;
	}
	return p;
}

static void
add_table(paddr_t pa)
{
	Table *t = &tables[ntable];

	if (pa == 0 || ntable == MAXTABLE)
		return;
	t->pa = pa;
	t->p = map_table(pa, &t->len);
	ntable++;
}

static bool
add_root(paddr_t pa, uint width)
{
	size_t len;
	const uint8_t *p = pa != 0 ? map_table(pa, &len) : NULL;

	if (p == NULL)
		return false;
	for (size_t off = HEADER; len - off >= width; off += width)
		add_table(width == 8 ? le64(p + off) : le32(p + off));
	return true;
}

static bool
is_rsdp(const uint8_t *p)
{
	return memcmp(p, "RSD PTR ", 8) == 0 && sums_to_zero(p, 20);
}

/* A BIOS leaves it at a 16-byte boundary of its read-only memory. */
static paddr_t
rsdp_scan(paddr_t from, size_t len)
{
	const uint8_t *p = arch_map_ro(from, len);

	for (size_t off = 0; p != NULL && off + 36 <= len; off += 16)
		if (is_rsdp(p + off))
			return from + off;
	return 0;
}

void
acpi_init(void)
{
	paddr_t pa = bootinfo.rsdp != 0 ? bootinfo.rsdp : rsdp_scan(0xe0000, 0x20000);
	const uint8_t *p = pa != 0 ? arch_map_ro(pa, 36) : NULL;

	if (p == NULL || !is_rsdp(p)) {
		kprint("acpi: no tables\n");
		return;
	}
	bootinfo.rsdp = pa;
	if (p[15] >= 2 && sums_to_zero(p, 36) && add_root(le64(p + 24), 8))
		return;
	if (!add_root(le32(p + 16), 4))
		kprint("acpi: no usable root table\n");
}

const void *
acpi_find(const char sig[4], uint i, size_t *len)
{
	for (uint n = 0; n < ntable; n++) {
		const Table *t = &tables[n];
		if (t->p == NULL || memcmp(t->p, sig, 4) != 0 || i-- != 0)
			continue;
		*len = t->len;
		return t->p;
	}
	return NULL;
}

const void *
acpi_last(const char sig[4], size_t *len)
{
	const void *p, *last = NULL;
	size_t n;

	*len = 0;
	for (uint i = 0; (p = acpi_find(sig, i, &n)) != NULL; i++) {
		last = p;
		*len = n;
	}
	return last;
}

paddr_t
acpi_addr(const void *table)
{
	for (uint n = 0; n < ntable; n++)
		if (tables[n].p == table)
			return tables[n].pa;
	return 0;
}

const void *
acpi_at(paddr_t pa, size_t *len)
{
	return pa != 0 ? map_table(pa, len) : NULL;
}

/* The I/O port that a register is at, by its generic address (type 1 is a port) or else
 * by its old field. */
static uint16_t
gas_port(const uint8_t *p, size_t len, size_t old, size_t gas)
{
	if (gas + 12 <= len && p[gas] == 1 && le64(p + gas + 4) != 0)
		return le64(p + gas + 4) > 0xffff ? 0 : le64(p + gas + 4);
	return old + 4 <= len && le32(p + old) <= 0xffff ? le32(p + old) : 0;
}

/* Offsets: ACPI 6.4, table 5.9. */
bool
acpi_fadt(Fadt *f)
{
	size_t len;
	const uint8_t *p = acpi_find("FACP", 0, &len);

	memset(f, 0, sizeof *f);
	if (p == NULL || len < 116)
		return false;
	f->smi_cmd = le32(p + 48);
	f->acpi_enable = p[52];
	f->pm1a_cnt = gas_port(p, len, 64, 172);
	f->pm1b_cnt = gas_port(p, len, 68, 184);
	f->pm_timer = gas_port(p, len, 76, 208);
	f->pm_timer_32 = le32(p + 112) >> 8 & 1;
	f->century = p[108];
	f->dsdt = len >= 148 && le64(p + 140) != 0 ? le64(p + 140) : le32(p + 40);
	if (len >= 129 && (le32(p + 112) >> 10 & 1) && p[116] == 1) {
		f->reset_is_port = true;
		f->reset_port = le64(p + 120);
		f->reset_value = p[128];
	}
	return true;
}
