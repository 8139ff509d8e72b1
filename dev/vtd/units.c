/*
 * The set of units: one per usable DRHD of the DMAR table, made once at boot and const as
 * a set from then on. Which unit a device belongs to, and what firmware reserved for it.
 */
#include "dev/vtd/scope.h"
#include "dev/vtd/vtd.h"

VtdOptions vtd_options;

static Dmar dmar;
static bool parsed;
static Unit *units;
static uint32_t nunit;
static const char *reason = "the firmware has no DMAR table";

/* ---- discovery ---- */

static void
table_announce(void)
{
	os_log("ACPI DMAR:Host address width %u\n", dmar.haw);
	for (uint32_t i = 0; i < dmar.nentry; i++) {
		const DmarEntry *e = &dmar.entry[i];

		if (e->ok && e->type == DMAR_DRHD)
			os_log("ACPI DMAR:DRHD (flags: 0x%08x)base: 0x%016llx\n",
				e->flags, (unsigned long long)e->base);
		if (e->ok && e->type == DMAR_RMRR)
			os_log("ACPI DMAR:RMRR base: 0x%016llx end: 0x%016llx\n",
				(unsigned long long)e->base,
				(unsigned long long)e->limit);
	}
}

/* Boot says what was refused; mere warnings are for those who ask. */
static void
findings_log(DmarVerdict least)
{
	for (uint32_t i = 0; i < dmar.nfinding && i < DMAR_MAXFINDING; i++) {
		const DmarFinding *n = &dmar.finding[i];

		if (dmar_finding_verdict(n->code) < least)
			continue;
		if (n->entry < 0)
			os_log("ACPI DMAR: warning %u: %s\n", n->code,
				dmar_finding_text(n->code));
		else
			os_log("ACPI DMAR: warning %u: structure %d: %s\n", n->code,
				n->entry, dmar_finding_text(n->code));
	}
}

static const char *
table_refusal(void)
{
	for (uint32_t i = 0; i < dmar.nfinding && i < DMAR_MAXFINDING; i++)
		if (dmar_finding_verdict(dmar.finding[i].code) == DMAR_REJECT)
			return dmar_finding_text(dmar.finding[i].code);
	return "the firmware's DMAR table is not usable";
}

static int
unit_init(Unit *u, const DmarEntry *e)
{
	u->haw = dmar.haw;
	u->segment = e->segment;
	u->base = e->base;
	u->window = 4096ull << (e->size & 15);
	u->include_all = e->flags & 1;
	u->state = UNIT_UNUSABLE;
	u->reason = "not started";
	u->lock = os_lock_new("iommu");
	u->fault_lock = os_lock_new("iommu faults");
	return u->lock && u->fault_lock ? 0 : -ENOMEM;
}

static bool
is_unit(const DmarEntry *e)
{
	return e->ok && e->type == DMAR_DRHD;
}

/* A Unit for each usable DRHD, in the order of the table. -ENOMEM. */
static int
units_make(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < dmar.nentry; i++)
		n += is_unit(&dmar.entry[i]);
	if ((units = os_alloc(n * sizeof *units)) == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < dmar.nentry; i++) {
		if (!is_unit(&dmar.entry[i]))
			continue;
		units[nunit].index = nunit;
		if (unit_init(&units[nunit], &dmar.entry[i]) != 0)
			return -ENOMEM;
		nunit++;
	}
	return 0;
}

int
vtd_parse(const void *table, size_t len)
{
	int err = dmar_parse(table, len, &dmar);

	parsed = err == 0;
	findings_log(DMAR_SKIP);
	if (err == 0) {
		table_announce();
		err = units_make();
	}
	if (err == -ENOMEM)
		reason = "no memory for the DMAR table";
	else
		reason = err ? table_refusal() : "translation was not started";
	return err;
}

/* 0: some unit is usable; otherwise the last one's reason is ours. */
static int
units_judge(void)
{
	bool usable = false;

	for (uint32_t i = 0; i < nunit; i++) {
		if (units[i].state == UNIT_OFF || units[i].state == UNIT_ON)
			usable = true;
		else
			reason = units[i].reason;
	}
	if (usable)
		reason = NULL;
	return usable ? 0 : -ENODEV;
}

int
vtd_enable(void)
{
	for (uint32_t i = 0; i < nunit; i++)
		unit_power(&units[i], true);
	return units_judge();
}

/* Why u cannot be in scalable mode; NULL: it can. */
static const char *
scalable_obstacle(const Unit *u)
{
	return u->queued ? u->lim.no_scalable : "is to be invalidated by registers";
}

/* Scalable mode when it is asked for and all units can, in one stage: the second where
 * there is a choice. A domain may be on several units, and has one kind of tables. */
