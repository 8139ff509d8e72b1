/*
 * PCI configuration space by the two legacy ports: an address, then a datum of 32 bits.
 * They reach the first 256 bytes of each function of segment 0, and ECAM reaches the rest
 * (dev/glue/pcios.c). Locks: none; the caller keeps address and datum together
 * (RANK_PCI).
 */
#include "arch/arch.h"
#include "arch/io.h"

#define ADDRESS 0xcf8
#define DATA    0xcfc

static void
config_select(uint bus, uint devfn, uint off)
{
	outl(ADDRESS, 1u << 31 | (bus & 0xff) << 16 | (devfn & 0xff) << 8 | (off & 0xfc));
}

uint32_t
arch_pci_port_read(uint bus, uint devfn, uint off)
{
	config_select(bus, devfn, off);
	return inl(DATA);
}

void
arch_pci_port_write(uint bus, uint devfn, uint off, uint32_t v)
{
	config_select(bus, devfn, off);
	outl(DATA, v);
}
