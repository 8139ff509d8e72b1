/*
 * Capability lists (PCI 3.0 6.7, PCI Express 3.0 7.9). Pure.
 *
 * A device can make its list lead anywhere, so each entry is visited at most once: there
 * is a bit for each 32-bit word that says whether we have been there. A capability whose
 * registers do not all fit into configuration space counts as none.
 */
#include "dev/pci/cap.h"
#include "dev/pci/reg.h"

typedef struct CapKind {
	uint16_t id, size; /* bytes that must exist */
	const char *name;
} CapKind;

static const CapKind standard[] = {
	{ CAP_PM, 8, "power management" },
	{ 0x02, 12, "AGP" },
	{ 0x03, 8, "vital product data" },
	{ 0x04, 4, "slot identification" },
	{ CAP_MSI, 10, "MSI" },
	{ 0x06, 4, "CompactPCI hot swap" },
	{ 0x07, 8, "PCI-X" },
	{ 0x08, 4, "HyperTransport" },
	{ 0x09, 3, "vendor specific" },
	{ 0x0a, 4, "debug port" },
	{ 0x0c, 4, "hot plug" },
	{ 0x0d, 8, "bridge subsystem id" },
	{ 0x0f, 4, "secure device" },
	{ CAP_PCIE, 20, "PCI Express" },
	{ CAP_MSIX, 12, "MSI-X" },
	{ 0x12, 4, "SATA" },
	{ CAP_AF, 6, "advanced features" },
	{ 0x14, 4, "enhanced allocation" },
};

static const CapKind extended[] = {
	{ ECAP_AER, 44, "advanced error reporting" },
	{ 0x0002, 16, "virtual channel" },
	{ 0x0003, 12, "serial number" },
	{ 0x0004, 16, "power budgeting" },
	{ 0x000b, 8, "vendor specific" },
	{ ECAP_ACS, 8, "access control services" },
	{ 0x000e, 8, "alternative routing id" },
	{ ECAP_ATS, 8, "address translation services" },
	{ ECAP_SRIOV, 64, "single root I/O virtualisation" },
	{ 0x0012, 48, "multicast" },
	{ ECAP_PRI, 16, "page requests" },
	{ 0x0015, 8, "resizable BAR" },
	{ 0x0017, 8, "TPH requester" },
	{ 0x0018, 8, "latency tolerance" },
	{ 0x0019, 12, "secondary PCI Express" },
	{ ECAP_PASID, 8, "process address space id" },
	{ 0x001d, 8, "downstream port containment" },
	{ 0x001e, 16, "L1 substates" },
	{ 0x001f, 8, "precision time measurement" },
	{ 0x0023, 8, "designated vendor specific" },
};

static const CapKind *
kind_find(const CapKind *k, uint n, uint id)
{
	for (uint i = 0; i < n; i++)
		if (k[i].id == id)
			return &k[i];
	return NULL;
}

static bool
cap_fits(const CapKind *k, uint off, uint end)
{
	return off + (k != NULL ? k->size : 4) <= end;
}

uint
cap_list(CapRead *rd, const void *arg, PciCap *out, uint max)
{
	uint64_t seen = 0; /* a bit per word of the 256 bytes */
	uint n = 0, off;

	if (!FGET(rd(arg, CFG_COMMAND) >> 16, STS_CAPS))
		return 0;
	off = rd(arg, CFG_CAPPTR) & 0xfc; /* the low two bits are reserved: PCI 3.0 6.7 */
	while (off >= CAP_FIRST && !(seen >> off / 4 & 1) && n < max) {
		uint32_t head = rd(arg, off);
		uint id = head & 0xff;

		seen |= 1ull << off / 4;
		if (head == UINT32_MAX)
			break;
		if (cap_fits(kind_find(standard, nelem(standard), id), off, CFG_SIZE))
			out[n++] = (PciCap){ .id = id, .off = off };
		off = head >> 8 & 0xfc;
	}
	return n;
}

uint
ecap_list(CapRead *rd, const void *arg, PciCap *out, uint max)
{
	uint64_t seen[CFG_EXT_SIZE / 4 / 64] = { 0 };
	uint n = 0, off = ECAP_FIRST;

	while (off >= ECAP_FIRST && !(seen[off / 256] >> off / 4 % 64 & 1) && n < max) {
		uint32_t head = rd(arg, off);
		uint id = FGET(head, ECAP_ID);

		seen[off / 256] |= 1ull << off / 4 % 64;
		if (head == 0 || head == UINT32_MAX)
			break;
		/* id 0 is the null capability: nothing but a link */
		if (id != 0 &&
			cap_fits(kind_find(extended, nelem(extended), id), off,
				CFG_EXT_SIZE))
			out[n++] = (PciCap){ .id = id, .off = off };
		off = FGET(head, ECAP_NEXT) & ~3u;
	}
	return n;
}

uint
cap_find(const PciCap *c, uint n, uint id)
{
	for (uint i = 0; i < n; i++)
		if (c[i].id == id)
			return c[i].off;
	return 0;
}

const char *
cap_name(uint id, bool ext)
{
	const CapKind *k = ext ? kind_find(extended, nelem(extended), id)
			       : kind_find(standard, nelem(standard), id);

	return k != NULL ? k->name : "unknown";
}
