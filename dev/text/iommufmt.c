/*
 * The texts of #iommu. The lines about capabilities are decoded here from the values of
 * the registers, with the bit numbers that the VT-d manual prints (sections 10.4.2 and
 * 10.4.3), and not with the names of dev/vtd. So one sees what the hardware said,
 * whatever the driver has made of it. Addresses of the kernel are not printed: where
 * Akaros had a pointer, there is the base of the registers, and 0 for (vir).
 */

#include "dev/text/iommufmt.h"
#include "kern/fmt.h"
#include "kern/le.h"

/* Bits hi to lo of a register. */
static uint
bits(uint64_t v, uint hi, uint lo)
{
	return v >> lo & ((1ull << (hi - lo + 1)) - 1);
}

static const char *
yes(bool b)
{
	return b ? "yes" : "no";
}

void
attach_help(Text *t)
{
	text_printf(t,
		"write format: xx:yy.z pid\n"
		"   xx  = bus (in hex)\n"
		"   yy  = device (in hex)\n"
		"   z   = function (in hex)\n"
		"   pid = process pid\n"
		"\n"
		"example:\n"
		"$ echo 00:1f.2 13 >\\#iommu/attach\n");
	text_printf(t,
		"\n"
		"before the device may stand:\n"
		"   -g          all functions of its isolation group, or none\n"
		"after the pid may follow:\n"
		"   shared      the device sees all memory of the process (default)\n"
		"   private     what the process made for devices\n"
		"   guest       what the process maps (#pci/B:D.F/map)\n"
		"   ro          and only reads it\n"
		"   fault=log   a blocked DMA is recorded (default)\n"
		"   fault=stop  and bus mastering goes off\n"
		"   fault=kill  and the process ends\n");
}

void
detach_help(Text *t)
{
	text_printf(t,
		"write format: xx:yy.z\n"
		"   xx  = bus (in hex)\n"
		"   yy  = device (in hex)\n"
		"   z   = function (in hex)\n"
		"\n"
		"example:\n"
		"$ echo 00:1f.2 >\\#iommu/detach\n");
	text_printf(t,
		"\n"
		"a pid may follow; then it must be the owner's\n"
		"before the device may stand:\n"
		"   -g          all functions of its isolation group, or none\n");
}

void
power_text(Text *t, bool on)
{
	text_printf(t,
		"IOMMU status: %s\n"
		"Write 'enable' or 'disable' OR 'on' or 'off' to change status\n",
		on ? "enabled" : "disabled");
}

/* By pid, then by device. Few and rarely asked for: insertion will do. */
static void
sort(Mapping *m, uint n)
{
	for (uint i = 1; i < n; i++) {
		Mapping x = m[i];
		uint j = i;

		for (; j > 0 &&
			(m[j - 1].pid > x.pid ||
				(m[j - 1].pid == x.pid && m[j - 1].bdf > x.bdf));
			j--)
			m[j] = m[j - 1];
		m[j] = x;
	}
}

static void
bdf_text(Text *t, bdf_t b)
{
	if (BDF_SEG(b) != 0)
		text_printf(t, "%x:", BDF_SEG(b));
	text_printf(t, "%x:%x.%x", BDF_BUS(b), BDF_DEV(b), BDF_FN(b));
}

void
mappings_unit(Text *t, paddr_t base, Mapping *m, uint n)
{
	text_printf(t, "Mappings for iommu@0x%016lx\n", base);
	if (n == 0)
		text_printf(t, "\t<empty>\n");
	sort(m, n);
	for (uint i = 0; i < n; i++) {
		if (i == 0 || m[i].pid != m[i - 1].pid)
			text_printf(t, "\tpid = %d\n", m[i].pid);
		text_printf(t, "\t\tdevice = ");
		bdf_text(t, m[i].bdf);
		text_printf(t, "\n");
	}
}

void
info_driver(Text *t, bool on)
{
	text_printf(t, "driver info:\n");
	text_printf(t, "\tdefault did = 1\n");
	text_printf(t, "\tstatus = %s\n", on ? "enabled" : "disabled");
}

