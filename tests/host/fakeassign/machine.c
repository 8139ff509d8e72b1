/*
 * The machine under device assignment: ten PCI functions, interrupt vectors, memory,
 * boot parameters, and a driver of the kernel. None of it is real. Each function that
 * does something to a device writes a word into `trace`, and each can be told to fail by
 * a variable that is named after what goes wrong (see fakeassign.h).
 */
#include "tests/host/fakeassign/fakeassign.h"

char trace[8192];

void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	size_t n = strlen(trace);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trace + n, sizeof trace - n, fmt, ap);
	va_end(ap);
}

/* clang-format off */
PciFn fn[NFN] = {
	[HOST] = { .bdf = BDF(0, 0, 0, 0), .group = 1, .kind = PCI_HOSTBRIDGE },
	[EDU] = { .bdf = BDF(0, 0, 3, 0), .group = 2 },
	[EDU2] = { .bdf = BDF(0, 0, 2, 0), .group = 3 },
	[NVME] = { .bdf = BDF(0, 0, 4, 0), .group = 4, .reset = PCI_RESET_FLR },
	[PORT] = { .bdf = BDF(0, 0, 5, 0), .group = 5, .kind = PCI_BRIDGE },
	[BEHIND1] = { .bdf = BDF(0, 1, 1, 0), .group = 5,
		      .nsid = 2, .sid = { 0x108, 0x100 } },
	[BEHIND2] = { .bdf = BDF(0, 1, 2, 0), .group = 5,
		      .nsid = 2, .sid = { 0x110, 0x100 } },
	[NOUNIT] = { .bdf = BDF(0, 0, 6, 0), .group = 6 },
	[RMRR] = { .bdf = BDF(0, 0, 7, 0), .group = 7 },
	[SHARED] = { .bdf = BDF(0, 0, 8, 0), .group = 8,
		     .bar[1] = { .addr = 0xfe000000, .size = 256,
				 .refusal = "shares a page with bar0 of 0:9.0" } },
};
/* clang-format on */
bool bme[NFN], msi[NFN];
const PciFn *stuck, *bad_reset, *gone, *no_msi, *undrained;
const PciFn *with_ats;
bool no_vector;
void (*while_draining)(void);

uint
idx(const PciFn *f)
{
	return f - fn;
}

PciFn *
pci_first(void)
{
	return &fn[0];
}

PciFn *
pci_find(bdf_t b)
{
	for (uint i = 0; i < NFN; i++)
		if (fn[i].bdf == b)
			return &fn[i];
	return NULL;
}

int
pci_busmaster(const PciFn *f, bool on)
{
	if (bme[idx(f)] != on)
		say("master-%s(" AT ") ", on ? "on" : "off", AT_ARGS(f->bdf));
	if (stuck == f && !on)
		return -EIO;
	bme[idx(f)] = on;
	return 0;
}

bool
pci_is_busmaster(const PciFn *f)
{
	return bme[idx(f)];
}

bool
pci_present(const PciFn *f)
{
	return gone != f;
}

void
pci_interrupts_off(const PciFn *f)
{
	say("interrupts-off(" AT ") ", AT_ARGS(f->bdf));
	msi[idx(f)] = false;
}

bool
pci_interrupts_are_off(const PciFn *f)
{
	return !msi[idx(f)];
}

bool
pci_ats_is_off(const PciFn *f)
{
	return f != with_ats;
}

uint
pci_ats_depth(const PciFn *f)
{
	(void)f;
	return 5;
}

void
pci_ats(const PciFn *f, bool on)
{
	say("ats-%s(" AT ") ", on ? "on" : "off", AT_ARGS(f->bdf));
	with_ats = on ? f : NULL;
}

bool
pci_message_source(const PciFn *f, uint16_t *sid)
{
	*sid = f->sid[0];
	return false;
}

int
pci_msi_on(PciFn *f, uint64_t addr, uint32_t data)
{
	say("msi-on(" AT ") ", AT_ARGS(f->bdf));
	assert_int_equal(addr, 0xfee00000);
	assert_int_equal(data, 0x50);
	msi[idx(f)] = no_msi != f;
	return no_msi == f ? -ENOTSUP : 0;
}

