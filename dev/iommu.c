/*
 * #iommu: the five files by which devices are given to processes. Whoever can name them
 * has the authority to do so. The texts are made in dev/text/iommufmt.c, commands are
 * read in dev/text/iommucmd.c, and dev/assign does the work. user/man/iommu.md has the
 * words. Locks: none of its own.
 */

#include "arch/arch.h"
#include "dev/assign/assign.h"
#include "dev/devtab.h"
#include "dev/text/iommucmd.h"
#include "dev/text/iommufmt.h"
#include "dev/vtd/inspect.h"
#include "kern/aspace.h"
#include "kern/dev.h"
#include "kern/log.h"
#include "kern/param.h"

static int
attach_cmd(const Cmd *cmd)
{
	AttachArgs a;
	int err = attach_parse(cmd, &a);

	return err != 0 ? err : assign_attach(&a);
}

static int
detach_cmd(const Cmd *cmd)
{
	DetachArgs a;
	int err = detach_parse(cmd, &a);

	if (err != 0)
		return err;
	return (a.group ? assign_detach_group : assign_detach)(a.bdf, a.pid);
}

static void
mappings_show(Text *t)
{
	assign_mappings(t, mappings_unit);
}

static void
power_show(Text *t)
{
	power_text(t, assign_powered());
}

static int
power_cmd(const Cmd *cmd)
{
	bool on;
	int err = power_parse(cmd, &on);

	return err != 0 ? err : assign_power(on);
}

/* A line for each function that can be given away. */
static void
info_functions(Text *t)
{
	text_printf(t, "\nfunctions:\n");
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		KdevInfo k;
		char b[16];

		if (f->kind != PCI_ENDPOINT)
			continue;
		text_printf(t, "\t%s %s", bdf_print(f->bdf, b, sizeof b),
			fn_state_name[assign_state(f)]);
		if (assign_unit(f) != NULL)
			text_printf(t, ", unit %u", unit_index(assign_unit(f)));
		else
			text_printf(t, ", no unit");
		if (assign_kdev(f, &k))
			text_printf(t, ", driver %s %s%s", k.driver, k.view,
				k.ats ? ", ats on" : "");
		text_printf(t, ", reset %s\n", pci_reset_name(f->reset));
	}
	text_printf(t, "\twithout flr or af, quiet for %u ms before the next owner\n",
		(uint)(SETTLE_NS / 1000000));
}

static void
info_policy(Text *t, bool isolated)
{
	text_printf(t, "\npolicy:\n");
	if (assign_unavailable() != NULL)
		text_printf(t, "\tno usable IOMMU: %s\n", assign_unavailable());
	text_printf(t, "\tunowned functions = blocked\n");
	text_printf(t, "\tpass-through = %s\n",
		param_is("iommu.default", "passthrough")
			? "devices of kernel drivers, by iommu.default=passthrough"
			: "none");
	if (intremap_unused() != NULL)
		text_printf(t, "\tno interrupt remapping: %s\n", intremap_unused());
	text_printf(t, "\tinterrupt isolation: %s\n", isolated ? "yes" : "no");
}

/* The lines of Akaros for all units come first, then what we add. */
static void
info_show(Text *t)
{
	bool isolated = vtd_nunit() > 0;
	UnitInfo u;
	UnitStats s;

	info_driver(t, assign_powered());
	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_info(vtd_unit(i), &u);
		info_unit(t, &u, assign_count(vtd_unit(i)));
	}
	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_info(vtd_unit(i), &u);
		unit_stats(vtd_unit(i), &s);
		info_more(t, &u, &s);
		isolated &= info_isolates(&u);
	}
	info_policy(t, isolated);
	info_functions(t);
	text_printf(t, "\naddresses that are never process memory:\n");
	layout_print(t);
}

/* clang-format off */
static const Dirtab files[] = {
	{ "attach",   0664, .show = attach_help,   .cmd = attach_cmd },
	{ "detach",   0664, .show = detach_help,   .cmd = detach_cmd },
	{ "info",     0444, .show = info_show },
	{ "mappings", 0444, .show = mappings_show },
	{ "power",    0664, .show = power_show,    .cmd = power_cmd },
};
/* clang-format on */

/* ---- boot ---- */

/* "ACPI: DMAR (v001 BOCHS ...) @ 0x...", as Linux's guide has it. */
static void
say_table(const void *table)
{
	char line[128];

	acpi_line(line, sizeof line, table, acpi_addr(table));
	kprint("%s", line);
}

static void
say_unit(const UnitInfo *u)
{
	kprint("DMAR: unit %u at 0x%lx: %u levels, %u bits, by %s, %s\n", u->index,
		u->base, u->levels, u->width, u->queued ? "queue" : "registers",
		info_mode(u->mode));
}

static void
iommu_init(void)
{
	assign_init(&(BootWords){ .table = say_table, .unit = say_unit });
}

Dev iommudev = {
	.name = "iommu",
	.init = iommu_init,
	FLAT_FILES(files),
	FLAT_CALLS,
};
