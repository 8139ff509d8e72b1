/*
 * What an ELF64 program wants mapped, checked once at the edge (hostile input). Pure.
 */
#pragma once

#include "kern/types.h"

#define ELF_MAXSEG 8
#define ELF_HEADER                                                                       \
	1024 /* bytes of the file elf_plan wants to see: headers must be in them */

typedef struct ElfSegment {
	vaddr_t va;      /* first byte, any alignment */
	uint64_t memsz;  /* bytes in memory; no two segments share a page */
	uint64_t filesz; /* bytes from the file, the rest is zero */
	uint64_t off;    /* where in the file; off + filesz is within it */
	int prot;        /* SPROT_* */
} ElfSegment;

typedef struct ElfPlan {
	vaddr_t entry;
	uint n;
	ElfSegment seg[ELF_MAXSEG];
} ElfPlan;

/* head holds the first n bytes of a file of `size` bytes. NULL, or what is wrong with
 * it. */
const char *elf_plan(const void *head, size_t n, uint64_t size, ElfPlan *out);
