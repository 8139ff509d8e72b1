/*
 * Addresses of devices: base address registers (BARs), the windows of bridges, and what
 * of them a process may map.
 *
 * A BAR is sized by writing ones while decoding is switched off (PCI 3.0 6.2.5.1), so
 * that it answers nowhere meanwhile. Firmware has assigned the addresses, and a BAR
 * without one stays without. The smallest thing that can be given to a process is a page.
 * So a BAR is refused if something else is in its pages: another function, RAM, or
 * registers of the chipset. Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/mcfg.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/cmd.h"

static uint64_t
pages(uint64_t len)
{
	return len > UINT64_MAX - PAGE_MASK ? len : roundup(len, PAGE_SIZE);
}

/* ---- sizing ---- */

static uint32_t
ones_written(const PciFn *f, uint off, uint32_t old)
{
	uint32_t v;

	pci_write(f, off, 4, UINT32_MAX);
	v = pci_read(f, off, 4);
	pci_write(f, off, 4, old);
	return v;
}

/* The lowest address bit that can be written is the size. All above it must be
 * writable. */
static void
bar_set_size(PciBar *b, uint64_t mask)
{
	b->size = mask & -mask;
	b->addr &= -b->size;
	if (mask + b->size != 0)
		b->refusal = "the size it reports is not a power of two";
}

static void
bar_set_io(PciBar *b, uint32_t old, uint32_t ones)
{
	uint64_t mask = ones & ~FMASK(BAR_IO_FLAGS) & UINT32_MAX;

	if (mask == 0)
		return;
	if (mask >> 16 == 0) /* only 16 lines decoded, as PCI 3.0 6.2.5.1 allows */
		mask |= 0xffff0000;
	b->io = true;
	b->addr = old & ~FMASK(BAR_IO_FLAGS);
	bar_set_size(b, mask | FIELD_MASK(63, 32));
}

/* Returns how many registers the BAR has: 1, or 2 with a 64-bit address. */
static uint
bar_set_memory(const PciFn *f, uint i, uint n, PciBar *b, uint32_t old, uint32_t ones)
{
	uint off = CFG_BAR0 + 4 * i;
	uint64_t mask = ones & ~FMASK(BAR_MEM_FLAGS) & UINT32_MAX;

	b->addr = old & ~FMASK(BAR_MEM_FLAGS);
	b->prefetch = FGET(ones, BAR_PREFETCH);
	b->is64 = FGET(ones, BAR_TYPE) == BAR_TYPE_64;
	if (b->is64 && i + 1 == n) {
		b->size = PAGE_SIZE;
		b->refusal = "half of a 64-bit register";
		return 1;
	}
	if (b->is64) {
		uint32_t high = pci_read(f, off + 4, 4);

		b->addr |= (uint64_t)high << 32;
		bar_set_size(b, mask | (uint64_t)ones_written(f, off + 4, high) << 32);
		return 2;
	}
	if (mask != 0)
		bar_set_size(b, mask | FIELD_MASK(63, 32));
	return 1;
}

static uint
bar_read(const PciFn *f, uint i, uint n, PciBar *b)
{
	uint off = CFG_BAR0 + 4 * i;
	uint32_t old = pci_read(f, off, 4), ones = ones_written(f, off, old);

	/* There is no BAR, or the device is gone. In a BAR some low bit reads 0. */
	if (ones == 0 || ones == UINT32_MAX)
		return 1;
	if (!FGET(ones, BAR_IO))
		return bar_set_memory(f, i, n, b, old, ones);
	bar_set_io(b, old, ones);
	return 1;
}

void
bar_size(PciFn *f)
{
	static const uint count[] = {
		[LAYOUT_DEVICE] = 6,
		[LAYOUT_BRIDGE] = 2,
		[LAYOUT_CARDBUS] = 0, /* one, which is of no use to us */
	};
	uint64_t decode = FMASK(CMD_MEMORY) | FMASK(CMD_IO);
	uint32_t cmd = pci_read(f, CFG_COMMAND, 2);
	uint n = count[f->header];

	if (f->kind == PCI_HOSTBRIDGE) /* without its decoding RAM may be out of reach */
		return;
	cfg_update(f, CFG_COMMAND, 2, decode, 0);
	for (uint i = 0; i < n;)
		i += bar_read(f, i, n, &f->bar[i]);
	cfg_update(f, CFG_COMMAND, 2, 0, cmd & decode);
}

/* ---- bridge windows ---- */

static void
window_set(PciFn *f, uint i, uint64_t base, uint64_t limit)
{
	/* A register that does not exist reads 0, and so does one that nobody has set. */
	bool open = limit != 0 && base <= limit;

	if (open && i < 2 && pcios_taken(base, limit - base + 1) != NULL) {
		pcios_log("pci: a window of bridge %x:%x.%x lies over %s: ignored\n",
			BDF_BUS(f->bdf), BDF_DEV(f->bdf), BDF_FN(f->bdf),
			pcios_taken(base, limit - base + 1));
		open = false;
	}
	f->win_base[i] = open ? base : UINT64_MAX;
	f->win_limit[i] = open ? limit : 0;
}

static void
memory_window(PciFn *f)
{
	uint64_t base = pci_read(f, CFG_MEM_BASE, 2);
	uint64_t limit = pci_read(f, CFG_MEM_LIMIT, 2);

	if (limit != 0)
		window_set(f, 0, FGET(base, MEMW_ADDR) << 20,
			FGET(limit, MEMW_ADDR) << 20 | FIELD_MASK(19, 0));
}

