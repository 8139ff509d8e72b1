/*
 * dmatest B:D.F WHAT: a hostile driver for an edu device, to see what an owner who is
 * detached or killed in the middle of a transfer can still do. An edu transfer takes 100
 * ms before it lands, which is the window all of this aims at. Buffers are at a fixed
 * address, so that one owner's command, if it fired later, would hit the next owner's
 * buffer.
 *
 *	arm       start a transfer from the device into the buffer, say so, and tell
 *	          600 ms later whether it landed
 *	armfree   the same, but give the page back first (munmap)
 *	next      own the device, let it master the bus, start nothing; tell whether
 *	          anything landed
 *	touch     map a register, say so, read it every 10 ms for ever
 *	ro        let the device write to memory the process can only read
 *	free      write to memory that was there and is not any more
 *	ucopy     owns nothing: the kernel's driver copies between two buffers of ours
 *	canary N  needs no device (B:D.F is ignored): fill N MiB, and tell 600 ms later
 *	          whether anything changed
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/edudev.h"
#include "user/lib/pcidev.h"

#define BUFFER ((unsigned char *)0x200000000)
#define SIZE   4096
#define COUNT  EDU_MAX
#define MINE   0x5a /* what the owner wrote */
#define DEVICE 0xd7 /* what the device would write */

static volatile void *regs;

static void
start(void)
{
	edu_start(regs, (uintptr_t)BUFFER, COUNT, true);
}

static void
fail(const char *what)
{
	printf("dmatest: %s: %s\n", what, errstr());
	exit(1);
}

/* Wait until the device is ours, then map its registers and let it master the bus. */
static void
own(const char *dev)
{
	PciDev *d = pci_open(dev);

	if (d == NULL || pci_wait_owned(d) < 0)
		fail(dev);
	if ((regs = pci_map_bar(d, 0, NULL)) == NULL)
		fail("mmap bar0");
	if (pci_busmaster(d, true) < 0)
		fail("busmaster on");
}

static void
buffer(void)
{
	if (mmap(BUFFER, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != BUFFER)
		fail("mmap buffer");
}

/* Put DEVICE into the device's own memory. */
static void
load(void)
{
	memset(BUFFER, DEVICE, SIZE);
	edu_transfer(regs, (uintptr_t)BUFFER, COUNT, false);
	memset(BUFFER, MINE, SIZE);
}

static void
tell(void)
{
	unsigned n = 0;

	usleep(600000);
	for (unsigned i = 0; i < SIZE; i++)
		n += BUFFER[i] != MINE;
	if (n == 0)
		printf("buffer intact\n");
	else
		printf("buffer changed: %u bytes\n", n);
}

static void
canary(size_t size)
{
	unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t bad = 0;

	if (p == MAP_FAILED)
		fail("canary");
	memset(p, MINE, size);
	usleep(600000);
	for (size_t i = 0; i < size; i += sizeof(uint64_t))
		bad += *(uint64_t *)(p + i) != 0x0101010101010101 * MINE;
	if (bad == 0)
		printf("canary intact\n");
	else
		printf("canary changed: %lu words\n", (unsigned long)bad);
}

static int
ucopy(const char *bdf)
{
	static unsigned char from[COUNT], to[COUNT + 1];
	int fd = open("#edu/ucopy", O_WRONLY), n;
	char line[80];

	for (unsigned i = 0; i < COUNT; i++)
		from[i] = (unsigned char)(i * 3 + (i >> 8));
	to[COUNT] = MINE;
	n = snprintf(line, sizeof line, "%s %p %p %d", bdf, to, from, COUNT);
	if (fd < 0 || write(fd, line, n) != n) {
		printf("ucopy: %s\n", errstr());
		return 1;
	}
	printf("copied, %s\n",
		memcmp(from, to, COUNT) == 0 && to[COUNT] == MINE ? "equal"
								  : "different");
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && strcmp(what, "canary") == 0) {
		canary(strtoul(argv[3], NULL, 0) << 20);
		return 0;
	}
	if (argc != 3) {
		printf("usage: dmatest B:D.F arm|armfree|next|touch|ro|free|ucopy, or "
		       "- canary MIB\n");
		return 2;
	}
	buffer();
	memset(BUFFER, MINE, SIZE);
	if (strcmp(what, "ucopy") == 0)
		return ucopy(argv[1]);
	own(argv[1]);
	if (strcmp(what, "arm") == 0) {
		load();
		start();
		printf("armed\n");
		tell();
	} else if (strcmp(what, "armfree") == 0) {
		load();
		start();
		munmap(BUFFER, SIZE);
		printf("armed\n");
		for (;;)
			sleep(1000);
	} else if (strcmp(what, "next") == 0) {
		printf("ready\n");
		tell();
	} else if (strcmp(what, "touch") == 0) {
		printf("mapped\n");
		for (;;) {
			(void)*(volatile uint32_t *)regs;
			usleep(10000);
		}
	} else if (strcmp(what, "ro") == 0) {
		load();
		mprotect(BUFFER, SIZE, PROT_READ);
		start();
		tell();
	} else if (strcmp(what, "free") == 0) {
		load();
		munmap(BUFFER, SIZE);
		start();
		usleep(300000);
		buffer(); /* a new page is there now, perhaps the same frame */
		memset(BUFFER, MINE, SIZE);
		tell();
	}
	return 0;
}
