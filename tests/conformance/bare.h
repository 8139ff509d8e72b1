/*
 * A machine without a kernel: console, configuration space, memory, and edu as the source
 * of DMA. The first 4 GiB are where they are (arch/boot.S), so an address is a pointer.
 * RAM is taken from 16 MiB upward and never given back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void end(void) __attribute__((noreturn)); /* QEMU ends */

uint32_t cfg_read(uint16_t sid, uint32_t off);
void cfg_write(uint16_t sid, uint32_t off, uint32_t v);

uint64_t *page_new(void); /* 4 KiB of zeros */

/* Has this interrupt arrived? They are never taken. */
bool apic_pending(uint8_t vector);

/* An edu behind a BAR that firmware has placed. */
typedef struct Edu {
	uint16_t sid; /* where it is in configuration space */
	volatile uint8_t *bar;
} Edu;

bool edu_find(Edu *e, uint32_t n); /* the n'th; false: there is none */
void edu_master(const Edu *e, bool on);
/* Its MSI capability with this address and data, used once. */
void edu_msi(const Edu *e, uint32_t addr, uint32_t data);
/* `len` bytes between its buffer, from `off` on, and memory; returns when done. */
void edu_dma(const Edu *e, uint64_t addr, uint32_t off, uint32_t len, bool to_memory);
