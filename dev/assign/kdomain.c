/*
 * What the device of a kernel driver sees. By default that is what the driver maps, and
 * nothing else. Under boot parameter iommu.default=passthrough it is all memory:
 * untranslated where the unit can do that, else by a table in which RAM leads to itself,
 * and registers, holes and the window for interrupts to nothing. Memory that firmware
 * reserved for the device (RMRR) is there in each of these, before the device's entry is
 * published.
 * Locks: none; nobody else knows the domain yet.
 */

#include "dev/assign/kdomain.h"
#include "arch/arch.h"
#include "dev/vtd/inspect.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/param.h"

#define QUOTA 64 /* table pages for what a driver maps */

const char *
kdomain_name(const Domain *d)
{
	switch (domain_kind(d)) {
	case DOMAIN_PASSTHROUGH:
		return "pass-through";
	case DOMAIN_IDENTITY:
		return "identity";
	default:
		return "translated";
	}
}

bool
kdomain_direct(const Domain *d)
{
	return domain_kind(d) != DOMAIN_MAPPED;
}

/* ---- reserved memory ---- */

/* True if all of [base, end) is in the boot loader's map, and none of it as RAM. */
static bool
range_is_reserved(paddr_t base, paddr_t end)
{
	for (uint i = 0; i < bootinfo.nmem && base < end; i++) {
		const MemRange *r = &bootinfo.mem[i];

		if (r->kind == MEM_RAM || r->base > base || r->base + r->len <= base)
			continue;
		base = r->base + r->len;
	}
	return base >= end;
}

static paddr_t
rmrr_first(const VtdRmrr *r)
{
	return rounddown(r->base, PAGE_SIZE);
}

static paddr_t
rmrr_end(const VtdRmrr *r)
{
	return roundup(r->limit + 1, PAGE_SIZE);
}

int
kdomain_refuse(const AssignedFn *f)
{
	for (uint i = 0; i < f->nrmrr; i++) {
		const VtdRmrr *r = &f->rmrr[i];

		if (!range_is_reserved(rmrr_first(r), rmrr_end(r)))
			return fail(-EPERM,
				"%s: RMRR %u claims 0x%lx-0x%lx, which firmware did "
				"not reserve",
				f->name, r->index, r->base, r->limit);
	}
	return 0;
}

static int
kdomain_add(Domain *d, paddr_t base, uint64_t len)
{
	if (domain_kind(d) == DOMAIN_IDENTITY)
		return domain_identity(d, base, len, DOMAIN_R | DOMAIN_W);
	return domain_map(d, base, base, len, DOMAIN_R | DOMAIN_W);
}

/* Maps a region to itself: page by page where another region has some of its pages. */
static int
kdomain_add_region(Domain *d, paddr_t base, paddr_t end)
{
	int err = kdomain_add(d, base, end - base);

	if (err != -EEXIST)
		return err;
	for (err = 0; base < end && err == 0; base += PAGE_SIZE)
		if ((err = kdomain_add(d, base, PAGE_SIZE)) == -EEXIST)
			err = 0;
	return err;
}

/* Maps all regions that firmware reserves for f. After an error the domain is of no
 * use. */
static int
kdomain_add_reserved(const AssignedFn *f, Domain *d)
{
	int err = 0;

	if (domain_kind(d) == DOMAIN_PASSTHROUGH)
		return 0;
	for (uint i = 0; i < f->nrmrr && err == 0; i++)
		err = kdomain_add_region(d, rmrr_first(&f->rmrr[i]),
			rmrr_end(&f->rmrr[i]));
	return err;
}

/* ---- all memory ---- */

static int
kdomain_add_ram(Domain *d, paddr_t base, paddr_t end)
{
	return base < end ? domain_identity(d, base, end - base, DOMAIN_R | DOMAIN_W) : 0;
}

/* Maps all RAM to itself, but for the window in which a write is an interrupt. */
static int
kdomain_add_all(Domain *d)
{
	int err = 0;

	for (uint i = 0; i < bootinfo.nmem && err == 0; i++) {
		const MemRange *r = &bootinfo.mem[i];
		paddr_t end = r->base + r->len;

		if (r->kind != MEM_RAM)
			continue;
		err = kdomain_add_ram(d, r->base, end < IRQ_WINDOW ? end : IRQ_WINDOW);
		if (err == 0)
			err = kdomain_add_ram(d,
				r->base > IRQ_WINDOW_END ? r->base : IRQ_WINDOW_END, end);
	}
	return err;
}

static int
kdomain_new_direct(const AssignedFn *f, Domain **out)
{
	UnitInfo u;
	int err;

	unit_info(f->unit, &u);
	if (u.passes)
		return domain_new_passthrough(out);
	if ((err = domain_new_identity(QUOTA + page_stat().total / 256, out)) != 0)
		return err;
	if ((err = kdomain_add_all(*out)) != 0)
		domain_free(*out);
	return err;
}

int
kdomain_new(const AssignedFn *f, Domain **out)
{
	int err = param_is("iommu.default", "passthrough")
		? kdomain_new_direct(f, out)
		: domain_new_mapped(QUOTA, out);

	if (err == 0 && (err = kdomain_add_reserved(f, *out)) != 0)
		domain_free(*out);
	return err == 0 ? 0 : fail(err, "%s: no domain for the kernel's driver", f->name);
}
