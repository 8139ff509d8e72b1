/*
 * The functions that there are, in bdf order. pci_scan (scan.c) makes the list, and every
 * other file of dev/pci only reads it. It is const after the scan. Locks: none.
 */
#include "dev/pci/local.h"

static PciFn *functions;
static PciFn **end = &functions; /* where the next one goes */

void
list_clear(void)
{
	functions = NULL;
	end = &functions;
}

void
list_add(PciFn *f)
{
	*end = f;
	end = &f->next;
}

void
list_keep(bool (*wanted)(const PciFn *f))
{
	PciFn **p = &functions;

	while (*p != NULL) {
		if (wanted(*p))
			p = &(*p)->next;
		else
			*p = (*p)->next;
	}
	end = p;
}

PciFn *
pci_first(void)
{
	return functions;
}

PciFn *
pci_find(bdf_t b)
{
	for (PciFn *f = functions; f != NULL; f = f->next)
		if (f->bdf == b)
			return f;
	return NULL;
}

uint
pci_count(uint *buses)
{
	bdf_t last = UINT32_MAX; /* no function has this segment and bus */
	uint n = 0;

	*buses = 0;
	for (const PciFn *f = functions; f != NULL; f = f->next) {
		n++;
		*buses += f->bdf >> 8 != last;
		last = f->bdf >> 8;
	}
	return n;
}

bool
pci_below(const PciFn *f, const PciFn *bridge)
{
	for (f = f->bridge; f != NULL; f = f->bridge)
		if (f == bridge)
			return true;
	return false;
}
