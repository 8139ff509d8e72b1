/*
 * The configuration space of one function: accessors, and the switches in its command and
 * PCI Express control registers.
 *
 * A device that is gone answers all ones. For that reason every loop that reads a device
 * is bounded, and a function that is gone counts as quiet. Locks: none. The host makes
 * each cycle, and each pcios_update, one step.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/errno.h"

#define DRAIN_MS 100 /* a completion takes 50 ms at most by default: PCIe 2.8 */

static bool
offset_ok(uint off, uint width)
{
	uint size = pcios_ecam() ? CFG_EXT_SIZE : CFG_SIZE;

	return (width == 1 || width == 2 || width == 4) && off % width == 0 && off < size;
}

uint32_t
cfg_read(bdf_t b, uint off, uint width)
{
	if (offset_ok(off, width))
		return pcios_read(b, off, width);
	return width < 4 ? (1u << 8 * width) - 1 : UINT32_MAX;
}

bool
cfg_present(bdf_t b)
{
	return cfg_read(b, CFG_VENDOR, 2) != VENDOR_NONE;
}

void
cfg_update(const PciFn *f, uint off, uint width, uint64_t clear, uint64_t set)
{
	if (offset_ok(off, width))
		pcios_update(f->bdf, off, width, clear, set);
}

uint32_t
pci_read(const PciFn *f, uint off, uint width)
{
	return cfg_read(f->bdf, off, width);
}

void
pci_write(const PciFn *f, uint off, uint width, uint32_t v)
{
	if (offset_ok(off, width))
		pcios_write(f->bdf, off, width, v);
}

bool
pci_present(const PciFn *f)
{
	return cfg_present(f->bdf);
}

uint
pci_config_size(const PciFn *f)
{
	return f->pcie != 0 && pcios_ecam() ? CFG_EXT_SIZE : CFG_SIZE;
}

bool
pci_is_busmaster(const PciFn *f)
{
	return pci_present(f) && FGET(pci_read(f, CFG_COMMAND, 2), CMD_MASTER);
}

int
pci_busmaster(const PciFn *f, bool on)
{
	if (!on) {
		cfg_update(f, CFG_COMMAND, 2, FMASK(CMD_MASTER), 0);
		return pci_is_busmaster(f) ? -EIO : 0;
	}
	if (!pci_present(f))
		return -EIO;
	/* A bridge passes requests up only as a master itself: Bridge 1.2 3.2.4.3. */
	for (const PciFn *b = f->bridge; b != NULL; b = b->bridge)
		cfg_update(b, CFG_COMMAND, 2, 0, FMASK(CMD_MASTER));
	cfg_update(f, CFG_COMMAND, 2, 0, FMASK(CMD_MASTER));
	return 0;
}

void
pci_memory_on(const PciFn *f)
{
	for (const PciFn *b = f; b != NULL; b = b->bridge)
		cfg_update(b, CFG_COMMAND, 2, 0, FMASK(CMD_MEMORY) | FMASK(CMD_IO));
}

void
pci_nosnoop_off(const PciFn *f)
{
	if (f->pcie != 0)
		cfg_update(f, f->pcie + PCIE_DEVCTL, 2,
			FMASK(DEVCTL_NOSNOOP) | FMASK(DEVCTL_RELAXED), 0);
}

static bool
is_pending(const PciFn *f)
{
	if (!pci_present(f))
		return false;
	if (f->pcie != 0)
		return FGET(pci_read(f, f->pcie + PCIE_DEVSTA, 2), DEVSTA_PENDING);
	if (f->af != 0 && FGET(pci_read(f, f->af + AF_CAP, 1), AFCAP_TP))
		return FGET(pci_read(f, f->af + AF_STA, 1), AFSTA_TP);
	return false;
}

int
pci_drain(const PciFn *f)
{
	for (uint ms = 0; is_pending(f); ms++) {
		if (ms == DRAIN_MS)
			return -ETIMEDOUT;
		pcios_sleep_ms(1);
	}
	return 0;
}
