/*
 * What the driver edu is told to copy, and whether it did. The device does not say that a
 * transfer was blocked, nor whose data it has. So the pattern that is copied differs
 * every time, and what comes back is compared with it. Memory that lies beside a buffer,
 * or that was never given to the device, is compared before and after. Locks: edu_lock
 * over a whole order.
 */

#include "dev/drv/edudrv.h"
#include "kern/aspace.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/proc.h"
#include "kern/string.h"

#define SIDE 64 /* bytes of a buffer, and of its neighbour */

static void
pattern_fill(Edu *e, uint8_t *b, size_t n) REQUIRES(edu_lock)
{
	e->seed += 29;
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(i * 7 + (i >> 8) + e->seed);
}

static int
pattern_compare(Edu *e, const uint8_t *a, const uint8_t *b, size_t n) REQUIRES(edu_lock)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return fail(-EIO, "%s: byte %zu of %zu came back wrong",
				edu_name(e), i, n);
	return 0;
}

/* Copies what is in `out` to the device and back into `in`. Either is NULL afterwards if
 * the device may reach it for ever. */
static int
round_trip(Edu *e, uint8_t **out, uint8_t **in, size_t n) REQUIRES(edu_lock)
{
	int err = *out == NULL || *in == NULL ? fail(-ENOMEM, "no memory for a buffer")
					      : 0;

	if (err == 0 && (err = edu_move(e, out, n, 0, false)) == 0)
		err = edu_move(e, in, n, 0, true);
	return err;
}

static int
test_copy(Edu *e, size_t n) REQUIRES(edu_lock)
{
	uint8_t *out = kalloc(n), *in = kalloc(n);
	int err;

	if (out != NULL)
		pattern_fill(e, out, n);
	if ((err = round_trip(e, &out, &in, n)) == 0)
		err = pattern_compare(e, out, in, n);
	kfree(out);
	kfree(in);
	return err;
}

/* The device writes behind its buffer, in the same page. */
static int
write_behind(Edu *e, uint8_t **page) REQUIRES(edu_lock)
{
	return edu_move(e, page, SIDE, SIDE, true);
}

/* The device writes to memory that nobody gave it, by its physical address. */
static int
write_stray(Edu *e, uint8_t **page) REQUIRES(edu_lock)
{
	return edu_transfer(e, page_addr(*page), 2 * SIDE, true);
}

/* Lets the device write where it should not, by one of the two functions above, to a page
 * of ours. -EIO, with a sentence that names `what` it reached: the page has changed. */
static int
test_reach(Edu *e, int (*write)(Edu *e, uint8_t **page), const char *what)
	REQUIRES(edu_lock)
{
	paddr_t pa = page_alloc_below(0, PAGE_KERNEL, 1ull << EDU_BITS);
	uint8_t *page = pa != 0 ? page_ptr(pa) : NULL, was[SIDE];
	int err;

	if (page == NULL)
		return fail(-ENOMEM, "no memory for a buffer");
	if ((err = test_copy(e, 2 * SIDE)) == 0) { /* what the device holds is not 0 */
		memcpy(was, page + SIDE, SIDE);
		err = write(e, &page);
	}
	if (err == 0 && memcmp(page + SIDE, was, SIDE) != 0)
		err = fail(-EIO, "%s: its device reached %s", edu_name(e), what);
	if (page != NULL)
		page_free(pa, 0);
	return err;
}

int
edu_test(const PciFn *f, EduTest test, size_t n)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = edu_held(f)) != NULL) {
		if (test == EDU_NEIGHBOUR)
			err = test_reach(e, write_behind,
				"what shares a page with its buffer");
		else if (test == EDU_STRAY)
			err = test_reach(e, write_stray, "memory it was not given");
		else
			err = test_copy(e, n);
		*(err == 0 ? &e->good : &e->bad) += 1;
	}
	mutex_unlock(&edu_lock);
	return err;
}

static int
ucopy_locked(Edu *e, vaddr_t dst, vaddr_t src, size_t n) REQUIRES(edu_lock)
{
	uint8_t *out = kalloc(n), *in = kalloc(n);
	int err = out != NULL ? copy_in(out, src, n) : 0;

	if (err == 0 && (err = round_trip(e, &out, &in, n)) == 0)
		err = copy_out(dst, in, n);
	e->copies += err == 0;
	kfree(out);
	kfree(in);
	return err;
}

int
edu_ucopy(const PciFn *f, vaddr_t dst, vaddr_t src, size_t n)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = edu_held(f)) != NULL)
		err = ucopy_locked(e, dst, src, n);
	mutex_unlock(&edu_lock);
	return err;
}
