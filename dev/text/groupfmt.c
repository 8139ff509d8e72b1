/*
 * Isolation groups in words, a line each: the members in the order of the bus, then
 * everything that ties them together, which dev/pci/isolation.c has found:
 *
 *	group 7: 0:a.0 3:0.0 (below port 0:a.0, which has no ACS)
 *
 * Pure, for functions and groups are const after the scan.
 */
#include "dev/text/groupfmt.h"
#include "dev/pci/pci.h"
#include "kern/cmd.h"

static void
put_group(Text *t, uint group)
{
	const char *why;
	char b[16];

	text_printf(t, "group %u:", group);
	for (const PciFn *f = pci_first(); f != NULL; f = f->next)
		if (f->group == group)
			text_printf(t, " %s", bdf_print(f->bdf, b, sizeof b));
	for (uint i = 0; (why = pci_group_cause(group, i)) != NULL; i++)
		text_printf(t, "%s%s", i == 0 ? " (" : "; ", why);
	text_printf(t, pci_group_cause(group, 0) != NULL ? ")\n" : " (alone)\n");
}

/* Numbers have no gaps, and follow the order of the first members. */
void
groups_text(Text *t)
{
	uint next = 0;

	for (const PciFn *f = pci_first(); f != NULL; f = f->next)
		if (f->group == next)
			put_group(t, next++);
}
