/*
 * edu B:D.F [lo] ...: a driver for QEMU's teaching device, and the hand that tests ours.
 * It waits until it owns the device, maps its registers, and lets it copy by DMA, giving
 * it plain pointers:
 *
 *	edu B:D.F            4095 bytes of our memory out and back; waits for `detach`
 *	edu B:D.F poke ADDR [LEN [BYTE]]   the device writes to ADDR: arrived or blocked?
 *	edu B:D.F peek ADDR [LEN]          the device reads from ADDR
 *	edu B:D.F hold       starts a write to us; at `detach` looks what arrived
 *	edu B:D.F intr       the device interrupts us once
 *	edu B:D.F loop N     the copy, N times; 0 for ever
 *
 * The device has a buffer of 4096 bytes at 0x40000 on its side, takes at most 4095 a time
 * and 100 ms for it, and cannot say that a transfer was blocked: `event` can. One with
 * the default address mask reaches 28 bits: `lo` takes the buffer from below 2^28.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>

#include "user/include/tool.h"
#include "user/lib/edudev.h"
#include "user/lib/pcidev.h"

#define USAGE                                                                            \
	"B:D.F [lo] [poke ADDR [LEN [BYTE]] | peek ADDR [LEN] | hold | intr | loop N]"

typedef struct Edu {
	PciDev *pci;
	volatile uint8_t *regs;
	uint8_t *want; /* EDU_MAX bytes to compare with */
	uint8_t *buf;  /* EDU_MAX bytes the device can name */
} Edu;

static void
put32(Edu *e, unsigned reg, uint32_t v)
{
	*(volatile uint32_t *)(e->regs + reg) = v;
}

static uint32_t
get32(Edu *e, unsigned reg)
{
	return *(volatile uint32_t *)(e->regs + reg);
}

static void
transfer(Edu *e, uint64_t addr, size_t len, bool to_us)
{
	if (!edu_transfer(e->regs, addr, len, to_us))
		quit("%s: the device does not finish", pci_name(e->pci));
}

static void
fill(uint8_t *b, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(i * 7 + (i >> 8) + seed);
}

/* The device says nothing when it is stopped; our events do, at most a second later. */
static bool
blocked(Edu *e)
{
	char line[128];
	int ms = 1000;

	while (pci_wait(e->pci, PCI_EVENT, ms) > 0) {
		if (pci_event(e->pci, line, sizeof line) < 0)
			break;
		if (strncmp(line, "fault", 5) == 0)
			return true;
	}
	return false;
}

static bool
copy_once(Edu *e, unsigned seed)
{
	fill(e->want, EDU_MAX, seed);
	memcpy(e->buf, e->want, EDU_MAX);
	transfer(e, (uintptr_t)e->buf, EDU_MAX, false);
	memset(e->buf, 0, EDU_MAX);
	transfer(e, (uintptr_t)e->buf, EDU_MAX, true);
	return memcmp(e->buf, e->want, EDU_MAX) == 0;
}

static void
wait_detach(Edu *e)
{
	char line[128];

	do
		if (pci_event(e->pci, line, sizeof line) < 0)
			die(pci_name(e->pci));
	while (strcmp(line, "detach") != 0);
}

static int
do_copy(Edu *e)
{
	bool equal = copy_once(e, 1);

	printf("edu %s: %d bytes out and back at 0x%lx, %s\n", pci_name(e->pci), EDU_MAX,
		(unsigned long)(uintptr_t)e->buf, equal ? "equal" : "different");
	finish(0);
	wait_detach(e);
	return !equal;
}

static int
do_loop(Edu *e, unsigned long n)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < n || n == 0; i++)
		bad += !copy_once(e, (unsigned)i);
	printf("edu %s: %lu times %d bytes out and back, %lu different\n",
		pci_name(e->pci), n, EDU_MAX, bad);
	return finish(bad != 0);
}

static int
do_poke(Edu *e, unsigned long addr, size_t len, unsigned byte)
{
	memset(e->buf, (int)byte, len);
	transfer(e, (uintptr_t)e->buf, len, false);
	transfer(e, addr, len, true);
	printf("edu %s: DMA to 0x%lx %s\n", pci_name(e->pci), addr,
		blocked(e) ? "blocked" : "arrived");
	return finish(0);
}

static int
do_peek(Edu *e, unsigned long addr, size_t len)
{
	bool stopped;

	transfer(e, addr, len, false);
	stopped = blocked(e);
	transfer(e, (uintptr_t)e->buf, len, true);
	printf("edu %s: DMA from 0x%lx %s:", pci_name(e->pci), addr,
		stopped ? "blocked" : "arrived");
	for (size_t i = 0; i < len && i < 16; i++)
		printf(" %02x", e->buf[i]);
	printf("\n");
	return finish(0);
}

/* Starts a transfer into the buffer, waits until the device is taken away, and tells
 * whether the transfer landed. */
