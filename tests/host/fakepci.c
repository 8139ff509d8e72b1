/* See fakepci.h. */
#include "tests/host/fakepci.h"

#define MAXFN    64
#define MAXALLOC 4096

bool fake_ecam;
uint fake_ms;
char fake_said[4096], fake_wrong[256];
uint32_t fake_table[64 * 4];
uint fake_no_memory;
uint64_t fake_mapped, fake_ram, fake_ram_len;

static FakeFn fn[MAXFN];
static uint nfn;
static void *alloc[MAXALLOC];
static uint nalloc;
static struct {
	uint seg, first, last;
} range[8];
static uint nrange;

static void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
wrong(const char *fmt, ...)
{
	va_list ap;

	if (fake_wrong[0] != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(fake_wrong, sizeof(fake_wrong), fmt, ap);
	va_end(ap);
}

/* ---- building ---- */

void
fake_begin(void)
{
	memset(fn, 0, sizeof(fn));
	memset(fake_table, 0, sizeof(fake_table));
	nfn = nalloc = nrange = fake_ms = fake_no_memory = 0;
	fake_ecam = true;
	fake_said[0] = fake_wrong[0] = 0;
	fake_mapped = fake_ram = fake_ram_len = 0;
}

void
fake_end(void)
{
	while (nalloc > 0)
		free(alloc[--nalloc]);
	assert_string_equal(fake_wrong, "");
}

int
fake_setup(void **state)
{
	(void)state;
	fake_begin();
	return 0;
}

int
fake_teardown(void **state)
{
	(void)state;
	fake_end();
	return 0;
}

void
fake_range(uint seg, uint first, uint last)
{
	range[nrange].seg = seg;
	range[nrange].first = first;
	range[nrange++].last = last;
}

FakeFn *
fake_get(bdf_t b)
{
	for (uint i = 0; i < nfn; i++)
		if (fn[i].bdf == b)
			return &fn[i];
	return NULL;
}

uint32_t
fake_get_reg(const FakeFn *f, uint off, uint width)
{
	uint32_t v = 0;

	memcpy(&v, f->cfg + off, width);
	return v;
}

void
fake_put(FakeFn *f, uint off, uint width, uint32_t v)
{
	memcpy(f->cfg + off, &v, width);
}

void
fake_mask(FakeFn *f, uint off, uint width, uint32_t v)
{
	memcpy(f->writable + off, &v, width);
}

FakeFn *
fake_add(bdf_t b, uint vendor, uint device, uint cls)
{
	FakeFn *f = &fn[nfn++];

	assert_true(nfn <= MAXFN);
	f->bdf = b;
	f->cap_end = 0x40;
	fake_put(f, 0, 2, vendor);
	fake_put(f, 2, 2, device);
	fake_put(f, 8, 4, cls << 8 | 3);
	fake_put(f, 4, 2, 0x0007); /* as firmware leaves it: I/O, memory, bus master */
	fake_mask(f, 4, 2, 0x0547);
	fake_mask(f, 0x3c, 1, 0xff);
	return f;
}

FakeFn *
fake_bridge(bdf_t b, uint secondary, uint subordinate)
{
	FakeFn *f = fake_add(b, 0x1b36, 0x000c, 0x060400);

	fake_put(f, 0x0e, 1, 1);
	fake_put(f, 0x18, 1, b >> 8 & 0xff);
	fake_put(f, 0x19, 1, secondary);
	fake_put(f, 0x1a, 1, subordinate);
	fake_put(f, 0x20, 4, 0xfff0e000); /* 0xe0000000 .. 0xffffffff */
	fake_put(f, 0x24, 4, 0x00010001); /* 64-bit, 4 GiB .. 1 MiB below 12 GiB */
	fake_put(f, 0x28, 4, 0x1);
	fake_put(f, 0x2c, 4, 0x2);
	fake_mask(f, 0x3e, 2, 0x0040);
	return f;
}

uint
fake_cap(FakeFn *f, uint id, uint len)
{
	uint at = f->cap_end;

	fake_put(f, at, 1, id);
	fake_put(f, f->last_cap != 0 ? f->last_cap + 1 : 0x34, 1, at);
	fake_put(f, 6, 2, fake_get_reg(f, 6, 2) | 0x10);
	f->last_cap = at;
	f->cap_end = at + (len + 3) / 4 * 4;
	assert_true(f->cap_end <= 256);
	return at;
}

uint
fake_ecap(FakeFn *f, uint id, uint len)
{
	static uint end;
	uint at;

	if (f->last_ecap == 0)
		end = 0x100;
	at = end;
	fake_put(f, at, 4, 1 << 16 | id);
	if (f->last_ecap != 0)
		fake_put(f, f->last_ecap, 4, fake_get_reg(f, f->last_ecap, 4) | at << 20);
	f->last_ecap = at;
	end = at + (len + 3) / 4 * 4;
	return at;
}

uint
fake_pcie(FakeFn *f, uint type)
{
	uint at = fake_cap(f, 0x10, 0x3c);

	fake_put(f, at + 2, 2, type << 4 | 2);
	fake_put(f, at + 8, 2, 0x2810); /* no snoop, relaxed ordering, 512-byte reads */
	fake_mask(f, at + 8, 2, 0xffff);
	fake_mask(f, at + 0x28, 2, 0xffff);
	return at;
}

void
fake_acs(FakeFn *f, uint cap)
{
	uint at = fake_ecap(f, 0x000d, 8);

	fake_put(f, at + 4, 2, cap);
	fake_mask(f, at + 6, 2, cap);
}

FakeFn *
fake_edu(uint bus, uint dev, uint fn)
{
	return fake_add(BDF(0, bus, dev, fn), 0x1234, 0x11e8, 0x00ff00);
}

FakeFn *
fake_port(bdf_t b, uint type, uint secondary, uint subordinate, uint acs)
{
	FakeFn *f = fake_bridge(b, secondary, subordinate);

	fake_pcie(f, type);
	if (acs != 0)
		fake_acs(f, acs);
	return f;
}

void
fake_bar32(FakeFn *f, uint i, uint32_t addr, uint32_t size, uint flags)
{
	fake_put(f, 0x10 + 4 * i, 4, addr | flags);
	fake_mask(f, 0x10 + 4 * i, 4, -size);
}

void
fake_bar64(FakeFn *f, uint i, uint64_t addr, uint64_t size, uint flags)
{
	fake_put(f, 0x10 + 4 * i, 4, (uint32_t)addr | 4 | flags);
	fake_put(f, 0x14 + 4 * i, 4, addr >> 32);
	fake_mask(f, 0x10 + 4 * i, 4, (uint32_t)-size & 0xfffffff0);
	fake_mask(f, 0x14 + 4 * i, 4, -size >> 32);
}

/* ---- behaving ---- */

static bool
silent(const FakeFn *f)
{
	return f == NULL || f->gone || fake_ms < f->back_at;
}

static bool
is_bridge(const FakeFn *f)
{
	return (f->cfg[0x0e] & 0x7f) == 1;
}

/* Everything software may have written goes, as after a reset. */
static void
reset(FakeFn *f)
{
	if (f->cfg[4] & 4)
		wrong("%x is reset as bus master", f->bdf);
	for (uint i = 0; i < sizeof(f->cfg) && !f->deaf; i++)
		f->cfg[i] &= ~f->writable[i];
	if (f->undead) {
		f->stuck_master = true;
		f->cfg[4] |= 4;
	}
	f->resets++;
	f->back_at = f->flr_hangs ? UINT32_MAX : fake_ms + f->away_ms;
	f->ready_at = fake_ms + f->away_ms + f->retry_ms;
}

static void
reset_below(const FakeFn *b)
{
	for (uint i = 0; i < nfn; i++) {
		uint bus = fn[i].bdf >> 8;

		if (bus >= b->cfg[0x19] && bus <= b->cfg[0x1a])
			reset(&fn[i]);
	}
}

static uint
cap_at(const FakeFn *f, uint id)
{
	uint at = f->cfg[6] & 0x10 ? f->cfg[0x34] : 0;

	for (uint n = 0; n < 48 && at != 0; n++) {
		if (f->cfg[at] == id)
			return at;
		at = f->cfg[at + 1];
	}
	return 0;
}

static bool
is_master(const FakeFn *f)
{
	return !silent(f) && !is_bridge(f) && f->cfg[4] & 4 && !f->stuck_master;
}

static void
object(const FakeFn *f, uint off, uint width)
{
	for (uint i = 0; i < nfn && off != 4; i++)
		if (is_master(&fn[i]))
			wrong("write at 0x%x of %x while %x is bus master", off, f->bdf,
				fn[i].bdf);
	if (off >= 0x10 && off < (is_bridge(f) ? 0x18u : 0x28u) && f->cfg[4] & 3)
		wrong("BAR of %x written while it decodes", f->bdf);
	if (off < 0x40 && off + width > 0x40)
		wrong("write across the header");
}

static void
effects(FakeFn *f, uint off, uint old_pm)
{
	uint pcie = cap_at(f, 0x10), af = cap_at(f, 0x13), pm = cap_at(f, 0x01);

	if (pcie != 0 && off == pcie + 8 && f->cfg[pcie + 9] & 0x80) {
		f->cfg[pcie + 9] &= 0x7f;
		if (f->cfg[pcie + 7] & 0x10)
			reset(f);
	}
	if (af != 0 && off == af + 4 && f->cfg[af + 4] & 1) {
		f->cfg[af + 4] = 0;
		reset(f);
	}
	if (pm != 0 && off == pm + 4 && old_pm == 3 && (f->cfg[pm + 4] & 3) == 0)
		reset(f);
	if (is_bridge(f) && off == 0x3e && f->cfg[0x3e] & 0x40)
		reset_below(f);
	if (f->stuck_master)
		f->cfg[4] |= 4;
}

static bool
offset_ok(uint off, uint width)
{
	bool ok = (width == 1 || width == 2 || width == 4) && off % width == 0 &&
		off + width <= (fake_ecam ? 4096 : 256);

	if (!ok)
		wrong("offset 0x%x width %u", off, width);
	return ok;
}

void
pcios_init(void)
{
	if (nrange == 0)
		fake_range(0, 0, 255);
}

uint32_t
pcios_read(bdf_t b, uint off, uint width)
{
	FakeFn *f = fake_get(b);
	uint32_t ones = width < 4 ? (1u << 8 * width) - 1 : UINT32_MAX;

	if (!offset_ok(off, width) || silent(f))
		return ones;
	if (f->vanish_after != 0 && --f->vanish_after == 0)
		f->gone = true;
	if (fake_ms < f->ready_at)
		return off == 0 ? (width == 4 ? 0xffff0001 : 1) : ones;
	uint32_t v = fake_get_reg(f, off, width);
	uint pcie = cap_at(f, 0x10);
	if (f->pending && pcie != 0 && off == pcie + 10)
		v |= 0x20;
	return v;
}

void
pcios_write(bdf_t b, uint off, uint width, uint32_t v)
{
	FakeFn *f = fake_get(b);
	uint pm, old_pm;

	if (!offset_ok(off, width) || silent(f) || fake_ms < f->ready_at)
		return;
	object(f, off, width);
	pm = cap_at(f, 0x01);
	old_pm = pm != 0 ? f->cfg[pm + 4] & 3 : 0;
	for (uint i = 0; i < width; i++) {
		uint8_t m = f->writable[off + i];

		f->cfg[off + i] = (f->cfg[off + i] & ~m) | (v >> 8 * i & m);
	}
	effects(f, off, old_pm);
}

void
pcios_update(bdf_t b, uint off, uint width, uint32_t clear, uint32_t set)
{
	pcios_write(b, off, width, (pcios_read(b, off, width) & ~clear) | set);
}

bool
pcios_ecam(void)
{
	return fake_ecam;
}

uint
pcios_nbus(uint i, uint *seg, uint *first, uint *last)
{
	if (i >= nrange)
		return 0;
	*seg = range[i].seg;
	*first = range[i].first;
	*last = range[i].last;
	return *last - *first + 1;
}

volatile uint32_t *
pcios_map(uint64_t addr, size_t len)
{
	fake_mapped = addr;
	return len <= sizeof(fake_table) ? fake_table : NULL;
}

void
pcios_sleep_ms(uint ms)
{
	fake_ms += ms;
}

const char *
pcios_taken(uint64_t addr, uint64_t len)
{
	return fake_ram - addr < len || addr - fake_ram < fake_ram_len ? "RAM" : NULL;
}

void *
pcios_alloc(size_t n)
{
	assert_true(nalloc < MAXALLOC);
	if (fake_no_memory > 0 && --fake_no_memory == 0)
		return NULL;
	return alloc[nalloc++] = calloc(1, n);
}

void
pcios_log(const char *fmt, ...)
{
	size_t n = strlen(fake_said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake_said + n, sizeof(fake_said) - n, fmt, ap);
	va_end(ap);
}
