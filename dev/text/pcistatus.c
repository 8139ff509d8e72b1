/*
 * The status of a PCI function as text: one fact per line, `key value`, and every refusal
 * with its reason, so that nobody has to ask why a device cannot be attached or a
 * register cannot be mapped. Tools take lines by their key; new keys may come, old ones
 * stay. No locks: a function is const, and who owns it is asked once per line.
 */
#include "dev/text/pcistatus.h"
#include "dev/assign/assign.h"
#include "kern/cmd.h"

static void
print_bdf(Text *t, const char *key, bdf_t b)
{
	char name[16];

	text_printf(t, "%s %s", key, bdf_print(b, name, sizeof(name)));
}

static void
print_identity(const PciFn *f, Text *t)
{
	static const char *const kind[] = { "endpoint", "bridge", "host bridge" };

	text_printf(t, "id %04x:%04x\n", f->vendor, f->device);
	text_printf(t, "subsystem %04x:%04x\n", f->subvendor, f->subdevice);
	text_printf(t, "class %02x%02x%02x %s\n", f->cls, f->subclass, f->progif,
		pci_class_name(f->cls, f->subclass));
	text_printf(t, "revision %x\n", f->revision);
	text_printf(t, "kind %s\n", kind[f->kind]);
	if (f->bridge != NULL) {
		print_bdf(t, "bridge", f->bridge->bdf);
		text_printf(t, "\n");
	}
	if (!pci_present(f))
		text_printf(t, "present no\n");
}

static void
print_ownership(const PciFn *f, Text *t)
{
	Unit *u = assign_unit(f);
	int pid = assign_owner(f);
	KdevInfo k;

	text_printf(t, "state %s\n", fn_state_name[assign_state(f)]);
	if (pid >= 0)
		text_printf(t, "owner %d\n", pid);
	else
		text_printf(t, "owner none\n");
	if (assign_kdev(f, &k))
		text_printf(t, "driver %s, %s\n", k.driver, k.view);
	if (u != NULL)
		text_printf(t, "unit %u\n", unit_index(u));
	else
		text_printf(t, "unit none\n");
	text_printf(t, "busmaster %s\n", pci_is_busmaster(f) ? "on" : "off");
	if (f->ats != 0)
		text_printf(t, "ats %s\n", pci_ats_is_on(f) ? "on" : "off");
}

static void
print_group(const PciFn *f, Text *t)
{
	text_printf(t, "group %u\n", f->group);
	for (const PciFn *o = pci_first(); o != NULL; o = o->next)
		if (o != f && o->group == f->group) {
			print_bdf(t, "member", o->bdf);
			text_printf(t, " %s\n", pci_group_reason(f, o));
		}
	for (uint i = 0; i < f->nsid; i++) {
		print_bdf(t, "rid", BDF_SEG(f->bdf) << 16 | f->sid[i]);
		text_printf(t, "\n");
	}
}

static void
print_windows(const PciFn *f, Text *t)
{
	static const char *const what[] = { "memory", "prefetchable", "io" };

	if (f->secondary == 0)
		return;
	text_printf(t, "buses %x-%x\n", f->secondary, f->subordinate);
	for (uint i = 0; i < nelem(what); i++)
		if (f->win_base[i] <= f->win_limit[i])
			text_printf(t, "window %s 0x%lx-0x%lx\n", what[i], f->win_base[i],
				f->win_limit[i]);
}

static void
print_bar(const PciFn *f, uint i, Text *t)
{
	const PciBar *b = &f->bar[i];
	const char *why = pci_bar_refusal(f, i, 0, b->size);

	text_printf(t, "bar%u 0x%lx size 0x%lx %s%s%s: ", i, b->addr, b->size,
		b->io ? "io" : "memory", b->is64 ? " 64-bit" : "",
		b->prefetch ? " prefetchable" : "");
	if (why == NULL)
		text_printf(t, "mappable\n");
	else if (b->refusal != NULL || b->size <= PAGE_SIZE)
		text_printf(t, "not mappable: %s\n", why);
	else
		text_printf(t, "mappable but for the pages of the MSI-X table%s\n",
			f->msix_bir == i && f->pba_bir == i ? " and pending bits" : "");
}

static void
print_caps(const PciFn *f, bool extended, Text *t)
{
	PciCap c[CAP_MAXEXT];
	uint n = pci_caps(f, extended, c, extended ? CAP_MAXEXT : CAP_MAXSTD);

	for (uint i = 0; i < n; i++)
		text_printf(t, "cap %x %s\n", c[i].off, cap_name(c[i].id, extended));
}

static void
print_entry(const PciFn *f, Text *t)
{
	uint32_t index;
	VtdIrq q;
	char b[16];

	if (!assign_entry(f, &index, &q))
		return;
	if (q.bus)
		text_printf(t, "entry %u source bus %x\n", index, q.sid >> 8);
	else
		text_printf(t, "entry %u source %s\n", index,
			bdf_print(BDF(BDF_SEG(f->bdf), 0, 0, 0) + q.sid, b, sizeof b));
}

static void
print_interrupts(const PciFn *f, Text *t)
{
	if (f->msi != 0)
		text_printf(t, "interrupt msi\n");
	else if (f->msix != 0)
		text_printf(t, "interrupt msi-x\n");
	else
		text_printf(t, "interrupt none\n");
	if (f->msix != 0)
		text_printf(t, "msix %u table bar%u+0x%x pending bar%u+0x%x\n", f->msix_n,
			f->msix_bir, f->msix_off, f->pba_bir, f->pba_off);
	print_entry(f, t);
}

void
pci_status(const PciFn *f, Text *t)
{
	print_identity(f, t);
	print_ownership(f, t);
	print_group(f, t);
	text_printf(t, "reset %s\n", pci_reset_name(f->reset));
	print_interrupts(f, t);
	print_windows(f, t);
	for (uint i = 0; i < PCI_NBAR; i++)
		if (f->bar[i].size != 0)
			print_bar(f, i, t);
	print_caps(f, false, t);
	print_caps(f, true, t);
}
