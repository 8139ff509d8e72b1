/*
 * The host half of the fake: RAM in two versions (what the CPU sees, what has been
 * written back), pages, locks, time, interrupts, configuration space; os.h on top of
 * them. It knows the core's rules about itself: no lock inside another, nothing allocated
 * or logged under a lock, nothing freed twice.
 */
#include "tests/host/fakehw/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"

#define PAGE     4096u
#define LINE     64u
#define MAXIRQ   16
#define MAXDID   (1u << 20)
#define MAXRELAX 1000000u /* a second in one wait: the core's bound is a fifth of that */

typedef enum PageState { PG_FREE, PG_LIVE, PG_WITHHELD } PageState;

struct OsLock {
	bool held;
	char name[32];
};

static _Alignas(4096) uint8_t cpu[FAKE_PAGES * PAGE];  /* with caches */
static _Alignas(4096) uint8_t dram[FAKE_PAGES * PAGE]; /* without */
static PageState page[FAKE_PAGES];
static uint32_t note[FAKE_PAGES];
static paddr_t foreign; /* memory that is not ours to look at */
static uint64_t foreign_len;
static unsigned next_page, live, withheld, allocs, fail_at;
static uint64_t now_ns;
static unsigned relaxed; /* since a lock was last let go */
static unsigned nviolation;
static const char *awaited; /* a format; NULL when it has come */
static char first[256], logbuf[16384];
static OsLock *held;
static bool stepping;
static struct {
	void (*fn)(void *);
	void *arg;
	bool pending;
} irq[MAXIRQ];
static unsigned nirq;
static struct {
	uint8_t bus, devfn, b[256];
} config[64];
static unsigned nconfig;

void (*fake_step)(void);
uint8_t fake_dmar_flags = 1; /* the platform remaps interrupts */

/* ---- violations and time ---- */

void
fake_break(const char *fmt, ...)
{
	char s[sizeof first];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s, sizeof s, fmt, ap);
	va_end(ap);
	if (nviolation++ == 0)
		memcpy(first, s, sizeof first);
	if (awaited && strcmp(awaited, fmt) == 0)
		awaited = NULL;
}

void
fake_expect(const char *fmt)
{
	awaited = fmt;
}

bool
fake_expected(void)
{
	return awaited == NULL;
}

unsigned
fake_violations(void)
{
	return nviolation;
}

const char *
fake_violation(void)
{
	return first;
}

void
fake_forgive(void)
{
	nviolation = 0;
	first[0] = 0;
}

void
fake_stepped(void)
{
	if (!fake_step || stepping)
		return;
	stepping = true;
	fake_step();
	stepping = false;
}

void
fake_spend(uint64_t ns)
{
	now_ns += ns;
	units_tick();
}

uint64_t
fake_time(void)
{
	return now_ns;
}

/* ---- the log ---- */

static FakeDid *did;
static size_t ndid;
static bool logging;

void
fake_log_start(void)
{
	if (!did && (did = malloc(MAXDID * sizeof *did)) == NULL)
		abort();
	ndid = 0;
	logging = true;
}

void
fake_did(FakeDid d)
{
	if (!logging)
		return;
	if (ndid == MAXDID)
		fake_die("the log is full", __FILE__, __LINE__);
	did[ndid++] = d;
}

const FakeDid *
fake_log(size_t *n)
{
	*n = ndid;
	return did;
}

/* ---- memory ---- */

bool
fake_ram(paddr_t pa, uint64_t len)
{
	return pa < FAKE_RAM + sizeof cpu && pa + len > FAKE_RAM;
}

static unsigned
index_of(paddr_t pa)
{
	if (pa < FAKE_RAM || pa >= FAKE_RAM + sizeof cpu) {
		fprintf(stderr, "fakehw: 0x%llx is not RAM\n", (unsigned long long)pa);
		abort();
	}
	return (unsigned)((pa - FAKE_RAM) / PAGE);
}

void
fake_foreign(paddr_t base, uint64_t len)
{
	foreign = base;
	foreign_len = len;
}

bool
fake_page_live(paddr_t pa)
{
	if (pa - foreign < foreign_len)
		return true;
	return fake_ram(pa, 1) && page[index_of(pa)] != PG_FREE;
}

void *
fake_host(paddr_t pa)
{
	index_of(pa);
	return cpu + (pa - FAKE_RAM);
}

uint64_t
fake_dram64(paddr_t pa)
{
	uint64_t v;

	index_of(pa);
	memcpy(&v, dram + (pa - FAKE_RAM), 8);
	return v;
}

static bool
fails(void)
{
	return fail_at != 0 && --fail_at == 0;
}

static void
no_lock(const char *what)
{
	if (held)
		fake_break("%s under lock %s", what, held->name);
}

paddr_t
os_page_alloc(void)
{
	no_lock("page allocation");
	if (fails())
		return 0;
	for (unsigned n = 0; n < FAKE_PAGES; n++) {
		next_page = (next_page + 1) % FAKE_PAGES;
		if (page[next_page] != PG_FREE)
			continue;
		page[next_page] = PG_LIVE;
		live++;
		memset(cpu + next_page * PAGE, 0, PAGE);
		/* what nobody has written back */
		memset(dram + next_page * PAGE, 0xa7, PAGE);
		paddr_t pa = FAKE_RAM + (paddr_t)next_page * PAGE;
		units_fresh(pa);
		return pa;
	}
	return 0;
}