static int
do_hold(Edu *e)
{
	size_t i;

	memset(e->buf, 0x5a, EDU_MAX);
	transfer(e, (uintptr_t)e->buf, EDU_MAX, false);
	memset(e->buf, 0xc3, EDU_MAX);
	edu_start(e->regs, (uintptr_t)e->buf, EDU_MAX, true);
	printf("edu %s: %d bytes on their way to 0x%lx\n", pci_name(e->pci), EDU_MAX,
		(unsigned long)(uintptr_t)e->buf);
	finish(0);
	wait_detach(e);
	usleep(300000);
	for (i = 0; i < EDU_MAX && ((volatile uint8_t *)e->buf)[i] == 0xc3; i++)
		;
	printf("edu %s: detached, the buffer %s\n", pci_name(e->pci),
		i == EDU_MAX ? "is untouched" : "was written");
	return finish(0);
}

static int
do_intr(Edu *e)
{
	long n;

	if (pci_intr_on(e->pci) < 0)
		die(pci_name(e->pci));
	put32(e, EDU_RAISE, 1);
	if (pci_wait(e->pci, PCI_INTR, 2000) != PCI_INTR)
		quit("%s: no interrupt came", pci_name(e->pci));
	n = pci_intr(e->pci);
	if (n < 0)
		die(pci_name(e->pci));
	put32(e, EDU_ACK, 1);
	printf("edu %s: interrupt %ld\n", pci_name(e->pci), n);
	return finish(0);
}

static unsigned long
argument(char **argv, int argc, int i, unsigned long otherwise, unsigned long max)
{
	unsigned long v = otherwise;

	if (i < argc && (!number(argv[i], &v) || v > max))
		quit("%s: want a number up to 0x%lx", argv[i], max);
	if (i >= argc && otherwise > max)
		usage(USAGE);
	return v;
}

/* argv: the words after the device. */
static int
act(Edu *e, int argc, char **argv)
{
	const unsigned long any = ~0ul;
	size_t len = EDU_MAX;

	if (argc == 0)
		return do_copy(e);
	if (strcmp(argv[0], "hold") == 0)
		return do_hold(e);
	if (strcmp(argv[0], "intr") == 0)
		return do_intr(e);
	if (strcmp(argv[0], "loop") == 0)
		return do_loop(e, argument(argv, argc, 1, 10, any));
	len = argument(argv, argc, 2, EDU_MAX, EDU_MAX);
	if (strcmp(argv[0], "poke") == 0)
		return do_poke(e, argument(argv, argc, 1, 0, any), len,
			(unsigned)argument(argv, argc, 3, 0xa5, 255));
	return do_peek(e, argument(argv, argc, 1, 0, any), len);
}

/* Before waiting for a device: are these words an order we know? */
static bool
order_valid(int argc, char **argv)
{
	static const struct {
		const char *word;
		int least, most; /* words, itself included */
	} orders[] = {
		{ "poke", 2, 4 },
		{ "peek", 2, 3 },
		{ "hold", 1, 1 },
		{ "intr", 1, 1 },
		{ "loop", 1, 2 },
	};
	unsigned long n;

	for (size_t i = 0; i < sizeof orders / sizeof orders[0] && argc > 0; i++)
		if (strcmp(argv[0], orders[i].word) == 0) {
			for (int k = 1; k < argc; k++)
				if (!number(argv[k], &n))
					return false;
			return argc >= orders[i].least && argc <= orders[i].most;
		}
	return argc == 0;
}

/* Waits to own the device and maps its registers, or ends with a sentence. `low`: the
 * buffer is below 2^28. */
static void
prepare(Edu *e, const char *name, bool low)
{
	size_t size;

	e->pci = pci_open(name);
	if (e->pci == NULL && errno == EINVAL)
		quit("%s: want a device, B:D.F", name);
	if (e->pci == NULL && errno == ENOENT)
		quit("no device %s", name);
	e->want = memalign(4096, 2 * 4096);
	if (e->pci == NULL || e->want == NULL)
		die(name);
	e->buf = low ? dma_alloc(4096, 28) : e->want + 4096;
	if (e->buf == NULL || pci_wait_owned(e->pci) < 0)
		die(name);
	e->regs = pci_map_bar(e->pci, 0, &size);
	if (e->regs == NULL)
		die(name);
	if (size < 0x100 || (get32(e, EDU_ID) & 0xffff) != 0x00ed)
		quit("%s is not an edu device", name);
	if (pci_busmaster(e->pci, true) < 0)
		die(name);
}

int
main(int argc, char **argv)
{
	bool low = argc > 2 && strcmp(argv[2], "lo") == 0;
	int skip = low ? 3 : 2;
	Edu e;

	if (argc < 2 || !order_valid(argc - skip, argv + skip))
		usage(USAGE);
	prepare(&e, argv[1], low);
	return act(&e, argc - skip, argv + skip);
}
