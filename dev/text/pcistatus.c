/*
 * The status of a PCI function as text: one fact per line, `key value`, and every refusal
 * with its reason, so that nobody has to ask why a device cannot be attached or a
 * register cannot be mapped. Tools find a line by its key. New keys may come, and old
 * ones stay. Locks: none.
 */
#include "dev/text/pcistatus.h"
#include "kern/cmd.h"

static void
put_bdf(Text *t, const char *key, bdf_t b)
{
	char name[16];

	text_printf(t, "%s %s", key, bdf_print(b, name, sizeof name));
}

/* What the function is, whoever has it. */
static void
put_identity(Text *t, const PciStatus *s)
{
	static const char *const kind[] = { "endpoint", "bridge", "host bridge" };
	const PciFn *f = s->fn;

	text_printf(t, "id %04x:%04x\n", f->vendor, f->device);
	text_printf(t, "subsystem %04x:%04x\n", f->subvendor, f->subdevice);
	text_printf(t, "class %02x%02x%02x %s\n", f->cls, f->subclass, f->progif,
		pci_class_name(f->cls, f->subclass));
	text_printf(t, "revision %x\n", f->revision);
	text_printf(t, "kind %s\n", kind[f->kind]);
	if (f->bridge != NULL) {
		put_bdf(t, "bridge", f->bridge->bdf);
		text_printf(t, "\n");
	}
	if (!s->present)
		text_printf(t, "present no\n");
}

static void
put_ownership(Text *t, const PciStatus *s)
{
	text_printf(t, "state %s\n", fn_state_name[s->state]);
	if (s->owner >= 0)
		text_printf(t, "owner %d\n", s->owner);
	else
		text_printf(t, "owner none\n");
	if (s->has_driver)
		text_printf(t, "driver %s, %s\n", s->driver.driver, s->driver.view);
	if (s->unit >= 0)
		text_printf(t, "unit %d\n", s->unit);
	else
		text_printf(t, "unit none\n");
	text_printf(t, "busmaster %s\n", s->busmaster ? "on" : "off");
	if (s->fn->ats != 0)
		text_printf(t, "ats %s\n", s->ats ? "on" : "off");
}

static void
put_group(Text *t, const PciFn *f)
{
	text_printf(t, "group %u\n", f->group);
	for (const PciFn *o = pci_first(); o != NULL; o = o->next)
		if (o != f && o->group == f->group) {
			put_bdf(t, "member", o->bdf);
			text_printf(t, " %s\n", pci_group_reason(f, o));
		}
	for (uint i = 0; i < f->nsid; i++) {
		put_bdf(t, "source", BDF_SEG(f->bdf) << 16 | f->sid[i]);
		text_printf(t, "\n");
	}
}

static void
put_windows(Text *t, const PciFn *f)
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
put_bar(Text *t, const PciFn *f, uint i)
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
put_caps(Text *t, const PciCap *c, uint n, bool extended)
{
	for (uint i = 0; i < n; i++)
		text_printf(t, "cap %x %s\n", c[i].off, cap_name(c[i].id, extended));
}

static void
put_entry(Text *t, const PciStatus *s)
{
	char b[16];

	if (!s->has_entry)
		return;
	if (s->irq.bus)
		text_printf(t, "entry %u source bus %x\n", s->entry, s->irq.sid >> 8);
	else
		text_printf(t, "entry %u source %s\n", s->entry,
			bdf_print(BDF(BDF_SEG(s->fn->bdf), 0, 0, 0) + s->irq.sid, b,
				sizeof b));
}

static void
put_interrupts(Text *t, const PciStatus *s)
{
	const PciFn *f = s->fn;

	if (f->msi != 0)
		text_printf(t, "interrupt msi\n");
	else if (f->msix != 0)
		text_printf(t, "interrupt msi-x\n");
	else
		text_printf(t, "interrupt none\n");
	if (f->msix != 0)
		text_printf(t, "msix %u table bar%u+0x%x pending bar%u+0x%x\n", f->msix_n,
			f->msix_bir, f->msix_off, f->pba_bir, f->pba_off);
	put_entry(t, s);
}

void
pcistatus_text(Text *t, const PciStatus *s)
{
	const PciFn *f = s->fn;

	put_identity(t, s);
	put_ownership(t, s);
	put_group(t, f);
	text_printf(t, "reset %s\n", pci_reset_name(f->reset));
	put_interrupts(t, s);
	put_windows(t, f);
	for (uint i = 0; i < PCI_NBAR; i++)
		if (f->bar[i].size != 0)
			put_bar(t, f, i);
	put_caps(t, s->cap, s->ncap, false);
	put_caps(t, s->ecap, s->necap, true);
}
