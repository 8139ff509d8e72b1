/*
 * Mode guest: the owner chooses which addresses its device uses for which of its memory.
 * A mapping is taken as a command, checked page by page against the process's own rights,
 * put into the domain, and kept in a book (iovamap.c). The book is needed because what
 * the process gives up later, by munmap, mprotect or brk, the device has to lose before
 * the frame is free.
 *
 * Locks: assign_lock is held over a whole command, so that its function stays the
 * owner's. Inside it the lock of the address space guards the book, the domain's tables,
 * and the frames that are looked up.
 */

#include "dev/assign/assigned.h"
#include "dev/assign/modes.h"
#include "dev/vtd/inspect.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"

#define GUEST_RANGES (1u << 20) /* mappings in the book of one owner, at most */

/* What a process must be allowed itself before its device may: a device that writes a
 * page could as well read it. */
static int
rights_prot(uint rights)
{
	return rights & DOMAIN_W ? SPROT_READ | SPROT_WRITE : SPROT_READ;
}

/* ---- refusals ---- */

static int
refuse_range(const Owner *o, iova_t iova, uint64_t len)
{
	uint bits = domain_width(o->domain);

	if (len > 1ull << bits || iova > (1ull << bits) - len)
		return fail(-ERANGE, "0x%lx: its device has %u address bits", iova, bits);
	return 0;
}

/* Behind these addresses are registers or interrupts: a request to them may never meet
 * the unit, so the device would reach what we do not know. */
static int
refuse_window(iova_t iova, uint64_t len)
{
	const char *window = layout_device_window(iova, len);

	return window != NULL ? fail(-EPERM, "0x%lx is kept out: %s", iova, window) : 0;
}

static int
refuse_memory(const Owner *o, vaddr_t va, uint64_t len, uint rights)
{
	int prot = rights_prot(rights);

	if (o->ro && rights & DOMAIN_W)
		return fail(-EPERM, "it is attached read-only");
	for (uint64_t off = 0; off < len; off += PAGE_SIZE)
		if (va + off < va || aspace_frame(o->as, va + off, prot) == 0)
			return fail(-EFAULT,
				"0x%lx is not memory of process %d, or not with "
				"these rights",
				va + off, o->pid);
	return 0;
}