static void
prefetch_window(PciFn *f)
{
	uint64_t base = pci_read(f, CFG_PREF_BASE, 2);
	uint64_t limit = pci_read(f, CFG_PREF_LIMIT, 2);
	uint64_t base_hi = 0, limit_hi = 0;

	if (FGET(limit, MEMW_64)) {
		base_hi = pci_read(f, CFG_PREF_BASE_HI, 4);
		limit_hi = pci_read(f, CFG_PREF_LIMIT_HI, 4);
	}
	if (limit != 0)
		window_set(f, 1, base_hi << 32 | FGET(base, MEMW_ADDR) << 20,
			limit_hi << 32 | FGET(limit, MEMW_ADDR) << 20 |
				FIELD_MASK(19, 0));
}

static void
io_window(PciFn *f)
{
	uint64_t base = pci_read(f, CFG_IO_BASE, 1);
	uint64_t limit = pci_read(f, CFG_IO_LIMIT, 1);
	uint64_t base_hi = 0, limit_hi = 0;

	if (FGET(limit, IOW_32)) {
		base_hi = pci_read(f, CFG_IO_BASE_HI, 2);
		limit_hi = pci_read(f, CFG_IO_LIMIT_HI, 2);
	}
	if (limit != 0)
		window_set(f, 2, base_hi << 16 | FGET(base, IOW_ADDR) << 12,
			limit_hi << 16 | FGET(limit, IOW_ADDR) << 12 | FIELD_MASK(11, 0));
}

void
bridge_windows(PciFn *f)
{
	for (uint i = 0; i < 3; i++)
		f->win_base[i] = UINT64_MAX;
	if (f->header != LAYOUT_BRIDGE)
		return;
	memory_window(f);
	prefetch_window(f);
	io_window(f);
}

/* ---- what a process may map ---- */

/* True if two spans of addresses have a page in common. */
static bool
share_page(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen)
{
	uint64_t a0 = rounddown(a, PAGE_SIZE), b0 = rounddown(b, PAGE_SIZE);

	return spans_meet(a0, pages(a - a0 + alen), b0, pages(b - b0 + blen));
}

static const char *
bar_neighbour(const PciFn *f, const PciBar *b)
{
	char name[16];

	for (const PciFn *o = pci_first(); o != NULL; o = o->next)
		for (uint i = 0; i < PCI_NBAR && o != f; i++) {
			const PciBar *c = &o->bar[i];

			if (c->size == 0 || c->io || c->addr == 0)
				continue;
			if (share_page(b->addr, b->size, c->addr, c->size))
				return pci_phrase("shares a page with bar%u of %s", i,
					bdf_print(o->bdf, name, sizeof name));
		}
	return NULL;
}

/* A bridge above that does not forward these addresses. NULL: all do. A subtractive
 * bridge forwards everything. */
static const PciFn *
bar_outside(const PciFn *f, const PciBar *b)
{
	for (const PciFn *p = f->bridge; p != NULL; p = p->bridge) {
		uint64_t last = b->addr + (b->size - 1);
		bool in = p->progif == 1;

		for (uint i = 0; i < 2; i++)
			in = in || (b->addr >= p->win_base[i] && last <= p->win_limit[i]);
		if (!in)
			return p;
	}
	return NULL;
}

static const char *
bar_unusable(const PciBar *b)
{
	const char *what;

	if (b->refusal != NULL) /* sizing has found it out */
		return b->refusal;
	if (b->io)
		return "I/O ports are not given to processes";
	if (b->addr == 0)
		return "firmware gave it no address";
	if ((what = pcios_taken(b->addr, b->size)) != NULL)
		return pci_phrase("overlaps %s", what);
	return NULL;
}

static const char *
bar_unmappable(const PciFn *f, const PciBar *b)
{
	const PciFn *bridge;
	char name[16];

	if (b->addr % PAGE_SIZE != 0)
		return "smaller than a page and not at the start of one";
	if ((bridge = bar_outside(f, b)) != NULL)
		return pci_phrase("outside the windows of bridge %s",
			bdf_print(bridge->bdf, name, sizeof name));
	return bar_neighbour(f, b);
}

void
bar_judge(PciFn *f)
{
	for (uint i = 0; i < PCI_NBAR; i++) {
		PciBar *b = &f->bar[i];

		if (b->size == 0)
			continue;
		b->refusal = bar_unusable(b);
		b->usable = b->refusal == NULL;
		if (b->usable)
			b->refusal = bar_unmappable(f, b);
	}
}

const char *
pci_bar_refusal(const PciFn *f, uint i, uint64_t off, uint64_t len)
{
	const PciBar *b = &f->bar[i < PCI_NBAR ? i : 0];
	uint64_t at = b->addr + off;

	if (i >= PCI_NBAR || b->size == 0)
		return "no such BAR";
	if (b->refusal != NULL)
		return b->refusal;
	if (len == 0 || off > pages(b->size) || len > pages(b->size) - off)
		return "beyond the end of the BAR";
	if (f->msix == 0)
		return NULL;
	if (share_page(at, len, f->bar[f->msix_bir].addr + f->msix_off,
		    f->msix_n * MSIX_ENTRY))
		return "the MSI-X table is there";
	if (share_page(at, len, f->bar[f->pba_bir].addr + f->pba_off,
		    roundup(f->msix_n, 64) / 8))
		return "the MSI-X pending bits are there";
	return NULL;
}
