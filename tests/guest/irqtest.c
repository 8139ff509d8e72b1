/*
 * irqtest B:D.F WHAT...: a hostile driver for an edu device, to see which interrupts its
 * owner can bring about. Everything is done in turn, with a line for each:
 *
 *	own          have an interrupt of its own, and say how many that makes
 *	old VECTOR   write a message in compatibility format, by DMA
 *	entry INDEX  write a message for an entry of the unit's table, by DMA
 *	data N       the same for entry 0, with N as its data: index N, or nothing
 *	count        say how many there are now, if there were more
 *	stay         sleep for ever
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/edudev.h"
#include "user/lib/pcidev.h"

static volatile unsigned char *reg;
static uint32_t *buf;
static PciDev *dev;

static void
fail(const char *what)
{
	printf("irqtest: %s: %s\n", what, errstr());
	exit(1);
}

static void
forge(uint64_t addr, uint32_t data)
{
	*buf = data;
	edu_transfer(reg, (uintptr_t)buf, sizeof *buf, false);
	edu_transfer(reg, addr, sizeof *buf, true);
	printf("wrote 0x%lx to 0x%lx\n", (unsigned long)data, (unsigned long)addr);
}

static void
own(void)
{
	long n;

	if (pci_intr_on(dev) < 0)
		fail("intr");
	*(volatile uint32_t *)(reg + EDU_RAISE) = 1;
	n = pci_wait(dev, PCI_INTR, 2000) > 0 ? pci_intr(dev) : 0;
	*(volatile uint32_t *)(reg + EDU_ACK) = 1;
	printf("own interrupts %ld\n", n);
}

static void
count(void)
{
	usleep(50000);
	if (pci_wait(dev, PCI_INTR, 0) > 0)
		printf("then interrupts %ld\n", pci_intr(dev));
	else
		printf("no more interrupts\n");
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 3) {
		printf("usage: irqtest B:D.F [own] [old VECTOR] [entry INDEX] [data "
		       "N] [count] [stay]\n");
		return 2;
	}
	if ((dev = pci_open(argv[1])) == NULL || pci_wait_owned(dev) < 0)
		fail(argv[1]);
	if ((reg = pci_map_bar(dev, 0, NULL)) == NULL || pci_busmaster(dev, true) < 0)
		fail("registers");
	if ((buf = dma_alloc(4096, 39)) == NULL)
		fail("memory");
	for (int i = 2; i < argc; i++) {
		const char *what = argv[i];
		unsigned long n = i + 1 < argc ? strtoul(argv[i + 1], NULL, 0) : 0;

		if (strcmp(what, "own") == 0)
			own();
		else if (strcmp(what, "count") == 0)
			count();
		else if (strcmp(what, "stay") == 0)
			for (;;)
				sleep(1000);
		else if (strcmp(what, "old") == 0)
			forge(0xfee00000, n), i++;
		else if (strcmp(what, "entry") == 0)
			forge(0xfee00018 | n << 5, 0), i++;
		else if (strcmp(what, "data") == 0)
			forge(0xfee00018, n), i++;
	}
	return 0;
}
