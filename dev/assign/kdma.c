/*
 * Memory of the kernel that a driver's device may use, for as long as a transfer lasts. A
 * unit protects whole pages, so whatever else lies in the first and last page of a buffer
 * is open to the device meanwhile. A device that is not trusted with that much (boot
 * parameter bounce=B:D.F) gets other pages, which hold nothing else, and the buffer is
 * copied into and out of them. This is called bouncing. A device that uses physical
 * addresses, and has too few bits for the address of a buffer, gets such pages too.
 *
 * Locks: the driver makes one call at a time for a device. Tables change under d->lock,
 * because #vtd/check may walk them meanwhile.
 */

#include "dev/assign/kdev.h"
#include "dev/assign/kdomain.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/param.h"
#include "kern/string.h"

#define LOW  (16ull << 20) /* no IOVA below: too much has a fixed place there */
#define STEP (2ull << 20)  /* how far to go past what is taken */

/* Bytes of the pages that [addr, addr+len) is in. */
static uint64_t
page_span(uint64_t addr, size_t len)
{
	return roundup(addr + len, PAGE_SIZE) - rounddown(addr, PAGE_SIZE);
}

/* True if some of [at, at+n) cannot be mapped: a bridge sends it to registers, so the
 * unit never sees the request, or kdomain.c mapped what firmware reserves for the
 * device. */
static bool
iova_is_taken(const Kdev *d, iova_t at, uint64_t n)
{
	const AssignedFn *f = d->f;

	for (uint i = 0; i < f->nrmrr; i++)
		if (at <= f->rmrr[i].limit &&
			at + n > rounddown(f->rmrr[i].base, PAGE_SIZE))
			return true;
	return layout_device_window(at, n) != NULL;
}

/* An IOVA for n bytes, with a page behind them that stays unmapped. 0: there is none with
 * the address bits of the device. */
static iova_t
iova_find(Kdev *d, uint64_t n)
{
	uint64_t top = 1ull << d->driver->bits;
	iova_t at = d->next;

	for (uint wraps = 0; wraps < 2;) {
		if (at < LOW || n > top || at > top - n) {
			at = LOW;
			wraps++;
		} else if (iova_is_taken(d, at, n)) {
			at = rounddown(at, STEP) + STEP;
		} else {
			d->next = at + n + PAGE_SIZE;
			return at;
		}
	}
	return 0;
}

/* A unit did not confirm that the device has forgotten a buffer. */
static int
kdev_unconfirmed(Kdev *d)
{
	owner_fail(&d->owner);
	return fail(-EIO, "%s: the IOMMU did not confirm that a buffer is its no more",
		d->f->name);
}

/* Maps the pages of the buffer, or of its bounce copy, which are at pa, for the device
 * and sets m->iova. -EIO: the unit did not confirm; the device may reach them for
 * ever. */
static int
kdev_show(Kdev *d, KdevMap *m, paddr_t pa)
{
	uint64_t n = page_span(pa, m->len);
	iova_t at;
	int err;

	if (kdomain_direct(d->owner.domain)) {
		m->iova = pa;
		return 0;
	}
	at = iova_find(d, n);
	mutex_lock(&d->lock);
	err = at != 0 ? domain_map(d->owner.domain, at, rounddown(pa, PAGE_SIZE), n,
				domain_rights(d->owner.domain, m->rights))
		      : -ENOSPC;
	mutex_unlock(&d->lock);
	m->iova = at + (pa & PAGE_MASK);
	if (err == -ETIMEDOUT || err == -EIO) /* the device may have found it meanwhile */
		return kdev_unconfirmed(d);
	return err == 0
		? 0
		: fail(err, "%s: no room for a buffer of %zu bytes", d->f->name, m->len);
}

/* ---- bouncing ---- */

/* True if the device must name physical addresses and has too few bits for these. */
static bool
buf_out_of_reach(const Kdev *d, paddr_t pa, size_t len)
{
	return kdomain_direct(d->owner.domain) && (pa + len) >> d->driver->bits != 0;
}

/* Takes pages that the device can name, and copies the buffer there. -ENOMEM. */
static int
bounce_take(Kdev *d, KdevMap *m)
{
	while (m->len > PAGE_SIZE << m->order)
		m->order++;
	m->bounce = m->order > PAGE_MAXORDER
		? 0
		: page_alloc_below(m->order, PAGE_KERNEL, 1ull << d->driver->bits);
	if (m->bounce == 0)
		return fail(-ENOMEM, "%s: no memory to bounce %zu bytes", d->f->name,
			m->len);
	memcpy(page_ptr(m->bounce), m->buf, m->len);
	d->bounced++;
	return 0;
}

/* Copies back what the device wrote, and frees the copy. If the device may still reach it
 * (not safe) the copy is withheld instead, and the buffer is left as it was. */
static void
bounce_return(KdevMap *m, bool safe)
{
	if (m->bounce == 0)
		return;
	if (safe && m->rights & DOMAIN_W)
		memcpy(m->buf, page_ptr(m->bounce), m->len);
	for (uint i = 0; i < 1u << m->order && !safe; i++)
		page_withhold(m->bounce + i * PAGE_SIZE);
	if (safe)
		page_free(m->bounce, m->order);
	m->bounce = 0;
}

/* ---- */

int
kdev_map(Kdev *d, void *buf, size_t len, uint rights, KdevMap *m)
{
	int err = 0;

	*m = (KdevMap){ .buf = buf, .len = len, .rights = rights };
	if (d->bounce || buf_out_of_reach(d, page_addr(buf), len))
		err = bounce_take(d, m);
	if (err == 0)
		err = kdev_show(d, m, m->bounce != 0 ? m->bounce : page_addr(buf));
	if (err != 0)
		bounce_return(m, err != -EIO);
	else
		d->maps++;
	return err;
}

int
kdev_unmap(Kdev *d, KdevMap *m)
{
	iova_t at = rounddown(m->iova, PAGE_SIZE);
	int err = 0;

	if (!kdomain_direct(d->owner.domain)) {
		mutex_lock(&d->lock);
		err = domain_unmap(d->owner.domain, at, page_span(m->iova, m->len));
		mutex_unlock(&d->lock);
	}
	bounce_return(m, err == 0);
	return err == 0 ? 0 : kdev_unconfirmed(d);
}
