/* What a program without a kernel under it needs. bare.h has the contracts. */
#include "tests/conformance/bare.h"

#include <stdarg.h>

#include "arch/io.h"
#include "kern/fmt.h"

#define COM1       0x3f8
#define EDU_ID     0x11e81234u
#define EDU_BUFFER 0x40000
#define APIC       0xfee00000ull
#define PATIENCE   200000000u

static uint64_t next_page = 16 << 20;

void
say(const char *fmt, ...)
{
	char s[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprint(s, sizeof s, fmt, ap);
	va_end(ap);
	for (const char *p = s; *p; p++) {
		while (!(inb(COM1 + 5) & 0x20))
			;
		outb(COM1, (uint8_t)*p);
	}
}

void
end(void)
{
	outl(0xf4, 0); /* isa-debug-exit: status 1 */
	for (;;)
		__asm__ volatile("hlt");
}

uint64_t *
page_new(void)
{
	uint64_t *p = (uint64_t *)next_page;

	next_page += 4096;
	for (int i = 0; i < 512; i++)
		p[i] = 0;
	return p;
}

bool
apic_pending(uint8_t vector)
{
	*(volatile uint32_t *)(APIC + 0xf0) = 0x1ff; /* on */
	return *(volatile uint32_t *)(APIC + 0x200 + vector / 32 * 16) >> vector % 32 & 1;
}

uint32_t
cfg_read(uint16_t sid, uint32_t off)
{
	outl(0xcf8, 0x80000000u | (uint32_t)sid << 8 | (off & 0xfc));
	return inl(0xcfc);
}

void
cfg_write(uint16_t sid, uint32_t off, uint32_t v)
{
	outl(0xcf8, 0x80000000u | (uint32_t)sid << 8 | (off & 0xfc));
	outl(0xcfc, v);
}

bool
edu_find(Edu *e, uint32_t n)
{
	for (uint32_t sid = 0; sid < 0x1000; sid += 8) {
		if (cfg_read((uint16_t)sid, 0) != EDU_ID || n-- > 0)
			continue;
		e->sid = (uint16_t)sid;
		e->bar = (volatile uint8_t *)(uint64_t)(cfg_read(e->sid, 0x10) & ~0xfu);
		edu_master(e, true);
		return true;
	}
	return false;
}

void
edu_master(const Edu *e, bool on)
{
	cfg_write(e->sid, 4, (cfg_read(e->sid, 4) & 0xfff8) | 2 | (on ? 4 : 0));
}

static void
put(const Edu *e, uint32_t off, uint64_t v)
{
	*(volatile uint64_t *)(e->bar + off) = v;
}

void
edu_dma(const Edu *e, uint64_t addr, uint32_t off, uint32_t len, bool to_memory)
{
	put(e, 0x80, to_memory ? EDU_BUFFER + off : addr);
	put(e, 0x88, to_memory ? addr : EDU_BUFFER + off);
	put(e, 0x90, len);
	put(e, 0x98, to_memory ? 3 : 1);
	for (uint32_t i = 0; *(volatile uint64_t *)(e->bar + 0x98) & 1 && i < PATIENCE;
		i++)
		;
}

void
edu_msi(const Edu *e, uint32_t addr, uint32_t data)
{
	uint32_t at = cfg_read(e->sid, 0x34) & 0xfc;

	while (at && (cfg_read(e->sid, at) & 0xff) != 5)
		at = cfg_read(e->sid, at) >> 8 & 0xfc;
	cfg_write(e->sid, at + 4, addr);
	cfg_write(e->sid, at + 8, 0);
	cfg_write(e->sid, at + 12, data);
	cfg_write(e->sid, at, cfg_read(e->sid, at) | 1 << 16);
	*(volatile uint32_t *)(e->bar + 0x60) = 1; /* raise */
	*(volatile uint32_t *)(e->bar + 0x64) = 1; /* acknowledge */
	cfg_write(e->sid, at, cfg_read(e->sid, at) & ~(1u << 16));
}