static void
drop(paddr_t pa, PageState to)
{
	unsigned i = index_of(pa);

	if (page[i] != PG_LIVE)
		fake_break("page 0x%llx freed twice", (unsigned long long)pa);
	page[i] = to;
	live--;
}

void
os_page_free(paddr_t pa)
{
	drop(pa, PG_FREE);
	memset(cpu + (pa - FAKE_RAM), 0x5d, PAGE);
	units_freed(pa);
}

void
os_page_withhold(paddr_t pa)
{
	drop(pa, PG_WITHHELD);
	withheld++;
}

void *
os_ptr(paddr_t pa)
{
	if (page[index_of(pa)] == PG_FREE)
		fake_break("the core looks at free page 0x%llx", (unsigned long long)pa);
	return fake_host(pa);
}

paddr_t
os_pa(const void *p)
{
	uintptr_t off = (uintptr_t)p - (uintptr_t)cpu;

	if (off >= sizeof cpu)
		fake_break("the address of something that is not RAM");
	return FAKE_RAM + off;
}

uint32_t *
os_page_word(paddr_t pa)
{
	if (page[index_of(pa)] != PG_LIVE)
		fake_break("note of page 0x%llx, which nobody holds",
			(unsigned long long)pa);
	return &note[index_of(pa)];
}

bool
os_is_ram(paddr_t pa, uint64_t len)
{
	return fake_ram(pa, len) || (pa < FAKE_RAM && pa + len > FAKE_FIRMWARE);
}

bool
os_is_page(paddr_t pa)
{
	return fake_ram(pa, 1);
}

void
os_clflush(const void *p, size_t len)
{
	uintptr_t a = (uintptr_t)p & ~(uintptr_t)(LINE - 1), end = (uintptr_t)p + len;

	if ((uintptr_t)p < (uintptr_t)cpu || end > (uintptr_t)cpu + sizeof cpu) {
		fake_break("flush of something that is not RAM");
		return;
	}
	for (; a < end; a += LINE) {
		size_t off = a - (uintptr_t)cpu;
		memcpy(dram + off, cpu + off, LINE);
		units_flushed(FAKE_RAM + off);
	}
	fake_stepped();
}

static void
store(uint64_t *p, uint64_t v)
{
	uintptr_t a = (uintptr_t)p;

	if (a < (uintptr_t)cpu || a + 8 > (uintptr_t)cpu + sizeof cpu) {
		fake_break("table store outside RAM");
		return;
	}
	units_store(FAKE_RAM + (a - (uintptr_t)cpu), v);
	*p = v;
	units_line(FAKE_RAM + (a - (uintptr_t)cpu) / LINE * LINE);
	fake_stepped();
}

void
mem_store64(uint64_t *p, uint64_t v, bool flush)
{
	fake_did((FakeDid){ .kind = FAKE_STORED,
		.at = FAKE_RAM + ((uintptr_t)p - (uintptr_t)cpu),
		.lo = v });
	store(p, v);
	if (flush)
		os_clflush(p, sizeof *p);
}

void
mem_fill64(uint64_t *p, uint64_t v, uint64_t step, uint32_t n)
{
	for (; n > 0; n--, v += step)
		mem_store64(p++, v, false);
}

void
fake_pte(uint64_t *slot, uint64_t v)
{
	store(slot, v);
	os_clflush(slot, 8);
}

paddr_t
fake_table(void)
{
	paddr_t pa = os_page_alloc();

	if (pa)
		os_clflush(fake_host(pa), PAGE);
	return pa;
}

unsigned
fake_pages(void)
{
	return live;
}

unsigned
fake_withheld(void)
{
	return withheld;
}

unsigned
fake_allocs(void)
{
	return allocs;
}

void
fake_fail_alloc(unsigned n)
{
	fail_at = n;
}

void *
os_alloc(size_t n)
{
	no_lock("allocation");
	if (fails())
		return NULL;
	allocs++;
	return calloc(1, n ? n : 1);
}

void
os_free(void *p)
{
	if (p)
		allocs--;
	free(p);
}

/* ---- locks, interrupts, time ---- */

OsLock *
os_lock_new(const char *name)
{
	OsLock *l;

	if (fails())
		return NULL;
	l = calloc(1, sizeof *l);
	snprintf(l->name, sizeof l->name, "%s", name);
	return l;
}

void
os_lock(OsLock *l)
{
	if (held)
		fake_break("lock %s taken inside %s", l->name, held->name);
	if (l->held) {
		fprintf(stderr, "fakehw: deadlock on %s\n", l->name);
		abort();
	}
	l->held = true;
	held = l;
}

