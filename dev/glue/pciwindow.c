/*
 * What of the address space below 512 GiB belongs to PCI. None of it is ever memory of a
 * process (arch/pt.h, rule 3), because bridges may route a request for such an address
 * straight to another device, and then no unit sees it. The windows are read once, at
 * boot; kern/layout.h keeps the list. Locks: none.
 */

#include "dev/glue/pciwindow.h"
#include "dev/pci/pci.h"
#include "kern/aspace.h"
#include "kern/cmd.h"
#include "kern/fmt.h"
#include "kern/heap.h"

/* A text that is never freed, as layout_keep_out asks for. Without memory it is
 * shorter. */
static const char *
window_name(const char *what, bdf_t b)
{
	char name[16], buf[48];
	char *s;

	snprint(buf, sizeof buf, "%s %s", what, bdf_print(b, name, sizeof name));
	return (s = kstrdup(buf)) != NULL ? s : what;
}

static void
keep_out_windows(const PciFn *f)
{
	for (uint i = 0; i < 2 && f->secondary != 0; i++) {
		uint64_t base = f->win_base[i], limit = f->win_limit[i];

		if (base <= limit)
			layout_keep_out(base, limit - base + 1,
				window_name("bridge", f->bdf));
	}
}

/*
 * Only the name space of ACPI has the windows of the host bridges. They contain all BARs,
 * so below 4 GiB everything from the lowest BAR to the highest is kept out as one range.
 */
static void
keep_out_bars(void)
{
	const uint64_t top = 1ull << 32;
	uint64_t low = top, high = 0;

	for (const PciFn *f = pci_first(); f != NULL; f = f->next)
		for (uint i = 0; i < PCI_NBAR; i++) {
			const PciBar *b = &f->bar[i];

			if (!b->usable)
				continue;
			if (b->addr >= top) {
				layout_keep_out(b->addr, b->size,
					window_name("BAR of", f->bdf));
				continue;
			}
			low = b->addr < low ? b->addr : low;
			high = b->addr + b->size > high ? b->addr + b->size : high;
		}
	if (low < high)
		layout_keep_out(low, high - low, "host bridge");
}

void
pci_keep_out(void)
{
	for (const PciFn *f = pci_first(); f != NULL; f = f->next)
		keep_out_windows(f);
	keep_out_bars();
}
