/*
 * barpart B:D.F: the registers of an NVMe controller, whose MSI-X table lies behind them
 * in the same BAR: not the whole BAR, not the table's page, but those before it.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/pcidev.h"

#define PAGE    4096
#define NVME_VS 0x08 /* version: 1.4 is 0x00010400 */

static volatile void *
try(const char *what, volatile void *p)
{
	printf("%s: %s\n", what, p != NULL ? "mapped" : errstr());
	return p;
}

int
main(int argc, char **argv)
{
	volatile uint8_t *regs;
	size_t size = 0;
	PciDev *d;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2 || (d = pci_open(argv[1])) == NULL || pci_wait_owned(d) < 0)
		return 2;
	try("all", pci_map_bar(d, 0, &size));
	printf("size %#zx\n", size);
	regs = try("the first page", pci_map_bar_part(d, 0, 0, PAGE));
	if (regs != NULL)
		printf("version %u\n",
			(unsigned)(*(volatile uint32_t *)(regs + NVME_VS) >> 16));
	for (size_t off = PAGE; off < size; off += PAGE)
		if (pci_map_bar_part(d, 0, off, PAGE) == NULL) {
			printf("at %#zx: %s\n", off, errstr());
			break;
		}
	try("past the end", pci_map_bar_part(d, 0, size, PAGE));
	try("half a page", pci_map_bar_part(d, 0, 0x800, PAGE));
	printf("barpart: done\n");
	return 0;
}