void
os_unlock(OsLock *l)
{
	if (!l->held)
		fake_break("unlock of %s, which is not held", l->name);
	l->held = false;
	held = NULL;
	relaxed = 0;
	for (unsigned i = 0; i < nirq && !held; i++)
		if (irq[i].pending) {
			irq[i].pending = false;
			irq[i].fn(irq[i].arg);
		}
	fake_stepped();
}

bool
fake_lock_held(const char *name)
{
	return held && strcmp(held->name, name) == 0;
}

int
os_interrupt(void (*fn)(void *), void *arg, uint64_t *addr, uint32_t *data)
{
	no_lock("interrupt set-up");
	if (nirq == MAXIRQ || fails())
		return -ENOSPC;
	irq[nirq].fn = fn;
	irq[nirq].arg = arg;
	*addr = 0x5500000000ull << 8 | 0xfee01000;
	*data = 0x60 + nirq++;
	return 0;
}

bool
fake_fire(uint64_t addr, uint32_t data)
{
	if (addr != (0x5500000000ull << 8 | 0xfee01000) || data < 0x60 ||
		data - 0x60 >= nirq)
		return false;
	if (held)
		irq[data - 0x60].pending = true;
	else
		irq[data - 0x60].fn(irq[data - 0x60].arg);
	return true;
}

uint64_t
os_now(void)
{
	fake_spend(50);
	return now_ns;
}

void
os_relax(void)
{
	if (++relaxed > MAXRELAX)
		fake_die("a wait without a bound", __FILE__, __LINE__);
	fake_spend(1000);
	fake_stepped();
}

void
os_log(const char *fmt, ...)
{
	size_t used = strlen(logbuf);
	va_list ap;

	no_lock("a log line");
	va_start(ap, fmt);
	vsnprintf(logbuf + used, sizeof logbuf - used, fmt, ap);
	va_end(ap);
}

bool
fake_logged(const char *part)
{
	return strstr(logbuf, part) != NULL;
}

volatile void *
os_map_regs(paddr_t pa, size_t len)
{
	no_lock("a register mapping");
	return fails() ? NULL : units_map(pa, len);
}

/* ---- configuration space ---- */

void
fake_config(uint8_t bus, uint8_t devfn, uint32_t off, uint8_t v)
{
	unsigned i;

	for (i = 0; i < nconfig; i++)
		if (config[i].bus == bus && config[i].devfn == devfn)
			break;
	if (i == nconfig) {
		config[nconfig].bus = bus;
		config[nconfig++].devfn = devfn;
	}
	config[i].b[off] = v;
}

void
fake_bridge(uint8_t bus, uint8_t devfn, uint8_t secondary, uint8_t subordinate)
{
	fake_config(bus, devfn, 0x0e, 0x81);
	fake_config(bus, devfn, 0x19, secondary);
	fake_config(bus, devfn, 0x1a, subordinate);
}

uint8_t
os_pci_read8(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off)
{
	for (unsigned i = 0; i < nconfig && segment == 0; i++)
		if (config[i].bus == bus && config[i].devfn == devfn && off < 256)
			return config[i].b[off];
	return 0xff;
}

/* ---- a machine ---- */

size_t
fake_dmar(uint8_t *buf, size_t n, uint32_t haw)
{
	size_t len = 48;
	uint8_t sum = 0;

	memset(buf, 0, n);
	memcpy(buf, "DMAR", 4);
	buf[8] = 1;
	buf[36] = (uint8_t)(haw - 1);
	buf[37] = fake_dmar_flags;
	for (unsigned i = 0; i < units_count(); i++) {
		bool last = i + 1 == units_count();
		uint8_t *p = buf + len;
		uint16_t l = last ? 16 + 8 : 16 + 16 * 8;
		uint64_t base = units_base(i);

		memcpy(p + 2, &l, 2);
		p[4] = last;
		memcpy(p + 8, &base, 8);
		if (last) /* the IO-APIC: bus f0, device 1f, function 0 */
			memcpy(p + 16,
				(uint8_t[]){ 3, 8, 0, 0, FAKE_IOAPIC, 0xf0, 0x1f, 0 }, 8);
		for (unsigned k = 0; !last && k < 16; k++) {
			uint8_t *s = p + 16 + 8 * k;
			s[0] = 1;
			s[1] = 8;
			s[6] = (uint8_t)((16 * i + k) % 32);
			s[7] = (uint8_t)((16 * i + k) / 32);
		}
		len += l;
	}
	memcpy(buf + 4, &(uint32_t){ (uint32_t)len }, 4);
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + buf[i]);
	buf[9] = (uint8_t)-sum;
	return len;
}

int
fake_boot(bool on)
{
	static uint8_t buf[4096];
	size_t len = fake_dmar(buf, sizeof buf, 48);
	int err = vtd_parse(buf, len);

	if (err == 0)
		err = vtd_start();
	return err != 0 || !on ? err : vtd_enable();
}

void
fake_die(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
	if (nviolation)
		fprintf(stderr, "%u violations, first: %s\n", nviolation, first);
	fflush(stderr);
	_exit(1);
}

int
fake_child(void (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		alarm(300);
		fn();
		if (nviolation)
			fake_die("violations", __FILE__, __LINE__);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}
