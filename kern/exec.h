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

/* Builds an address space that runs the program in the open file c, which and args stay
 * the caller's. *out gets it with one reference, *entry and *sp where the program begins;
 * it wants argc in rdi, argv in rsi and envp in rdx. An error leaves a sentence, and
 * nothing to free. */
int exec_load(Chan *c, const ExecArgs *args, Aspace **out, vaddr_t *entry, vaddr_t *sp);
