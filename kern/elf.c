/*
 * Programs in ELF64, static and not position-independent. Everything is checked before it
 * is believed: sizes against the file, addresses against where programs may be, and
 * segments against each other. No segment may be writable and executable. Pure.
 */

#include "kern/elf.h"
#include "kern/layout.h"
#include "kern/string.h"
#include "kern/sys.h"

typedef struct Ehdr {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
} Ehdr;

typedef struct Phdr {
	uint32_t type, flags;
	uint64_t off, va, pa, filesz, memsz, align;
} Phdr;

enum { ET_EXEC = 2, EM_X86_64 = 62, PT_LOAD = 1, PF_X = 1, PF_W = 2, PF_R = 4 };

static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F', 2 /* 64 bit */,
	1 /* little endian */, 1 };

static const char *
check_header(const Ehdr *e, size_t n)
{
	if (memcmp(e->ident, magic, sizeof magic) != 0)
		return "not an ELF64 program";
	if (e->type != ET_EXEC || e->machine != EM_X86_64)
		return "not a static x86-64 program";
	if (e->phentsize != sizeof(Phdr) || e->phnum == 0)
		return "bad program headers";
	if (e->phoff > n || e->phnum > (n - e->phoff) / sizeof(Phdr))
		return "program headers beyond the first KiB";
	return NULL;
}

static uint64_t
page_end(const ElfSegment *s)
{
	return roundup(s->va + s->memsz, PAGE_SIZE);
}

static const char *
check_segment(const Phdr *p, uint64_t size)
{
	if (p->filesz > p->memsz || p->off > size || p->filesz > size - p->off)
		return "segment beyond the end of the file";
	if (p->va < LAYOUT_LOW || p->va >= LAYOUT_DMA28 ||
		p->memsz > LAYOUT_DMA28 - p->va)
		return "segment outside 0x100000..0x8000000";
	if ((p->flags & PF_W) && (p->flags & PF_X))
		return "segment writable and executable";
	return NULL;
}

/* Adds a segment that check_segment has passed. Returns what is wrong with it, or
 * NULL. */
static const char *
add_segment(ElfPlan *out, const Phdr *p)
{
	ElfSegment s = {
		.va = p->va,
		.memsz = p->memsz,
		.filesz = p->filesz,
		.off = p->off,
		.prot = (p->flags & PF_R ? SPROT_READ : 0) |
			(p->flags & PF_W ? SPROT_WRITE : 0) |
			(p->flags & PF_X ? SPROT_EXEC : 0),
	};

	if (out->n == ELF_MAXSEG)
		return "too many segments";
	for (uint i = 0; i < out->n; i++)
		if (rounddown(s.va, PAGE_SIZE) < page_end(&out->seg[i]) &&
			rounddown(out->seg[i].va, PAGE_SIZE) < page_end(&s))
			return "segments share a page";
	out->seg[out->n++] = s;
	return NULL;
}

const char *
elf_plan(const void *head, size_t n, uint64_t size, ElfPlan *out)
{
	const char *why;
	bool entry_ok = false;
	Ehdr e;

	*out = (ElfPlan){ 0 };
	if (n < sizeof e)
		return "shorter than an ELF header";
	memcpy(&e, head, sizeof e);
	if ((why = check_header(&e, n)) != NULL)
		return why;
	out->entry = e.entry;
	for (uint i = 0; i < e.phnum; i++) {
		Phdr p;

		memcpy(&p, (const char *)head + e.phoff + i * sizeof p, sizeof p);
		if (p.type != PT_LOAD || p.memsz == 0)
			continue;
		if ((why = check_segment(&p, size)) != NULL ||
			(why = add_segment(out, &p)) != NULL)
			return why;
		entry_ok |= (p.flags & PF_X) && e.entry >= p.va &&
			e.entry - p.va < p.memsz;
	}
	return entry_ok ? NULL : "entry point outside the code";
}
