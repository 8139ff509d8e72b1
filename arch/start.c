/*
 * From the first C function on the boot CPU to kmain, and then, when there are pages, the
 * machine's controllers. What is needed by the next comes first: a console for messages,
 * traps for reports, the loader's information, our own page tables. Locks: none; one CPU.
 */
#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/bootinfo.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/entry.h"
#include "arch/ioapic.h"
#include "arch/kmap.h"
#include "arch/memmap.h"
#include "arch/poweroff.h"
#include "arch/rtc.h"
#include "arch/smp.h"
#include "arch/start.h"
#include "arch/trap.h"
#include "arch/uart.h"
#include "kern/log.h"

#define BOOT_REACH (4ull << 30) /* what boot.S maps */
#define IST_SIZE   8192

BootInfo bootinfo;

static char boot_ist[NIST][IST_SIZE] __attribute__((aligned(16)));

static const void *
boot_at(paddr_t pa, size_t len)
{
	return pa < BOOT_REACH && len <= BOOT_REACH - pa ? arch_direct(pa) : NULL;
}

static void
boot_cpu_init(void)
{
	uint64_t ist[NIST];

	for (uint i = 0; i < NIST; i++)
		ist[i] = (uint64_t)boot_ist[i] + IST_SIZE;
	trap_init();
	cpu_init(&cpus[0], ist);
	cpus[0].online = true;
}

static void
read_bootinfo(void)
{
	paddr_t image = image_start - (char *)IMAGE_BASE;

	if (bootinfo_parse(&bootinfo, boot_magic, boot_info, boot_at) != 0)
		panic("the boot loader's information (magic %x) makes no sense",
			boot_magic);
	bootinfo.entry_tsc = boot_tsc;
	/* More than the direct map holds is left alone. */
	if (memmap_has_ram(&bootinfo, DIRECT_SIZE, ~0ull))
		memmap_add(&bootinfo, DIRECT_SIZE, ~0ull, MEM_RESERVED);
	memmap_take(&bootinfo, image, image_end - image_start);
	smp_reserve();
}

void
start(void)
{
	boot_cpu_init();
	uart_init();
	read_bootinfo();
	kmap_init();
	kmain();
}

void
arch_init(void)
{
	size_t len = 0;
	Madt m;
	const void *madt;

	acpi_init();
	madt = acpi_find("APIC", 0, &len);
	madt_parse(madt, madt != NULL ? len : 0, &m);
	if (madt == NULL)
		kprint("acpi: no MADT: one CPU, no legacy interrupts\n");
	legacy_off();
	if (apic_map() != 0)
		panic("no memory for the local APIC's window");
	apic_init();
	ioapic_init(&m);
	smp_init(&m);
	clock_init();
	clock_start();
	rtc_init();
	acpi_power_init();
}
