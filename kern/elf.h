/*
 * What an ELF64 program wants mapped, checked once at the edge (hostile input). Pure.
 */
#pragma once

#include "kern/types.h"

#define ELF_MAXSEG 8
#define ELF_HEADER 1024 /* the headers must be in so many bytes of the file */

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

/* Makes a plan for a file of `size` bytes whose first n bytes are at head. Returns NULL,
 * or a constant text that says what is wrong with the file; *out is of no use then. */
const char *elf_plan(const void *head, size_t n, uint64_t size, ElfPlan *out);
