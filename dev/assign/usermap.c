/*
 * Guest mode: the owner chooses which addresses its device uses for which of its memory.
 * A mapping is taken as a command (mapcmd.c), checked against the process's own rights
 * page by page, put into the domain, and kept in a book (iovamap.c), because what the
 * process gives up later, by munmap, mprotect or brk, the device has to lose before the
 * frame is free.
 *
 * Locks: assign_lock over a command, so that its function stays the owner's; the address
 * space's inside it, over the book, the domain's tables, and the frames that are looked
 * up.
 */

#include "dev/assign/local.h"
#include "dev/text/mapcmd.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"

typedef unsigned long long ull;

#define GUEST_RANGES (1u << 20) /* in the book of one domain */

/* ---- refusals ---- */

static int
refuse_range(const Owner *t, iova_t iova, uint64_t len)
{
	uint bits = domain_width(t->domain);

	if (len > 1ull << bits || iova > (1ull << bits) - len)
		return fail(-ERANGE, "0x%llx: its device has %u address bits", (ull)iova,
			bits);
	return 0;
}

/* Behind these addresses are registers or interrupts: a request may never meet the
 * unit. */
static int
refuse_window(iova_t iova, uint64_t len)
{
	const char *window = layout_device_window(iova, len);

	return window != NULL ? fail(-EPERM, "0x%llx is kept out: %s", (ull)iova, window)
			      : 0;
}

static int
refuse_memory(const Owner *t, vaddr_t va, uint64_t len, uint rights)
{
	int prot = rights & DOMAIN_W ? SPROT_READ | SPROT_WRITE : SPROT_READ;

	if (t->ro && rights & DOMAIN_W)
		return fail(-EPERM, "it is attached read-only");
	for (uint64_t o = 0; o < len; o += PAGE_SIZE)
		if (va + o < va || aspace_frame(t->as, va + o, prot) == 0)
			return fail(-EFAULT,
				"0x%llx is not memory of process %d, or not with these rights",
				(ull)(va + o), t->proc->pid);
	return 0;
}

/* What the domain says, as a sentence. */
static int
refused(const Owner *t, int err, iova_t iova)
{
	DomainInfo d;

	switch (err) {
	case 0:
		return 0;
	case -EEXIST:
		return fail(err, "0x%llx: some of it is mapped already", (ull)iova);
	case -ENOENT:
		return fail(err, "0x%llx: nothing of it is mapped", (ull)iova);
	case -EDQUOT:
		domain_info(t->domain, &d);
		return fail(err, "more than %u table pages: the quota of a guest",
			d.quota);
	case -ENOTSUP:
		return fail(err,
			"'w': first-stage tables have no write-only pages: map it rw");
	case -ETIMEDOUT:
		return fail(-EIO, "the IOMMU did not confirm: its device is out of use");
	default:
		return fail(err, "no memory for tables");
	}
}

/* ---- mapping ---- */

typedef struct Source {
	Aspace *as;
	vaddr_t va;
} Source;

/* Frames that follow one another make one piece. */
static uint64_t
piece(void *arg, uint64_t off, uint64_t want, paddr_t *pa)
{
	const Source *s = arg;
	uint64_t n = PAGE_SIZE;

	*pa = aspace_frame(s->as, s->va + off, SPROT_READ);
	while (n < want && aspace_frame(s->as, s->va + off + n, SPROT_READ) == *pa + n)
		n += PAGE_SIZE;
	return *pa != 0 ? n : 0;
}

static int
map(Owner *t, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	Source s = { t->as, va };
	int err;

	if ((err = refuse_range(t, iova, len)) != 0 ||
		(err = refuse_window(iova, len)) != 0 ||
		(err = refuse_memory(t, va, len, rights)) != 0)
		return err;
	if (t->map.n >= GUEST_RANGES)
		return fail(-EDQUOT, "more than %u mappings: the quota of a guest",
			GUEST_RANGES);
	if (iovamap_reserve(&t->map, 2) != 0) /* one to spare, for a cut */
		return fail(-ENOMEM, "no memory for tables");
	err = domain_map_runs(t->domain, iova, len, rights, piece, &s);
	if (err == -ETIMEDOUT)
		owner_fail(t);
	if (err == 0)
		iovamap_add(&t->map, iova, va, len, rights);
	return refused(t, err, iova);
}