int
pci_drain(const PciFn *f)
{
	say("drain(" AT ") ", AT_ARGS(f->bdf));
	if (while_draining != NULL)
		while_draining();
	return undrained == f ? -ETIMEDOUT : 0;
}

int
pci_reset(PciFn *f)
{
	assert_false(bme[idx(f)]); /* a reset is not trusted to stop DMA */
	say("reset(" AT ") ", AT_ARGS(f->bdf));
	return bad_reset == f ? -ETIMEDOUT : 0;
}

void
pci_nosnoop_off(const PciFn *f)
{
	say("no-snoop-off(" AT ") ", AT_ARGS(f->bdf));
}

void
pci_memory_on(const PciFn *f)
{
	say("memory-on(" AT ") ", AT_ARGS(f->bdf));
}

const char *
pci_bar_refusal(const PciFn *f, uint bar, uint64_t off, uint64_t len)
{
	(void)f, (void)len;
	return bar > 0           ? "no such BAR"
		: off >= 0x10000 ? "the MSI-X table is there"
				 : NULL;
}

const char *
pci_group_reason(const PciFn *a, const PciFn *b)
{
	(void)a, (void)b;
	return "one requester id behind 0:5.0";
}

void
arch_sleep(ns_t ns)
{
	say("sleep(%u ms) ", (uint)(ns / 1000000));
	host_now += ns;
}

int
irq_alloc(void (*f)(void *), void *arg, const char *name, uint *vector)
{
	(void)f, (void)arg, (void)name;
	*vector = 0x50;
	return no_vector ? -ENOSPC : 0;
}

void
irq_free(uint v)
{
	say("vector-free(%x) ", v);
}

/* ---- memory ---- */

PageStat frames;
PageKind held_kind = PAGE_USER;
paddr_t poisoned, dead_canary;
uint pages_withheld;
paddr_t last_withheld;

PageStat
page_stat(void)
{
	return frames;
}

PageKind
page_kind(paddr_t pa)
{
	(void)pa;
	return held_kind;
}

uint
page_refs(paddr_t pa)
{
	(void)pa;
	return 1;
}

paddr_t
page_check_poison(void)
{
	return poisoned;
}

paddr_t
canary_check(void)
{
	return dead_canary;
}

void
page_withhold(paddr_t pa)
{
	last_withheld = pa;
	pages_withheld++;
}

paddr_t
page_alloc_below(uint order, PageKind kind, paddr_t limit)
{
	assert_int_equal(limit, 1 << 28);
	return page_alloc(order, kind);
}

/* ---- a driver in the kernel, and boot parameters ---- */

int start_err;
Kdev *dev2;
const char *at_boot, *bouncing, *translating;
bool direct, relax, checking;

static bool
knows(const PciFn *f)
{
	return f == &fn[EDU2] || f == &fn[BEHIND2] || f == &fn[RMRR];
}

static int
start(Kdev *d, PciFn *f)
{
	say("driver-start(" AT ") ", AT_ARGS(f->bdf));
	dev2 = start_err == 0 ? d : NULL;
	return start_err;
}

static void
stop(PciFn *f)
{
	say("driver-stop(" AT ") ", AT_ARGS(f->bdf));
	dev2 = NULL;
}

Kdriver driver = { "toy", 28, knows, start, stop, NULL };

BootInfo bootinfo = { .nmem = 4,
	.mem = {
		{ 0, 0x9f000, MEM_RAM, false },
		{ 0xed000, 0x3000, MEM_RESERVED, false },
		{ 0x100000, 0x1ff00000, MEM_RAM, false },
		{ 0xfe000000, 0x3000000, MEM_RAM, false },
	} };

bool
param_is(const char *name, const char *value)
{
	if (strcmp(name, "iommu.check") == 0)
		return checking;
	return strcmp(name, "iommu.default") == 0 &&
		direct == (strcmp(value, "passthrough") == 0);
}

const char *
param_get(const char *name)
{
	if (strcmp(name, "rmrr.relax") == 0)
		return relax ? "" : NULL;
	if (strcmp(name, "iommu.ats") == 0)
		return translating;
	return strcmp(name, "bounce") == 0 ? bouncing : at_boot;
}
