/*
 * Finding the IOMMU at boot: the DMAR table, its units, and for every PCI function the
 * unit that translates it. Boot then says whether the units are used, or why not. Without
 * one the system runs, and attach says why it cannot. Units that do not snoop CPU caches
 * need some care of page tables; that is switched on here, before the first process has
 * any.
 * Locks: none; there is one process yet.
 */

#include "dev/assign/boot.h"
#include "arch/arch.h"
#include "arch/pt.h"
#include "dev/assign/assigned.h"
#include "dev/assign/power.h"
#include "dev/vtd/inspect.h"
#include "kern/aspace.h"
#include "kern/canary.h"
#include "kern/cmd.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/param.h"
#include "kern/proc.h"
#include "kern/string.h"

/* ---- what is said ---- */

static void
say_tables(const BootWords *words)
{
	const void *p;
	size_t len;
	uint n = 0;

	for (; (p = acpi_find("DMAR", n, &len)) != NULL; n++)
		words->table(p);
	if (n > 1)
		kprint("ACPI: there are %u DMAR tables: the last is used\n", n);
}

static void
say_units(const BootWords *words)
{
	UnitInfo u;

	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_info(vtd_unit(i), &u);
		if (u.state == UNIT_OFF || u.state == UNIT_ON)
			words->unit(&u);
	}
}

/* ---- units ---- */

/* Register windows are nobody's memory. Their size is in the DRHD. */
static void
keep_out_registers(void)
{
	paddr_t base;
	uint64_t len;

	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_window(vtd_unit(i), &base, &len);
		layout_keep_out(base, len, "IOMMU registers");
	}
}

static const char *
unavailable_reason(void)
{
	return vtd_reason() != NULL ? vtd_reason() : "no reason given";
}

/* Why there is no IOMMU to use, one clause; NULL: the table has been read. */
static const char *
units_find(const BootWords *words)
{
	size_t len;
	const void *table = acpi_last("DMAR", &len);

	if (table == NULL)
		return "the machine has no DMAR table";
	if (param_is("iommu", "off"))
		return "it was switched off by boot parameter iommu=off";
	say_tables(words);
	if (vtd_parse(table, len) != 0)
		return unavailable_reason();
	keep_out_registers();
	return NULL;
}

/* Why no unit can be used, one clause; NULL: there are some, which do not translate
 * yet. */
static const char *
units_start(const BootWords *words)
{
	vtd_options.registers = param_is("iommu.inv", "register");
	vtd_options.scalable = param_is("iommu.scalable", "on");
	if (vtd_start() != 0)
		return unavailable_reason();
	pt_set_flush(!vtd_coherent());
	pt_set_snoop(vtd_snoop());
	say_units(words);
	intremap_init();
	return NULL;
}

/* ---- units that stay off ---- */

/* True if the word is "N:off" with the number of a unit, which goes to *n. */
static bool
word_is_off(char *word, int *n)
{
	char *colon = strchr(word, ':');
	bool ok;

	if (colon == NULL || strcmp(colon, ":off") != 0)
		return false;
	*colon = 0;
	ok = cmd_int(word, 0, (int)vtd_nunit() - 1, n) == 0;
	*colon = ':';
	return ok;
}

static void
units_leave_by_number(void)
{
	const char *list = param_get("iommu.unit");
	char word[32];
	int n;

	while (cmd_item(&list, word, sizeof word))
		if (word_is_off(word, &n))
			unit_leave_off(vtd_unit(n),
				"it was left off by boot parameter iommu.unit");
		else
			kprint("boot: iommu.unit: '%s' is not N:off with the number of a "
			       "unit: ignored\n",
				word);
}

/* True if u translates graphics functions, which its scopes name, and nothing else. */
static bool
unit_is_graphics(Unit *u)
{
	UnitInfo info;
	bool any = false;

	unit_info(u, &info);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		if (f->unit != u)
			continue;
		if (f->pci->cls != 0x03)
			return false;
		any = true;
	}
	return any && !info.include_all;
}

static void
units_leave_graphics(void)
{
	for (uint i = 0; param_get("igfx_off") != NULL && i < vtd_nunit(); i++)
		if (unit_is_graphics(vtd_unit(i)))
			unit_leave_off(vtd_unit(i),
				"it was left off by boot parameter igfx_off");
}

/* ---- functions ---- */

/* Lists the bridges above f, from the root bus down. False: there are too many to
 * hold. */
static bool
fn_path(const PciFn *f, VtdPath *p)
{
	uint n = 0;

	*p = (VtdPath){ .bdf = f->bdf };
	for (const PciFn *b = f->bridge; b != NULL; b = b->bridge)
		n++;
	if (n > nelem(p->bridge))
		return false;
	p->nbridge = n;
	for (const PciFn *b = f->bridge; b != NULL; b = b->bridge) {
		n--;
		p->bridge[n].rid = (uint16_t)b->bdf;
		p->bridge[n].secondary = b->secondary;
		p->bridge[n].subordinate = b->subordinate;
	}
	return true;
}

/* Finds f's unit and the memory that firmware reserves for it. False: there is no memory
 * for the list of that. */
static bool
fn_place(AssignedFn *f)
{
	VtdPath path;
	VtdRmrr r;
	uint n = 0;

	if (!fn_path(f->pci, &path))
		return true;
	f->unit = vtd_unit_for(&path);
	f->ats_port = vtd_ats_for(&path);
	while (vtd_rmrr_for(&path, n, &r))
		n++;
	if (n == 0)
		return true;
	if ((f->rmrr = kalloc(n * sizeof *f->rmrr)) == NULL)
		return false;
	for (; f->nrmrr < n; f->nrmrr++)
		vtd_rmrr_for(&path, f->nrmrr, &f->rmrr[f->nrmrr]);
	return true;
}

static void
say_uncovered(void)
{
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->unit == NULL && f->pci->kind == PCI_ENDPOINT)
			kprint("DMAR: no unit covers %s: it cannot be attached\n",
				f->name);
}

static bool
fns_place(void)
{
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (!fn_place(f))
			return false;
	units_leave_by_number();
	units_leave_graphics();
	return true;
}

/* Makes an AssignedFn for every function, or returns false: one without could not be
 * judged in its group. */
static bool
fns_make(void)
{
	for (PciFn *p = pci_first(); p != NULL; p = p->next) {
		AssignedFn *f = kalloc(sizeof *f);

		if (f == NULL)
			return false;
		fn_init(f, p);
	}
	return true;
}

void
assign_init(const BootWords *words)
{
	bool lazy = param_is("iommu", "first-use");
	const char *why = units_find(words);
	uint taken;

	canary_init();
	if (!fns_make() || (why == NULL && !fns_place()))
		why = "there was no memory to manage devices";
	if (why == NULL && (why = units_start(words)) == NULL)
		say_uncovered();
	power_init(why, lazy);
	blame_init();
	bookcheck_init();
	proc_observe(&assign_observer);
	ats_boot();
	taken = boot_drivers();
	why = power_start(taken > 0);
	if (why != NULL)
		kprint("PCI-DMA: no IOMMU: %s\n", why);
	else
		kprint("PCI-DMA: Using DMAR IOMMU%s\n",
			lazy && taken == 0 ? ", from the first attach on" : "");
}