/* A code of the core as a sentence, and as the code that the process gets. */
static int
map_error(const Owner *o, int err, iova_t iova)
{
	DomainInfo d;

	switch (err) {
	case 0:
		return 0;
	case -EEXIST:
		return fail(err, "0x%lx: some of it is mapped already", iova);
	case -ENOENT:
		return fail(err, "0x%lx: nothing of it is mapped", iova);
	case -EDQUOT:
		domain_info(o->domain, &d);
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

/* A DomainRun: the frames that follow one another from off on make one run, of at most
 * `want` bytes. */
static uint64_t
source_run(void *arg, uint64_t off, uint64_t want, paddr_t *pa)
{
	const Source *s = arg;
	uint64_t n = PAGE_SIZE;

	*pa = aspace_frame(s->as, s->va + off, SPROT_READ);
	while (n < want && aspace_frame(s->as, s->va + off + n, SPROT_READ) == *pa + n)
		n += PAGE_SIZE;
	return *pa != 0 ? n : 0;
}

/* Maps [va, va+len) at iova for o's devices, or says why not; then nothing has changed,
 * except that a unit that did not confirm breaks o. */
static int
guest_map(Owner *o, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	Source s = { o->as, va };
	int err;

	if ((err = refuse_range(o, iova, len)) != 0 ||
		(err = refuse_window(iova, len)) != 0 ||
		(err = refuse_memory(o, va, len, rights)) != 0)
		return err;
	if (o->map.n >= GUEST_RANGES)
		return fail(-EDQUOT, "more than %u mappings: the quota of a guest",
			GUEST_RANGES);
	if (iovamap_reserve(&o->map, 2) != 0) /* one for it, and one for a later cut */
		return fail(-ENOMEM, "no memory for tables");
	err = domain_map_runs(o->domain, iova, len, rights, source_run, &s);
	if (err == -ETIMEDOUT)
		owner_fail(o);
	if (err == 0)
		iovamap_add(&o->map, iova, va, len, rights);
	return map_error(o, err, iova);
}

static int
guest_unmap(Owner *o, iova_t iova, uint64_t len)
{
	int err = refuse_range(o, iova, len);

	if (err != 0)
		return err;
	if (iovamap_reserve(&o->map, 1) != 0)
		return fail(-ENOMEM, "no memory for tables");
	err = domain_unmap(o->domain, iova, len);
	if (err == -ETIMEDOUT)
		owner_fail(o);
	if (err == 0 || err == -ETIMEDOUT)
		iovamap_cut(&o->map, iova, len);
	return map_error(o, err, iova);
}

/* ---- what the process gives up ---- */

static uint
prot_rights(int prot)
{
	return (prot & SPROT_READ ? DOMAIN_R : 0) | (prot & SPROT_WRITE ? DOMAIN_W : 0);
}

/* Takes all mappings away, because there is no memory to take away a part of one. The
 * device will fault, and its owner reads why. */
static int
guest_unmap_all(Owner *o)
{
	iovamap_clear(&o->map);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (fn_owned_by(f, o))
			fn_event(f,
				"unmapped no memory to split a mapping, so all are gone");
	return domain_unmap_all(o->domain);
}

/* The process keeps no more than the rights `prot` on [va, va+len): takes the lost rights
 * from its devices. On success no device has them. -EIO: a unit did not confirm. */
static int
guest_removed(Owner *o, vaddr_t va, size_t len, int prot, bool tables)
{
	uint lost = (DOMAIN_R | DOMAIN_W) & ~prot_rights(prot);
	const IovaRange *r;
	int err = 0;

	(void)tables;
	while (lost != 0 && err == 0 &&
		(r = iovamap_find(&o->map, BY_VA, va, len, lost)) != NULL) {
		uint64_t from = va > r->start[BY_VA] ? va - r->start[BY_VA] : 0;
		uint64_t to = r->start[BY_VA] + r->len > va + len
			? va + len - r->start[BY_VA]
			: r->len;
		iova_t iova = r->start[BY_IOVA] + from;

		err = iovamap_reserve(&o->map, 1);
		if (err == 0)
			err = domain_unmap_later(o->domain, iova, to - from);
		if (err == 0)
			iovamap_cut(&o->map, iova, to - from);
	}
	if (err != 0 && guest_unmap_all(o) != 0)
		return -EIO;
	return domain_sync(o->domain);
}

/* ---- the mode ---- */

/* The tables of one owner may take a sixteenth of memory: with 4 KiB pages they map 32
 * times the memory there is. */
static int
guest_domain(const Owner *o, Aspace *as, Domain **out)
{
	(void)o, (void)as;
	return domain_new_mapped(page_stat().total / 16, out);
}

static bool
guest_shows(const Owner *o, iova_t iova, paddr_t page, uint rights)
{
	const IovaRange *r = iovamap_find(&o->map, BY_IOVA, iova, PAGE_SIZE, ~0u);

	return r != NULL && (r->rights & rights) == rights &&
		aspace_frame(o->as, r->start[BY_VA] + (iova - r->start[BY_IOVA]),
			rights_prot(rights)) == page;
}

const Mode guest_mode = {
	.word = ATTACH_GUEST,
	.taken = ON_ATTACH,
	.domain_new = guest_domain,
	.removed = guest_removed,
	.shows = guest_shows,
};

/* ---- commands ---- */

/* The running process as the owner of pf in mode guest; NULL: it is not, and says so. */
static Owner *
fn_guest_owner(PciFn *pf) REQUIRES(assign_lock)
{
	AssignedFn *f = fn_of(pf);

	if (!assign_mine(pf))
		return NULL;
	if (f->owner->mode == &guest_mode)
		return f->owner;
	fail(-EPERM, "%s is attached %s: its addresses are those of the process", f->name,
		attach_mode_name[f->owner->mode->word]);
	return NULL;
}

int
assign_map(PciFn *pf, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	int err = -EPERM;
	Owner *o;

	assign_begin();
	if ((o = fn_guest_owner(pf)) != NULL) {
		aspace_lock(o->as);
		err = guest_map(o, iova, va, len, rights);
		aspace_unlock(o->as);
	}
	assign_end("map");
	return err;
}

int
assign_unmap(PciFn *pf, iova_t iova, uint64_t len)
{
	int err = -EPERM;
	Owner *o;

	assign_begin();
	if ((o = fn_guest_owner(pf)) != NULL) {
		aspace_lock(o->as);
		err = guest_unmap(o, iova, len);
		aspace_unlock(o->as);
	}
	assign_end("unmap");
	return err;
}

typedef void Print(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights);

static void
book_print(const Owner *o, Text *t, Print *print)
{
	const IovaRange *r;

	for (iova_t at = 0; (r = iovamap_find(&o->map, BY_IOVA, at, UINT64_MAX - at,
				     DOMAIN_R | DOMAIN_W)) != NULL;
		at = r->start[BY_IOVA] + r->len)
		print(t, r->start[BY_IOVA], r->start[BY_VA], r->len, r->rights);
}

int
assign_maps(PciFn *pf, Text *t, Print *print)
{
	Owner *o;

	assign_begin();
	if ((o = fn_guest_owner(pf)) != NULL) {
		aspace_lock(o->as);
		book_print(o, t, print);
		aspace_unlock(o->as);
	}
	assign_end(NULL);
	return o != NULL ? 0 : -EPERM;
}
