/*
 * Devices that translate by themselves (PCI Express ATS). The unit believes what such a
 * device sends as an address that is already translated, so only devices of the kernel's
 * own drivers may, and only those that boot parameter iommu.ats=B:D.F,... names. A
 * process never gets a device with ATS on.
 *
 *	attach   context entry that allows it -> ATS on in the device
 *	detach   bus mastering off, drained -> its TLB emptied -> ATS off -> entry away
 *
 * A device that does not confirm that its TLB has forgotten something is cut off at once
 * and broken. Whoever unmapped the memory withholds it, because the device may still know
 * it.
 * Locks: assign_lock.
 */

#include "dev/assign/ats.h"
#include "dev/assign/boot.h"
#include "dev/assign/devparam.h"
#include "kern/cmd.h"
#include "kern/log.h"
#include "kern/param.h"

/* Why f cannot use ATS, one clause; NULL: it can. */
static const char *
ats_obstacle(const AssignedFn *f)
{
	if (f->pci->ats == 0)
		return "it has no ATS capability";
	if (kdriver_for(f->pci) == NULL)
		return "the kernel has no driver for it, and processes get no device "
		       "with ATS on";
	if (f->unit == NULL)
		return "no IOMMU unit covers it";
	if (f->pci->nsid != 1)
		return "a bridge above it puts its own id into requests";
	if (!f->ats_port)
		return "no ATSR or SATC of the firmware says that its port can";
	if (param_is("iommu.default", "passthrough"))
		return "iommu.default=passthrough leaves nothing to translate";
	return unit_tlb_obstacle(f->unit);
}

void
ats_boot(void)
{
	char name[16];
	bdf_t b;

	for (uint i = 0; devparam_at("iommu.ats", i, &b); i++) {
		PciFn *p = pci_find(b);
		AssignedFn *f = p != NULL ? fn_of(p) : NULL;
		const char *why = f != NULL ? ats_obstacle(f) : "it is not there";

		if (why != NULL)
			kprint("boot: iommu.ats=%s: its ATS stays off: %s\n",
				bdf_print(b, name, sizeof name), why);
	}
}

bool
ats_wanted(const AssignedFn *f)
{
	return devparam_names("iommu.ats", f->pci->bdf) && ats_obstacle(f) == NULL;
}

/* The core calls this when the device did not confirm an invalidation, with none of its
 * locks held, in the middle of an unmap. */
static void
ats_cut_off(void *arg)
{
	AssignedFn *f = arg;

	fn_break(f, "its own TLB does not confirm an invalidation");
	pci_ats(f->pci, false);
}

int
ats_attach(AssignedFn *f, Domain *d)
{
	VtdTlb tlb = { .sid = f->pci->sid[0],
		.depth = pci_ats_depth(f->pci),
		.off = ats_cut_off,
		.arg = f };
	int err = domain_attach_tlb(d, f->unit, &tlb);

	if (err == 0)
		pci_ats(f->pci, true);
	return err;
}

int
ats_off(AssignedFn *f, Domain *d)
{
	int err = domain_tlb_off(d);

	pci_ats(f->pci, false);
	return err;
}