static VtdMode
mode_choose(void)
{
	uint32_t common = 1u << VTD_SECOND | 1u << VTD_FIRST;

	for (uint32_t i = 0; vtd_options.scalable && i < nunit; i++) {
		const Unit *u = &units[i];

		if (!u->probed || u->left)
			continue;
		if (scalable_obstacle(u)) {
			os_log("DMAR: scalable mode is not used: unit %u %s\n", i,
				scalable_obstacle(u));
			return VTD_LEGACY;
		}
		common &= u->lim.modes;
	}
	if (!vtd_options.scalable)
		return VTD_LEGACY;
	if (common == 0)
		os_log("DMAR: scalable mode is not used: the units have no stage in "
		       "common\n");
	return common >> VTD_SECOND & 1 ? VTD_SECOND : common ? VTD_FIRST : VTD_LEGACY;
}

int
vtd_start(void)
{
	VtdMode mode;

	for (uint32_t i = 0; i < nunit; i++)
		unit_probe(&units[i], vtd_options.registers);
	mode = mode_choose();
	for (uint32_t i = 0; i < nunit; i++)
		unit_start(&units[i], mode);
	return units_judge();
}

bool
vtd_remap_allowed(void)
{
	return parsed && dmar.flags & DMAR_INTR_REMAP;
}

void
vtd_remap(bool x2apic)
{
	for (uint32_t i = 0; i < nunit; i++)
		ir_start(&units[i], vtd_remap_allowed(), x2apic);
}

const char *
vtd_reason(void)
{
	return reason;
}

uint32_t
vtd_nunit(void)
{
	return nunit;
}

Unit *
vtd_unit(uint32_t i)
{
	return i < nunit ? &units[i] : NULL;
}

void
unit_window(const Unit *u, paddr_t *base, uint64_t *len)
{
	*base = u->base;
	*len = u->window;
}

static uint32_t
min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

Common
vtd_common(void)
{
	Common c = { .levels = 3,
		.width = 39,
		.haw = dmar.haw,
		.big = ~0u,
		.coherent = true,
		.snoop = true };
	bool first = true;

	for (uint32_t i = 0; i < nunit; i++) {
		const Limits *l = &units[i].lim;

		if (!units[i].root_pa)
			continue;
		c.levels = first ? l->levels : min(c.levels, l->levels);
		c.width = first ? l->width : min(c.width, l->width);
		c.mode = l->mode;
		c.big &= l->big;
		c.coherent &= l->walks;
		c.snoop &= l->snoop &&
			l->mode != VTD_FIRST; /* there a PASID entry says so */
		c.flush_on_add |= l->cm || l->rwbf;
		first = false;
	}
	return c;
}

bool
vtd_coherent(void)
{
	return vtd_common().coherent;
}

bool
vtd_snoop(void)
{
	return vtd_common().snoop;
}

void
vtd_poll_faults(void)
{
	for (uint32_t i = 0; i < nunit; i++)
		fault_poll(&units[i]);
}

int
vtd_read_dmar(const void *table, size_t len, Dmar *d)
{
	int err = dmar_parse(table, len, d);

	dmar_judge(d, os_is_ram);
	return err;
}

/* ---- devices ---- */

/* Units are the usable DRHDs in table order. */
static Unit *
unit_of(int32_t entry)
{
	uint32_t n = 0;

	for (int32_t i = 0; i < entry; i++)
		n += is_unit(&dmar.entry[i]);
	return &units[n];
}

/* The bus's context table is made ahead, so that attach need not allocate. */
static void
expect_bus(Unit *u, uint8_t bus)
{
	os_lock(u->lock);
	u->want[bus / 64] |= 1ull << bus % 64;
	bool ready = u->state == UNIT_OFF || u->state == UNIT_ON;
	os_unlock(u->lock);
	if (ready)
		table_bus(u, bus);
}

Unit *
vtd_unit_for(const VtdPath *p)
{
	int32_t i = parsed && units ? scope_unit(&dmar, p, os_pci_read8) : -1;

	if (i < 0)
		return NULL;
	Unit *u = unit_of(i);
	expect_bus(u, (uint8_t)(p->bdf >> 8));
	return u;
}

Unit *
vtd_ioapic(uint8_t id, uint16_t *sid)
{
	int32_t i = parsed && units ? scope_ioapic(&dmar, id, os_pci_read8, sid) : -1;

	return i < 0 ? NULL : unit_of(i);
}

bool
vtd_rmrr_for(const VtdPath *p, uint32_t n, VtdRmrr *o)
{
	int32_t i = -1;

	do
		i = parsed ? scope_rmrr(&dmar, (uint32_t)(i + 1), p, os_pci_read8) : -1;
	while (i >= 0 && n-- > 0);
	if (i < 0)
		return false;
	*o = (VtdRmrr){ .base = dmar.entry[i].base, .limit = dmar.entry[i].limit };
	for (int32_t k = 0; k < i; k++)
		o->index += dmar.entry[k].type == DMAR_RMRR;
	return true;
}

bool
vtd_ats_for(const VtdPath *p)
{
	return parsed && scope_ats(&dmar, p, os_pci_read8) >= 0;
}
