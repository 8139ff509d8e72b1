/* Loading a program into a fresh address space. */
#pragma once

#include "kern/aspace.h"

/* Arguments and environment, copied into one block of kernel memory. */
typedef struct ExecArgs {
	char *buf; /* strings, each terminated, arguments first; kalloc'ed */
	size_t n;
	uint argc, envc;
} ExecArgs;

#define EXEC_ARGMAX (32 * 1024)

/* Build an address space that runs the program in open file c. On success *out, entry and
 * stack pointer; argc in rdi, argv in rsi, envp in rdx. */
int exec_load(Chan *c, const ExecArgs *args, Aspace **out, vaddr_t *entry, vaddr_t *sp);
