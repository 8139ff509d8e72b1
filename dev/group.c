/*
 * An isolation group in one go: all of its functions become the process's, or none does.
 * Every refusal is looked for before the first function is touched; when a step fails later
 * what was attached is drained, as by a detach. The owner can start nothing in between: it
 * would need assign_lock. Bridges of the group go to nobody.
 */

#include "dev/func.h"

/* The next function of the group that can be given away; NULL begins and ends. */
static Func *
next_member(const Func *f, uint group)
{
	Func *g = func_next(f);

	while (g != NULL && (g->pci->group != group || g->pci->kind != PCI_ENDPOINT))
		g = func_next(g);
	return g;
}

/* Draining stores no sentence: the one that says why stays. */
static void
take_back(const Func *failed) REQUIRES(assign_lock)
{
	uint group = failed->pci->group;
	Tenant *t = next_member(NULL, group)->tenant;

	if (t == NULL)
		return; /* the first failed */
	for (Func *g = next_member(NULL, group); g != failed; g = next_member(g, group))
		func_leave(g);
	tenant_drain(t);
	tenant_drop(t);
}

int
group_attach(Func *f, const AttachArgs *a, Proc *p)
{
	uint group = f->pci->group;
	int err = refuse_attach(f, a, p);
	Func *g = NULL;

	while (err == 0 && (g = next_member(g, group)) != NULL)
		err = refuse_attach(g, a, p);
	if (err != 0)
		return err;
	for (g = next_member(NULL, group); g != NULL; g = next_member(g, group))
		if ((err = func_attach(g, a, p)) != 0) {
			take_back(g);
			return err;
		}
	return 0;
}
