/*
 * This kernel under dev/pci: configuration cycles, register windows, time, memory. The
 * contracts are in dev/pci/os.h.
 *
 * Configuration space is in memory where the MCFG table says, 1 MiB for each bus. To map
 * all 256 buses would cost half a megabyte of page tables, so a bus of segment 0 is
 * mapped once the legacy ports show a device on it. If there is no MCFG, or what it
 * points at is not what the ports show, the ports are used alone, and offsets above 255
 * are missing.
 *
 * Locks: config_lock (RANK_PCI) makes a port cycle and a read-change-write one step. The
 * ranges are const after pcios_init. The pointer to a bus goes from NULL to its window
 * once.
 */
#include "arch/arch.h"
#include "dev/pci/mcfg.h"
#include "dev/pci/os.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/log.h"

#define NBUS      256
#define BUS_SIZE  (1ul << 20)
#define FUNC_SIZE 4096u

static McfgRange range[MCFG_MAX];
static uint nrange;
static bool ecam;
static volatile uint8_t **window[MCFG_MAX]; /* per bus of the range; NULL: not mapped */
static const void *dmar;
static size_t dmar_len;
static Lock config_lock = LOCK_INIT(RANK_PCI, "pci config");

/* ---- the ports: whole words ---- */

static uint32_t
port_word(bdf_t b, uint off)
{
	return arch_pci_port_read(BDF_BUS(b), b & 0xff, off & ~3u);
}

static uint32_t
port_read(bdf_t b, uint off, uint width)
{
	uint32_t v = port_word(b, off) >> 8 * (off & 3);

	return width < 4 ? v & ((1u << 8 * width) - 1) : v;
}

static void
port_write(bdf_t b, uint off, uint width, uint32_t v)
{
	uint shift = 8 * (off & 3);
	uint32_t mask = width < 4 ? (1u << 8 * width) - 1 : UINT32_MAX;
	uint32_t rest = width < 4 ? port_word(b, off) & ~(mask << shift) : 0;

	arch_pci_port_write(BDF_BUS(b), b & 0xff, off & ~3u, rest | (v & mask) << shift);
}

/* ---- memory ---- */

static bool
bus_map(uint i, uint bus)
{
	uint n = bus - range[i].first;

	if (window[i][n] == NULL)
		window[i][n] = arch_map_mmio(range[i].base + n * BUS_SIZE, BUS_SIZE);
	return window[i][n] != NULL;
}

/* The 4096 bytes of a function, mapped if need be. NULL: the ports must do, nobody is
 * there, or there is no memory. */
static volatile uint8_t *
fn_window(bdf_t b)
{
	uint seg = BDF_SEG(b), bus = BDF_BUS(b), i, n;
	bool empty;

	for (i = 0; i < nrange; i++)
		if (range[i].seg == seg && range[i].first <= bus && bus <= range[i].last)
			break;
	if (!ecam || i == nrange)
		return NULL;
	n = bus - range[i].first;
	if (window[i][n] == NULL) {
		lock(&config_lock);
		empty = seg == 0 && port_word(b, 0) == UINT32_MAX;
		unlock(&config_lock);
		if (empty || !bus_map(i, bus))
			return NULL;
	}
	return window[i][n] + (b & 0xff) * FUNC_SIZE;
}

static uint32_t
mem_read(const volatile uint8_t *p, uint width)
{
	switch (width) {
	case 1:
		return *p;
	case 2:
		return *(const volatile uint16_t *)p;
	default:
		return *(const volatile uint32_t *)p;
	}
}

static void
mem_write(volatile uint8_t *p, uint width, uint32_t v)
{
	switch (width) {
	case 1:
		*p = v;
		break;
	case 2:
		*(volatile uint16_t *)p = v;
		break;
	default:
		*(volatile uint32_t *)p = v;
	}
}

/* ---- either ---- */

static bool
port_reaches(bdf_t b, uint off)
{
	return BDF_SEG(b) == 0 && off < 256;
}

static uint32_t
config_read_locked(volatile uint8_t *w, bdf_t b, uint off, uint width)
	REQUIRES(config_lock)
{
	if (w != NULL)
		return mem_read(w + off, width);
	if (port_reaches(b, off))
		return port_read(b, off, width);
	return width < 4 ? (1u << 8 * width) - 1 : UINT32_MAX;
}

static void
config_write_locked(volatile uint8_t *w, bdf_t b, uint off, uint width, uint32_t v)
	REQUIRES(config_lock)
{
	if (w != NULL)
		mem_write(w + off, width, v);
	else if (port_reaches(b, off))
		port_write(b, off, width, v);
}

