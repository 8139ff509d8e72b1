/* Labels in the assembly files, for C to point at. */
#pragma once

#include "kern/types.h"

#define STUB_SIZE 32
extern const char trap_stubs[]; /* 256 of STUB_SIZE bytes: entry.S */
void syscall_entry(void);
void segments_load(void); /* kernel selectors into every segment register */
void kstack_start(void);  /* where a prepared stack begins: switch.S */

extern const char tramp_start[], tramp_end[]; /* tramp.S */

/* What kernel.ld defines. */
extern const char image_start[], image_text[], image_text_end[];
extern const char image_rodata[], image_data[], image_end[];
extern const char boot_stack_guard[], boot_stack_top[];
typedef struct Fixup {
	uint64_t at, go; /* a fault at `at` continues at `go` */
} Fixup;
extern const Fixup extable[], extable_end[];

/* What boot.S leaves. */
extern const uint64_t boot_tsc;
extern const uint32_t boot_info, boot_magic;

/* Reads 8 bytes that may not be there (copy.S). -EFAULT: they are not. */
int peek(uint64_t addr, uint64_t *out);
