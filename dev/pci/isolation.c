/*
 * By which source ids the IOMMU knows a function, and which functions can reach each
 * other without passing the IOMMU.
 *
 * The source of a request is the requester id that it has on the bus. A bridge from PCI
 * Express to PCI sends every request from below as function 0 of its secondary bus, and a
 * conventional bridge sends them under its own id.
 *
 * A Cause is a reason why a set of functions cannot be told apart or cannot be kept
 * apart. Functions that share a cause, directly or through others, are one group and go
 * to one owner:
 *
 *	one requester id    everything behind such a bridge, and the bridge
 *	no ACS in a port    everything below that port, if it is a root port. If it is a
 *	                    port of a switch, everything below the switch, because what
 *	                    is below one port of it can reach what is below another
 *	no ACS in a device  its functions, also on a root bus (q35's 0:1f.x: one group)
 *
 * A single-function device on a root bus is a group by itself, because its requests meet
 * the IOMMU first. Access control (ACS: source validation, both redirects, upstream
 * forwarding) is switched on wherever it exists. Groups are const after group_all.
 * Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/cmd.h"

#define ACS_WANTED (FMASK(ACS_SV) | FMASK(ACS_RR) | FMASK(ACS_CR) | FMASK(ACS_UF))

typedef struct Cause Cause;
struct Cause {
	const PciFn *at; /* NULL: holds every function */
	bool slot;       /* holds the functions of at's device that ACS does not isolate,
			  * otherwise at and all that is below it */
	const char *text;
	Cause *next;
};

static Cause *causes;
/* Stands for every cause that there was no memory for. Functions that may not be isolated
 * are never in two groups, so it joins all of them. */
static Cause unknown = { .text = "no memory at boot to tell what keeps them apart" };

/* ---- access control ---- */

static bool
is_port(const PciFn *f)
{
	return f->pcie_type == TYPE_ROOTPORT || f->pcie_type == TYPE_DOWNSTREAM;
}

static void
acs_enable(const PciFn *f)
{
	if (f->acs != 0)
		cfg_update(f, f->acs + ACS_CTL, 2, 0,
			pci_read(f, f->acs + ACS_CAP, 2) & ACS_WANTED);
}

bool
acs_isolates(const PciFn *f)
{
	uint64_t want;

	if (f->acs == 0 || !pci_present(f))
		return false;
	/* Elsewhere than in a switch port, what is missing is not needed: PCIe 6.12.1. */
	want = f->pcie_type == TYPE_DOWNSTREAM
		? ACS_WANTED
		: pci_read(f, f->acs + ACS_CAP, 2) & ACS_WANTED;
	return (pci_read(f, f->acs + ACS_CTL, 2) & want) == want;
}

/* ---- source ids ---- */

/* The requester id that b puts in place of those from below; false: it passes them on. */
static bool
bridge_alias(const PciFn *b, uint16_t *sid)
{
	switch (b->pcie_type) {
	case TYPE_ROOTPORT:
	case TYPE_UPSTREAM:
	case TYPE_DOWNSTREAM:
		return false;
	case TYPE_PCIE_TO_PCI:
		*sid = (uint16_t)(b->secondary << 8);
		return true;
	default:
		*sid = (uint16_t)b->bdf;
		return true;
	}
}

static void
sid_add(PciFn *f, uint16_t sid)
{
	for (uint i = 0; i < f->nsid; i++)
		if (f->sid[i] == sid)
			return;
	/* If there are too many, those in the middle are left out: the unit sees what the
	 * last bridge sends. */
	f->sid[f->nsid < PCI_NSID ? f->nsid++ : PCI_NSID - 1] = sid;
}

static void
sids_find(PciFn *f)
{
	uint16_t sid;

	f->nsid = 0;
	sid_add(f, (uint16_t)f->bdf);
	for (const PciFn *b = f->bridge; b != NULL; b = b->bridge)
		if (bridge_alias(b, &sid))
			sid_add(f, sid);
}

/* The last bridge decides. A bridge to PCI-X may put its own id, or pass on those of its
 * secondary bus, so then only the bus is known. */
bool
pci_message_source(const PciFn *f, uint16_t *sid)
{
	bool bus = false;

	*sid = (uint16_t)f->bdf;
	for (const PciFn *b = f->bridge; b != NULL; b = b->bridge)
		if (bridge_alias(b, sid))
			bus = b->pcie_type == TYPE_PCIE_TO_PCI;
	return bus;
}

/* ---- causes ---- */

static bool
same_device(const PciFn *a, const PciFn *b)
{
	if (a->bdf >> 8 != b->bdf >> 8)
		return false;
	/* With ARI the device number is part of the function's. */
	return a->bdf >> 3 == b->bdf >> 3 || (a->bridge != NULL && is_port(a->bridge));
}

static bool
cause_holds(const Cause *c, const PciFn *f)
{
	if (c->at == NULL)
		return true;
	if (c->slot)
		return same_device(c->at, f) && !acs_isolates(f);
	return f == c->at || pci_below(f, c->at);
}

