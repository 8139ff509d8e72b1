/* SRC: kern/elf.c */
/*
 * Programs. Whatever the headers say, a plan that is accepted stays inside the file,
 * inside the addresses programs may have, never writable and executable, no two segments
 * in one page, the entry in code. The file's size is its own 2 bytes, and may be larger
 * than the head that was read.
 */
#include "kern/elf.h"
#include "kern/layout.h"
#include "kern/sys.h"
#include "tests/fuzz/fuzz.h"

static bool
check_segment(const ElfPlan *p, uint i, uint64_t size)
{
	const ElfSegment *s = &p->seg[i];

	CHECK(s->memsz > 0 && s->filesz <= s->memsz);
	CHECK(s->off <= size && s->filesz <= size - s->off);
	CHECK(s->va >= LAYOUT_LOW && s->va < LAYOUT_DMA28 &&
		s->memsz <= LAYOUT_DMA28 - s->va);
	CHECK((s->prot & (SPROT_WRITE | SPROT_EXEC)) != (SPROT_WRITE | SPROT_EXEC));
	for (uint k = 0; k < i; k++) {
		const ElfSegment *o = &p->seg[k];
		uint64_t last = s->va + s->memsz - 1, olast = o->va + o->memsz - 1;

		CHECK(last / PAGE_SIZE < o->va / PAGE_SIZE ||
			olast / PAGE_SIZE < s->va / PAGE_SIZE);
	}
	return (s->prot & SPROT_EXEC) && p->entry >= s->va && p->entry - s->va < s->memsz;
}

void
fuzz_one(const uint8_t *bytes, size_t n)
{
	In in = { bytes, n };
	uint64_t size = in_u64(&in, 2);
	bool entry = false;
	ElfPlan plan;

	n = ELF_HEADER;
	uint8_t *head = in_copy(&in, &n);
	if (size < n)
		size = n;
	if (elf_plan(head, n, size, &plan) == NULL) {
		CHECK(plan.n <= ELF_MAXSEG);
		for (uint i = 0; i < plan.n; i++)
			entry |= check_segment(&plan, i, size);
		CHECK(entry);
	}
	free(head);
}
