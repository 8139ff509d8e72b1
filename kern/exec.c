/*
 * Loads a program: the file's segments into frames, then a stack of 64 KiB with a guard
 * page below it and the arguments at its top. All is built in a new address space, so a
 * program that cannot be loaded leaves its caller as it was. Locks: none; nobody else
 * knows it yet.
 *
 * The stack at entry, from rsp upward: argc, argv[0..argc), NULL, envp[..], NULL,
 * strings.
 */

#include "kern/exec.h"
#include "kern/chan.h"
#include "kern/elf.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define CHUNK 16384

/* Reads exactly n bytes at offset off of c to address va of as. -ENOEXEC: the file ends
 * early. */
static int
load_bytes(Chan *c, Aspace *as, vaddr_t va, uint64_t off, uint64_t n)
{
	char *buf = kalloc(CHUNK);
	int err = buf != NULL ? 0 : fail(-ENOMEM, "out of memory");

	while (n > 0 && err == 0) {
		long k = chan_read(c, buf, n < CHUNK ? n : CHUNK, off);

		if (k <= 0)
			err = k < 0 ? (int)k : fail(-ENOEXEC, "the file ends early");
		else if ((err = aspace_write(as, va, buf, k)) == 0) {
			va += k;
			off += k;
			n -= k;
		}
	}
	kfree(buf);
	return err;
}

static int
load_segment(Chan *c, Aspace *as, const ElfSegment *s)
{
	vaddr_t base = rounddown(s->va, PAGE_SIZE);
	size_t len = roundup(s->va + s->memsz, PAGE_SIZE) - base;
	int err = aspace_place(as, base, len, s->prot, REGION_IMAGE);

	return err != 0 ? err : load_bytes(c, as, s->va, s->off, s->filesz);
}

/* Writes a table of n pointers and NULL at *sp. They point to the strings that begin at
 * *str in the new stack and at *s here. All three are moved on. */
static int
put_pointers(Aspace *as, vaddr_t *sp, uint n, const char **s, vaddr_t *str)
{
	for (uint i = 0; i <= n; i++) {
		uint64_t v = i < n ? *str : 0;
		int err = aspace_write(as, *sp, &v, sizeof v);

		if (err != 0)
			return err;
		*sp += sizeof v;
		if (i < n) {
			*str += strlen(*s) + 1;
			*s += strlen(*s) + 1;
		}
	}
	return 0;
}

/* Maps the stack and the guard page below it, and puts the arguments at its top. *sp is
 * where the program finds them. */
static int
build_stack(Aspace *as, const ExecArgs *a, vaddr_t *sp)
{
	vaddr_t str = rounddown(LAYOUT_TOP - a->n, 16), p;
	uint64_t argc = a->argc;
	const char *s = a->buf;
	int err;

	err = aspace_place(as, LAYOUT_TOP - LAYOUT_STACK, LAYOUT_STACK,
		SPROT_READ | SPROT_WRITE, REGION_STACK);
	if (err == 0)
		err = aspace_place(as, LAYOUT_TOP - LAYOUT_STACK - PAGE_SIZE, PAGE_SIZE,
			0, REGION_GUARD);
	if (err == 0)
		err = aspace_write(as, str, a->buf, a->n);
	*sp = p = rounddown(str - (a->argc + a->envc + 3) * 8, 16);
	if (err == 0)
		err = aspace_write(as, p, &argc, sizeof argc);
	p += sizeof argc;
	if (err == 0)
		err = put_pointers(as, &p, a->argc, &s, &str);
	if (err == 0)
		err = put_pointers(as, &p, a->envc, &s, &str);
	return err;
}

/* Loads the program in c, and a stack, into the empty address space as. After an error a
 * part may be there, and the caller frees as. */
static int
program_load(Chan *c, const ExecArgs *args, Aspace *as, vaddr_t *entry, vaddr_t *sp)
{
	char *head = kalloc(ELF_HEADER);
	const char *why;
	ElfPlan plan;
	Stat st;
	long n;
	int err;

	if (head == NULL)
		return fail(-ENOMEM, "out of memory");
	if ((err = chan_stat(c, &st)) == 0 && (n = chan_read(c, head, ELF_HEADER, 0)) < 0)
		err = n;
	if (err == 0 && (why = elf_plan(head, n, st.length, &plan)) != NULL)
		err = fail(-ENOEXEC, "%s", why);
	kfree(head);
	for (uint i = 0; err == 0 && i < plan.n; i++)
		err = load_segment(c, as, &plan.seg[i]);
	if (err == 0)
		*entry = plan.entry;
	return err != 0 ? err : build_stack(as, args, sp);
}

int
exec_load(Chan *c, const ExecArgs *args, Aspace **out, vaddr_t *entry, vaddr_t *sp)
{
	Aspace *as = aspace_new();
	int err;

	if (as == NULL)
		return fail(-ENOMEM, "out of memory");
	if ((err = program_load(c, args, as, entry, sp)) != 0) {
		aspace_put(as);
		return err;
	}
	*out = as;
	return 0;
}