uint32_t
pcios_read(bdf_t b, uint off, uint width)
{
	volatile uint8_t *w = fn_window(b);
	uint32_t v;

	lock(&config_lock);
	v = config_read_locked(w, b, off, width);
	unlock(&config_lock);
	return v;
}

void
pcios_write(bdf_t b, uint off, uint width, uint32_t v)
{
	volatile uint8_t *w = fn_window(b);

	lock(&config_lock);
	config_write_locked(w, b, off, width, v);
	unlock(&config_lock);
}

void
pcios_update(bdf_t b, uint off, uint width, uint32_t clear, uint32_t set)
{
	volatile uint8_t *w = fn_window(b);

	lock(&config_lock);
	config_write_locked(w, b, off, width,
		(config_read_locked(w, b, off, width) & ~clear) | set);
	unlock(&config_lock);
}

bool
pcios_ecam(void)
{
	return ecam;
}

uint
pcios_nbus(uint i, uint *seg, uint *first, uint *last)
{
	if (i >= nrange)
		return 0;
	*seg = range[i].seg;
	*first = range[i].first;
	*last = range[i].last;
	return range[i].last - range[i].first + 1;
}

/* ---- finding out ---- */

static bool
windows_make(void)
{
	for (uint i = 0; i < nrange; i++) {
		uint n = range[i].last - range[i].first + 1;

		if (pcios_taken(range[i].base, n * BUS_SIZE) != NULL)
			return false;
		if ((window[i] = kalloc(n * sizeof *window[i])) == NULL)
			return false;
	}
	return true;
}

/* True if memory and ports show the same devices on the first bus of segment 0. */
static bool
windows_agree(void)
{
	uint n = 0;

	if (nrange == 0 || range[0].seg != 0 || !bus_map(0, range[0].first))
		return false;
	for (uint dev = 0; dev < 32; dev++) {
		bdf_t b = BDF(0, range[0].first, dev, 0);
		uint32_t v = mem_read(window[0][0] + (b & 0xff) * FUNC_SIZE, 4);

		if (v != port_word(b, 0))
			return false;
		n += v != UINT32_MAX;
	}
	return n > 0;
}

void
pcios_init(void)
{
	const void *t;
	size_t len;

	dmar = acpi_last("DMAR", &dmar_len);
	if ((t = acpi_find("MCFG", 0, &len)) != NULL) {
		nrange = mcfg_parse(t, len, range, MCFG_MAX);
		ecam = windows_make() && windows_agree();
		if (!ecam)
			kprint("pci: the MCFG table is not usable: using the ports\n");
	}
	if (!ecam) {
		range[0] = (McfgRange){ .last = NBUS - 1 };
		nrange = 1;
	}
}

/* ---- addresses ---- */

static bool
is_ram(uint64_t addr, uint64_t len)
{
	for (uint i = 0; i < bootinfo.nmem; i++) {
		const MemRange *m = &bootinfo.mem[i];

		if (m->kind != MEM_RESERVED && m->kind != MEM_BAD &&
			spans_meet(addr, len, m->base, m->len))
			return true;
	}
	return false;
}

static bool
is_config(uint64_t addr, uint64_t len)
{
	for (uint i = 0; ecam && i < nrange; i++)
		if (spans_meet(addr, len, range[i].base,
			    (range[i].last - range[i].first + 1) * BUS_SIZE))
			return true;
	return false;
}

const char *
pcios_taken(uint64_t addr, uint64_t len)
{
	uint64_t last = addr + (len - 1);

	if (len == 0 || last < addr || last >> arch_phys_bits() != 0)
		return "addresses the CPU does not have";
	if (spans_meet(addr, len, 0, 1 << 20))
		return "the first megabyte";
	if (is_ram(addr, len))
		return "RAM";
	if (dmar != NULL && dmar_covers(dmar, dmar_len, addr, len))
		return "an IOMMU's registers";
	if (is_config(addr, len))
		return "configuration space";
	if (spans_meet(addr, len, 0xfec00000, 0x1400000)) /* APICs, timers, flash */
		return "the chipset's registers";
	return NULL;
}

/* ---- services ---- */

volatile uint32_t *
pcios_map(uint64_t addr, size_t len)
{
	return arch_map_mmio(addr, len);
}

void
pcios_sleep_ms(uint ms)
{
	arch_sleep(ms * 1000000ull);
}

void *
pcios_alloc(size_t n)
{
	return kalloc(n);
}

void
pcios_log(const char *fmt, ...)
{
	char buf[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprint(buf, sizeof buf, fmt, ap);
	va_end(ap);
	kprint("%s", buf);
}
