/*
 * modes B:D.F private|readonly|guest: what a device sees of its owner in each mode of
 * attachment, shown with an edu device. A line per transfer: what was tried, and whether
 * it landed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/edudev.h"
#include "user/lib/pcidev.h"

#define SIZE   4096
#define COUNT  EDU_MAX
#define MINE   0x5a /* what we wrote */
#define DEVICE 0xd7 /* what the device writes */
#define IOVA   0x10000

static PciDev *dev;
static volatile void *regs;

static void
die(const char *what)
{
	printf("modes: %s: %s\n", what, errstr());
	exit(1);
}

/* The device fills its own memory from address a, where p is. */
static void
load(unsigned char *p, uint64_t a)
{
	memset(p, DEVICE, SIZE);
	edu_transfer(regs, a, COUNT, false);
	memset(p, MINE, SIZE);
}

/* The device writes to address a; p is where it would be seen. */
static void
try(const char *what, const unsigned char *p, uint64_t a)
{
	unsigned n = 0;

	edu_transfer(regs, a, COUNT, true);
	for (unsigned i = 0; i < SIZE; i++)
		n += p[i] == DEVICE;
	printf("%s: %s\n", what, n == COUNT ? "landed" : n == 0 ? "blocked" : "in part");
}

static unsigned char *
memory(int flags)
{
	void *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	memset(p, MINE, SIZE);
	return p;
}

static void private(void)
{
	unsigned char *early = memory(MAP_DMA), *heap = memory(0), *late;

	load(early, (uintptr_t)early);
	try("DMA memory", early, (uintptr_t)early);
	try("other memory", heap, (uintptr_t)heap);
	memset(early, MINE, SIZE);
	try("the guard page before", early, (uintptr_t)early - SIZE);
	late = memory(MAP_DMA);
	try("DMA memory made later", late, (uintptr_t)late);
	mprotect(late, SIZE, PROT_READ);
	memset(early, MINE, SIZE);
	try("DMA memory made read-only", early, (uintptr_t)late);
	munmap(late, SIZE);
	try("DMA memory given back", early, (uintptr_t)late);
}

static void
readonly(void)
{
	unsigned char *p = memory(0), *q = memory(0);

	load(p, (uintptr_t)p);
	try("a write", p, (uintptr_t)p);
	try("a write elsewhere", q, (uintptr_t)q);
}

static void
guest(void)
{
	unsigned char *p = memory(0);

	try("nothing mapped", p, IOVA);
	if (pci_map(dev, IOVA, p, SIZE, "rw") != 0)
		die("map");
	load(p, IOVA);
	try("mapped", p, IOVA);
	memset(p, MINE, SIZE);
	try("our address", p, (uintptr_t)p);
	mprotect(p, SIZE, PROT_READ);
	try("after mprotect", p, IOVA);
	printf("map as read-write: %s\n",
		pci_map(dev, IOVA, p, SIZE, "rw") == 0 ? "taken" : errstr());
	if (pci_map(dev, IOVA, p, SIZE, "r") != 0)
		die("map");
	try("read-only", p, IOVA);
	mprotect(p, SIZE, PROT_READ | PROT_WRITE);
	try("still read-only", p, IOVA);
	if (pci_unmap(dev, IOVA, SIZE) != 0)
		die("unmap");
	if (pci_map(dev, IOVA, p, SIZE, "w") == 0) {
		try("write-only", p, IOVA);
	} else { /* first-stage tables cannot say it */
		printf("map write-only: %s\n", errstr());
		if (pci_map(dev, IOVA, p, SIZE, "rw") != 0)
			die("map");
		try("read-write", p, IOVA);
	}
	printf("map twice: %s\n",
		pci_map(dev, IOVA, p, SIZE, "rw") == 0 ? "taken" : errstr());
	munmap(p, SIZE);
	p = memory(0);
	try("after munmap", p, IOVA);
	printf("unmap what is gone: %s\n",
		pci_unmap(dev, IOVA, SIZE) == 0 ? "taken" : errstr());
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3 || (dev = pci_open(argv[1])) == NULL)
		return 2;
	if (pci_wait_owned(dev) != 0 || (regs = pci_map_bar(dev, 0, NULL)) == NULL ||
		pci_busmaster(dev, true) != 0)
		die(argv[1]);
	if (strcmp(argv[2], "private") == 0)
	private();
	else if (strcmp(argv[2], "readonly") == 0) readonly();
	else guest();
	printf("modes: done\n");
	return 0;
}