static void
info_cap(Text *t, uint64_t cap)
{
	uint nd = bits(cap, 2, 0);

	text_printf(t, "\tcapabilities = 0x%016lx\n", cap);
	text_printf(t, "\t\tmgaw: %u\n", bits(cap, 21, 16) + 1);
	text_printf(t, "\t\tsagaw (paging level): 0x%x\n", bits(cap, 12, 8));
	text_printf(t, "\t\tcaching mode: %s (%u)\n", yes(bits(cap, 7, 7)),
		bits(cap, 7, 7));
	text_printf(t, "\t\tzlr: 0x%x\n", bits(cap, 22, 22));
	text_printf(t, "\t\trwbf: %srequired\n", bits(cap, 4, 4) ? "" : "not ");
	text_printf(t, "\t\tnum domains: %u\n", 1u << (4 + 2 * nd));
	text_printf(t, "\t\tsupports protected high-memory region: %s\n",
		yes(bits(cap, 6, 6)));
	text_printf(t, "\t\tsupports Protected low-memory region: %s\n",
		yes(bits(cap, 5, 5)));
}

static void
info_ecap(Text *t, uint64_t ecap)
{
	text_printf(t, "\text. capabilities = 0x%016lx\n", ecap);
	text_printf(t, "\t\tpass through: %s\n", yes(bits(ecap, 6, 6)));
	text_printf(t, "\t\tdevice iotlb: %s\n", yes(bits(ecap, 2, 2)));
	text_printf(t, "\t\tiotlb register offset: 0x%x\n", bits(ecap, 17, 8) * 16);
	text_printf(t, "\t\tsnoop control: %s\n", yes(bits(ecap, 7, 7)));
	text_printf(t, "\t\tcoherency: %s\n", yes(bits(ecap, 0, 0)));
	text_printf(t, "\t\tqueue invalidation support: %s\n", yes(bits(ecap, 1, 1)));
	text_printf(t, "\t\tinterrupt remapping support: %s\n", yes(bits(ecap, 3, 3)));
	text_printf(t, "\t\textended interrupt mode: 0x%x\n", bits(ecap, 4, 4));
}

void
info_unit(Text *t, const UnitInfo *u, uint assigned)
{
	text_printf(t, "\niommu@0x%016lx\n", u->base);
	text_printf(t, "\trba = 0x%016lx\n", u->base);
	text_printf(t, "\tsupported = %s\n", yes(u->state != UNIT_UNUSABLE));
	text_printf(t, "\tnum_assigned_devs = %u\n", assigned);
	text_printf(t, "\tregspace = 0x%016lx\n", u->base);
	text_printf(t, "\thost addr width (dmar) = %u\n", u->haw);
	text_printf(t, "\thost addr width (cap[mgaw]) = %u\n", bits(u->cap, 21, 16) + 1);
	text_printf(t, "\tversion = 0x%x\n", u->ver);
	info_cap(t, u->cap);
	info_ecap(t, u->ecap);
	text_printf(t, "\tglobal status = 0x%08x\n", u->gsts);
	text_printf(t, "\t\ttranslation: %s\n",
		bits(u->gsts, 31, 31) ? "enabled" : "disabled");
	text_printf(t, "\t\troot table: %s\n", bits(u->gsts, 30, 30) ? "set" : "not set");
	text_printf(t, "\troot entry table = 0x%016lx (phy) or 0x%016lx (vir)\n",
		u->rtaddr & ~(uint64_t)PAGE_MASK, 0ul);
}

static const char *const state_name[] = {
	[UNIT_UNUSABLE] = "unusable",
	[UNIT_OFF] = "off",
	[UNIT_ON] = "on",
	[UNIT_BROKEN] = "broken",
};

const char *
info_mode(VtdMode m)
{
	static const char *const name[] = {
		[VTD_LEGACY] = "legacy mode",
		[VTD_SECOND] = "scalable mode, second stage",
		[VTD_FIRST] = "scalable mode, first stage",
	};

	return name[m];
}

/* True if interrupt remapping is on and lets no other interrupt pass. The registers say
 * so, and not what we have set. */