static int
unmap(Owner *t, iova_t iova, uint64_t len)
{
	int err = refuse_range(t, iova, len);

	if (err != 0)
		return err;
	if (iovamap_reserve(&t->map, 1) != 0)
		return fail(-ENOMEM, "no memory for tables");
	err = domain_unmap(t->domain, iova, len);
	if (err == -ETIMEDOUT)
		owner_fail(t);
	if (err == 0 || err == -ETIMEDOUT)
		iovamap_cut(&t->map, iova, len);
	return refused(t, err, iova);
}

/* ---- what the process gives up ---- */

static uint
rights_of(int prot)
{
	return (prot & SPROT_READ ? DOMAIN_R : 0) | (prot & SPROT_WRITE ? DOMAIN_W : 0);
}

/* Without memory to take part of it away, everything goes: the device faults, and its
 * owner reads why. */
static int
give_up(Owner *t)
{
	iovamap_clear(&t->map);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (fn_is(f, t))
			fn_event(f,
				"unmapped no memory to split a mapping, so all are gone");
	return domain_unmap_all(t->domain);
}

int
usermap_removed(Owner *t, vaddr_t va, uint64_t len, int prot)
{
	uint lost = (DOMAIN_R | DOMAIN_W) & ~rights_of(prot);
	const IovaRange *r;
	int err = 0;

	while (lost != 0 && err == 0 &&
		(r = iovamap_find(&t->map, BY_VA, va, len, lost)) != NULL) {
		uint64_t from = va > r->start[BY_VA] ? va - r->start[BY_VA] : 0;
		uint64_t to = r->start[BY_VA] + r->len > va + len
			? va + len - r->start[BY_VA]
			: r->len;
		iova_t iova = r->start[BY_IOVA] + from;

		err = iovamap_reserve(&t->map, 1);
		if (err == 0)
			err = domain_unmap_later(t->domain, iova, to - from);
		if (err == 0)
			iovamap_cut(&t->map, iova, to - from);
	}
	if (err != 0 && give_up(t) != 0)
		return -EIO;
	return domain_sync(t->domain);
}

/* ---- commands ---- */

/* The running process's guest domain behind pf; says why there is none. */
static Owner *
guest_of(PciFn *pf) REQUIRES(assign_lock)
{
	AssignedFn *f = fn_of(pf);

	if (!assign_mine(pf))
		return NULL;
	if (f->owner->mode == ATTACH_GUEST)
		return f->owner;
	fail(-EPERM, "%s is attached %s: its addresses are those of the process", f->name,
		attach_mode_name[f->owner->mode]);
	return NULL;
}

int
assign_map(PciFn *pf, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	int err = -EPERM;
	Owner *t;

	mutex_lock(&assign_lock);
	if ((t = guest_of(pf)) != NULL) {
		aspace_lock(t->as);
		err = map(t, iova, va, len, rights);
		aspace_unlock(t->as);
	}
	assign_done("map");
	return err;
}

int
assign_unmap(PciFn *pf, iova_t iova, uint64_t len)
{
	int err = -EPERM;
	Owner *t;

	mutex_lock(&assign_lock);
	if ((t = guest_of(pf)) != NULL) {
		aspace_lock(t->as);
		err = unmap(t, iova, len);
		aspace_unlock(t->as);
	}
	assign_done("unmap");
	return err;
}

static void
print(const Owner *t, Text *text)
{
	const IovaRange *r;

	for (iova_t at = 0; (r = iovamap_find(&t->map, BY_IOVA, at, UINT64_MAX - at,
				     DOMAIN_R | DOMAIN_W)) != NULL;
		at = r->start[BY_IOVA] + r->len)
		text_printf(text, "map 0x%llx 0x%llx 0x%llx %s\n", (ull)r->start[BY_IOVA],
			(ull)r->start[BY_VA], (ull)r->len, map_rights[r->rights]);
}

int
assign_maps(PciFn *pf, Text *text)
{
	Owner *t;

	mutex_lock(&assign_lock);
	if ((t = guest_of(pf)) != NULL) {
		aspace_lock(t->as);
		print(t, text);
		aspace_unlock(t->as);
	}
	mutex_unlock(&assign_lock);
	return t != NULL ? 0 : -EPERM;
}
