/*
 * Message-signalled interrupts (PCI 3.0 6.8). A function has one message, by MSI if it
 * can, otherwise by entry 0 of its MSI-X table. Everything else is masked or off.
 *
 * Only the kernel writes these registers: a process can neither write configuration space
 * nor map the table. A table that is not wholly inside a memory BAR counts as none.
 * Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/errno.h"

enum { ENTRY_ADDR, ENTRY_ADDR_HI, ENTRY_DATA, ENTRY_CONTROL, ENTRY_WORDS };
#define ENTRY_MASKED 1u

static bool
in_bar(const PciFn *f, uint bir, uint64_t off, uint64_t n)
{
	const PciBar *b = &f->bar[bir < PCI_NBAR ? bir : 0]; /* 6 and 7 are reserved */

	return bir < PCI_NBAR && !b->io && n <= b->size && off <= b->size - n;
}

void
msix_locate(PciFn *f)
{
	uint32_t table, pba;

	if (f->msix == 0)
		return;
	table = pci_read(f, f->msix + MSIX_TABLE, 4);
	pba = pci_read(f, f->msix + MSIX_PBA, 4);
	f->msix_n = FGET(pci_read(f, f->msix + MSIX_CTL, 2), MSIX_SIZE) + 1;
	f->msix_bir = FGET(table, MSIX_BIR);
	f->msix_off = table & FMASK(MSIX_OFFSET);
	f->pba_bir = FGET(pba, MSIX_BIR);
	f->pba_off = pba & FMASK(MSIX_OFFSET);
	if (in_bar(f, f->msix_bir, f->msix_off, f->msix_n * MSIX_ENTRY) &&
		in_bar(f, f->pba_bir, f->pba_off, roundup(f->msix_n, 64) / 8))
		return;
	pcios_log("pci: %x:%x.%x: its MSI-X table is not inside a BAR: not used\n",
		BDF_BUS(f->bdf), BDF_DEV(f->bdf), BDF_FN(f->bdf));
	f->msix = 0;
	f->msix_n = 0;
}

void
pci_interrupts_off(const PciFn *f)
{
	cfg_update(f, CFG_COMMAND, 2, 0, FMASK(CMD_INTX_OFF));
	if (f->msi != 0)
		cfg_update(f, f->msi + MSI_CTL, 2, FMASK(MSI_ENABLE), 0);
	if (f->msix != 0)
		cfg_update(f, f->msix + MSIX_CTL, 2, FMASK(MSIX_ENABLE),
			FMASK(MSIX_MASK));
	pci_read(f, CFG_COMMAND, 2); /* what was posted has arrived when this returns */
}

bool
pci_interrupts_are_off(const PciFn *f)
{
	return FGET(pci_read(f, CFG_COMMAND, 2), CMD_INTX_OFF) &&
		(f->msi == 0 || !FGET(pci_read(f, f->msi + MSI_CTL, 2), MSI_ENABLE)) &&
		(f->msix == 0 || !FGET(pci_read(f, f->msix + MSIX_CTL, 2), MSIX_ENABLE));
}

/* Writes address and data, masks all messages but the first, and switches MSI on.
 * -ENOTSUP: the function cannot name the address, or its registers do not fit. */
static int
msi_on(PciFn *f, uint64_t addr, uint32_t data)
{
	uint16_t ctl = pci_read(f, f->msi + MSI_CTL, 2);
	bool wide = FGET(ctl, MSI_64), masking = FGET(ctl, MSI_MASKING);
	uint data_at = f->msi + (wide ? MSI_DATA64 : MSI_DATA32);
	uint mask_at = f->msi + (wide ? MSI_MASK64 : MSI_MASK32);
	uint end = masking ? mask_at + 4 : data_at + 2;

	if ((addr >> 32 != 0 && !wide) || end > CFG_SIZE)
		return -ENOTSUP;
	pci_write(f, f->msi + MSI_ADDR, 4, addr);
	if (wide)
		pci_write(f, f->msi + MSI_ADDR_HI, 4, addr >> 32);
	pci_write(f, data_at, 2, data);
	if (masking)
		pci_write(f, mask_at, 4, ~1u); /* all but the first message */
	cfg_update(f, f->msi + MSI_CTL, 2, FMASK(MSI_MME), FMASK(MSI_ENABLE));
	return 0;
}

/* Writes entry 0 of the table, masks the others, and switches MSI-X on. -ENOTSUP: the
 * table cannot be used. -ENOMEM: it cannot be mapped. */
static int
msix_on(PciFn *f, uint64_t addr, uint32_t data)
{
	const PciBar *b = &f->bar[f->msix_bir];
	volatile uint32_t *t;

	if (!b->usable)
		return -ENOTSUP;
	if (f->msix_table == NULL)
		f->msix_table = pcios_map(b->addr + f->msix_off, f->msix_n * MSIX_ENTRY);
	if ((t = f->msix_table) == NULL)
		return -ENOMEM;
	pci_memory_on(f);
	/* Enabled but masked as a whole while entries are written: PCI 3.0 6.8.3.2. */
	cfg_update(f, f->msix + MSIX_CTL, 2, 0, FMASK(MSIX_ENABLE) | FMASK(MSIX_MASK));
	for (uint i = 0; i < f->msix_n; i++)
		t[i * ENTRY_WORDS + ENTRY_CONTROL] = ENTRY_MASKED;
	t[ENTRY_ADDR] = addr;
	t[ENTRY_ADDR_HI] = addr >> 32;
	t[ENTRY_DATA] = data;
	t[ENTRY_CONTROL] = 0;
	(void)t[ENTRY_CONTROL];
	cfg_update(f, f->msix + MSIX_CTL, 2, FMASK(MSIX_MASK), 0);
	return 0;
}

int
pci_msi_on(PciFn *f, uint64_t addr, uint32_t data)
{
	pci_interrupts_off(f);
	if (f->msi != 0)
		return msi_on(f, addr, data);
	if (f->msix != 0)
		return msix_on(f, addr, data);
	return -ENOTSUP;
}
