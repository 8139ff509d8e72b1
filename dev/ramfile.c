/*
 * What a file of #root holds. It has a length and two layers: frames of its own, a page
 * each, over a stretch of the boot archive, which is never written. A read takes the
 * frame if there is one, otherwise the archive, and zeros where that ends. A write to a
 * page makes its frame. So booting copies nothing. A file ends at 1 GiB. Locks: the
 * caller's. Two calls for one file never overlap.
 */

#include "dev/ramfile.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define FILE_MAX (1ull << 30)
#define RESERVE  256 /* frames that files leave to the kernel */

RamFile
ramfile_over(const void *arch, size_t n)
{
	n = n < FILE_MAX ? n : FILE_MAX;
	return (RamFile){ .arch = arch, .narch = n, .len = n };
}

bool
ramfile_room(void)
{
	return page_stat().free >= RESERVE;
}

int
ramfile_full(void)
{
	return fail(-ENOSPC, "no memory left for files");
}

void
ramfile_free(RamFile *f)
{
	for (size_t i = 0; i < f->npage; i++)
		if (f->page[i] != 0)
			page_put(f->page[i]);
	kfree(f->page);
	*f = (RamFile){ 0 };
}

/* How many bytes the archive has at off, at most n. */
static size_t
archived(const RamFile *f, uint64_t off, size_t n)
{
	if (off >= f->narch)
		return 0;
	return n < f->narch - off ? n : f->narch - off;
}

/* How many of n bytes at off are in the page of off. */
static size_t
within_page(uint64_t off, uint64_t n)
{
	uint64_t room = PAGE_SIZE - (off & PAGE_MASK);

	return n < room ? n : room;
}

static paddr_t
page_of(const RamFile *f, uint64_t off)
{
	size_t i = off >> PAGE_SHIFT;

	return i < f->npage ? f->page[i] : 0;
}

static void
read_piece(const RamFile *f, char *buf, size_t n, uint64_t off)
{
	paddr_t pa = page_of(f, off);
	size_t k;

	if (pa != 0) {
		memcpy(buf, (char *)page_ptr(pa) + (off & PAGE_MASK), n);
		return;
	}
	k = archived(f, off, n);
	if (k > 0)
		memcpy(buf, f->arch + off, k);
	memset(buf + k, 0, n - k);
}

long
ramfile_read(const RamFile *f, void *buf, long n, uint64_t off)
{
	long done = 0;

	if (off >= f->len)
		n = 0;
	else if ((uint64_t)n > f->len - off)
		n = f->len - off;
	while (done < n) {
		size_t k = within_page(off + done, n - done);

		read_piece(f, (char *)buf + done, k, off + done);
		done += k;
	}
	return n;
}

static int
grow_slots(RamFile *f, size_t want)
{
	size_t n = f->npage > 0 ? f->npage : 4;
	paddr_t *p;

	if (want <= f->npage)
		return 0;
	while (n < want)
		n *= 2;
	p = krealloc(f->page, f->npage * sizeof *p, n * sizeof *p);
	if (p == NULL)
		return ramfile_full();
	f->page = p;
	f->npage = n;
	return 0;
}

/* The frame of the page of off, made from what the file shows there now if there is none.
 * Says that there is no memory. */
static int
own_page(RamFile *f, uint64_t off, paddr_t *out)
{
	uint64_t start = off & ~PAGE_MASK;
	size_t k;
	int err;

	if ((*out = page_of(f, off)) != 0)
		return 0;
	if ((err = grow_slots(f, (off >> PAGE_SHIFT) + 1)) != 0)
		return err;
	if (!ramfile_room() || (*out = page_alloc(0, PAGE_KERNEL)) == 0)
		return ramfile_full();
	k = archived(f, start, PAGE_SIZE);
	if (k > 0)
		memcpy(page_ptr(*out), f->arch + start, k);
	f->page[off >> PAGE_SHIFT] = *out;
	return 0;
}

long
ramfile_write(RamFile *f, const void *buf, long n, uint64_t off)
{
	long done = 0;

	if (n > 0 && (off >= FILE_MAX || (uint64_t)n > FILE_MAX - off))
		return fail(-EFBIG, "a file holds at most 1 GiB");
	while (done < n) {
		size_t k = within_page(off + done, n - done);
		paddr_t pa;
		int err = own_page(f, off + done, &pa);

		if (err != 0 && done == 0)
			return err;
		if (err != 0)
			break;
		memcpy((char *)page_ptr(pa) + ((off + done) & PAGE_MASK),
			(const char *)buf + done, k);
		done += k;
	}
	if (done > 0 && off + done > f->len)
		f->len = off + done;
	return done;
}