static void
cause_link(Cause *c)
{
	Cause **tail = &causes;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = c;
}

static void
cause_lost(void)
{
	for (const Cause *c = causes; c != NULL; c = c->next)
		if (c == &unknown)
			return;
	pcios_log("pci: no memory to tell what isolates functions: "
		  "all are one isolation group\n");
	unknown.next = NULL;
	cause_link(&unknown);
}

static void
cause_add(const PciFn *at, bool slot, const char *text)
{
	Cause *c = pcios_alloc(sizeof *c);

	if (c == NULL) {
		cause_lost();
		return;
	}
	*c = (Cause){ .at = at, .slot = slot, .text = text };
	cause_link(c);
}

static void
alias_cause(const PciFn *b)
{
	char id[16], name[16];
	uint16_t sid;

	if (b->secondary == 0 || !bridge_alias(b, &sid))
		return;
	cause_add(b, false,
		pci_phrase("same requester id %s behind bridge %s (%s)",
			bdf_print(BDF_SEG(b->bdf) << 16 | sid, id, sizeof id),
			bdf_print(b->bdf, name, sizeof name),
			b->pcie_type == TYPE_PCIE_TO_PCI           ? "PCIe to PCI"
				: b->pcie_type == TYPE_PCI_TO_PCIE ? "PCI to PCIe"
								   : "PCI"));
}

static void
port_cause(const PciFn *b)
{
	char name[16], port[16];

	if (!is_port(b) || b->secondary == 0 || acs_isolates(b))
		return;
	bdf_print(b->bdf, port, sizeof port);
	if (b->pcie_type != TYPE_DOWNSTREAM || b->bridge == NULL) {
		cause_add(b, false, pci_phrase("below port %s, which has no ACS", port));
		return;
	}
	bdf_print(b->bridge->bdf, name, sizeof name);
	cause_add(b->bridge, false,
		pci_phrase("behind switch %s, whose port %s has no ACS", name, port));
}

/* Adds a cause for a device whose functions nothing keeps apart. f is any function; only
 * the first of those adds it. */
static void
slot_cause(const PciFn *f)
{
	bool first = true, several = false;

	if (acs_isolates(f))
		return;
	for (const PciFn *o = pci_first(); o != NULL; o = o->next)
		if (o != f && same_device(o, f) && !acs_isolates(o)) {
			first = first && f->bdf < o->bdf;
			several = true;
		}
	if (first && several)
		cause_add(f, true,
			pci_phrase("function of the same device %x:%x, which has no ACS",
				BDF_BUS(f->bdf), BDF_DEV(f->bdf)));
}

/* ---- groups ---- */

static void
groups_merge(uint into, uint from)
{
	for (PciFn *f = pci_first(); f != NULL; f = f->next)
		if (f->group == from)
			f->group = into;
}

static void
cause_apply(const Cause *c)
{
	const PciFn *head = NULL;

	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		if (!cause_holds(c, f))
			continue;
		if (head == NULL)
			head = f;
		else if (f->group != head->group)
			groups_merge(head->group, f->group);
	}
}

/* Numbers the groups 0, 1, ... in the order of their first members. n: numbers so far are
 * below n. */
static void
groups_number(uint n)
{
	uint next = 0;

	for (PciFn *f = pci_first(); f != NULL; f = f->next)
		if (f->group < n)
			groups_merge(n + next++, f->group);
	for (PciFn *f = pci_first(); f != NULL; f = f->next)
		f->group -= n;
}

void
group_all(bool bridge_lost)
{
	uint n = 0;

	causes = NULL;
	if (bridge_lost)
		cause_lost();
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		acs_enable(f);
		sids_find(f);
		f->group = n++;
	}
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		alias_cause(f);
		port_cause(f);
		slot_cause(f);
	}
	for (const Cause *c = causes; c != NULL; c = c->next)
		cause_apply(c);
	groups_number(n);
}

const char *
pci_group_reason(const PciFn *a, const PciFn *b)
{
	const char *indirect = NULL;

	if (a == b)
		return "";
	if (a->group != b->group)
		return NULL;
	for (const Cause *c = causes; c != NULL; c = c->next) {
		if (!cause_holds(c, b))
			continue;
		if (cause_holds(c, a))
			return c->text;
		if (indirect == NULL)
			indirect = c->text;
	}
	return indirect != NULL ? indirect : "the same group";
}

/* True if c holds several functions of the group. A port with nothing below has a cause
 * that holds the port only, and makes no group. */
static bool
cause_makes(const Cause *c, uint group)
{
	uint n = 0;

	for (const PciFn *f = pci_first(); f != NULL; f = f->next)
		n += f->group == group && cause_holds(c, f);
	return n > 1;
}

const char *
pci_group_cause(uint group, uint i)
{
	for (const Cause *c = causes; c != NULL; c = c->next)
		if (cause_makes(c, group) && i-- == 0)
			return c->text;
	return NULL;
}