static bool
info_remaps(const UnitInfo *u)
{
	return u->remaps && bits(u->gsts, 25, 25) && !bits(u->gsts, 23, 23);
}

bool
info_isolates(const UnitInfo *u)
{
	return info_remaps(u) && u->forges == NULL;
}

/* What the unit enforces now, and what it does not, with the reason. */
static void
info_enforced(Text *t, const UnitInfo *u, const UnitStats *s)
{
	bool dma = bits(u->gsts, 31, 31);

	if (info_remaps(u))
		text_printf(t, "\tinterrupt entries = %u in use of %u, %s destinations\n",
			s->irqs, u->irq_max, u->x2apic ? "x2apic" : "xapic");
	text_printf(t, "\tenforced = %s%s%s%s\n", dma ? "DMA by table" : "",
		dma && info_remaps(u) ? ", " : "",
		info_remaps(u) ? "interrupts by source, none in compatibility format"
			       : "",
		dma || info_remaps(u) ? "" : "nothing");
	if (!dma)
		text_printf(t, "\tnot enforced = DMA: translation is off\n");
	if (!info_remaps(u))
		text_printf(t, "\tnot enforced = interrupts: %s\n",
			u->no_remap != NULL ? u->no_remap : "remapping is off");
	else if (u->forges != NULL)
		text_printf(t, "\tnot enforced = interrupts: %s\n", u->forges);
	text_printf(t, "\tinterrupt isolation: %s\n", yes(info_isolates(u)));
}

void
info_more(Text *t, const UnitInfo *u, const UnitStats *s)
{
	bool bad = u->state == UNIT_UNUSABLE || u->state == UNIT_BROKEN;
	const char *why = bad && u->reason != NULL ? u->reason : NULL;

	text_printf(t, "\nunit %u:\n", u->index);
	text_printf(t, "\tstate = %s%s%s\n", state_name[u->state],
		why != NULL ? ": " : "", why != NULL ? why : "");
	text_printf(t, "\tsegment = %u, %s\n", u->segment,
		u->include_all ? "all devices no other unit names" : "devices it names");
	text_printf(t, "\ttables = %u levels, %u address bits, %s\n", u->levels, u->width,
		u->coherent ? "coherent" : "flushed line by line");
	text_printf(t, "\ttranslation = %s\n", info_mode(u->mode));
	text_printf(t, "\tinvalidation = %s\n", u->queued ? "queue" : "registers");
	text_printf(t, "\tdomain ids = %u in use of %u\n", s->ids, u->ndomains);
	text_printf(t,
		"\tinvalidations = %lu context, %lu iotlb, %lu interrupt, "
		"%lu waits\n",
		(s->context_global + s->context_device),
		(s->iotlb_global + s->iotlb_domain + s->iotlb_page),
		(s->interrupt_global + s->interrupt_index), s->waits);
	text_printf(t, "\tfaults = %lu recorded, %lu times lost\n", s->faults, s->lost);
	text_printf(t, "\tfault status = 0x%08x, control = 0x%08x\n", u->fsts, u->fectl);
	info_enforced(t, u, s);
}

/* Copies n bytes of text that firmware wrote, without its control characters. */
static void
acpi_text(char *d, const uint8_t *s, uint n)
{
	for (uint i = 0; i < n; i++)
		d[i] = s[i] == 0 ? ' ' : s[i] >= 0x20 && s[i] < 0x7f ? (char)s[i] : '.';
	d[n] = 0;
}

int
acpi_line(char *buf, size_t n, const uint8_t *table, paddr_t pa)
{
	char sig[5], oem[7], id[9], creator[5];

	acpi_text(sig, table, 4);
	acpi_text(oem, table + 10, 6);
	acpi_text(id, table + 16, 8);
	acpi_text(creator, table + 28, 4);
	return snprint(buf, n, "ACPI: %s (v%03u %s %s 0x%08x %s 0x%08x) @ 0x%016lx\n",
		sig, table[8], oem, id, le32(table + 24), creator, le32(table + 32), pa);
}
