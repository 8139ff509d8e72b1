/*
 * How the machine is switched off. With the boot parameter debug-exit the emulator exits
 * with a status (its isa-debug-exit device at port 0xf4). Otherwise ACPI's soft-off is
 * tried, and when that does not work either, a reset, because a machine that neither runs
 * nor stops helps nobody. What soft-off needs is read from the tables at boot, because by
 * the time it is wanted nothing else may work. Locks: none; interrupts are off, or only
 * one CPU runs.
 */
#include "arch/poweroff.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/io.h"
#include "arch/s5.h"
#include "kern/log.h"
#include "kern/param.h"

#define DEBUG_EXIT 0xf4
#define SLP_EN     (1u << 13)
#define SLP_TYP(v) ((uint32_t)(v) << 10)
#define SCI_EN     1

static Fadt fadt;
static bool have_s5;
static uint8_t s5a, s5b;

void
acpi_power_init(void)
{
	const uint8_t *dsdt;
	size_t len;

	if (!acpi_fadt(&fadt) || fadt.pm1a_cnt == 0)
		return;
	dsdt = acpi_at(fadt.dsdt, &len);
	have_s5 = dsdt != NULL && s5_find(dsdt, len, &s5a, &s5b);
}

/* Waits long enough for a machine to go off. Each read of the port takes a
 * microsecond. */
static void
power_linger(void)
{
	for (uint i = 0; i < 300000; i++)
		inb(0x80);
}

static void
soft_off(void)
{
	if (!have_s5)
		return;
	if (fadt.smi_cmd != 0 && !(inw(fadt.pm1a_cnt) & SCI_EN)) {
		outb(fadt.smi_cmd, fadt.acpi_enable);
		for (uint i = 0; i < 100000 && !(inw(fadt.pm1a_cnt) & SCI_EN); i++)
			arch_relax();
	}
	outw(fadt.pm1a_cnt, SLP_TYP(s5a) | SLP_EN);
	if (fadt.pm1b_cnt != 0)
		outw(fadt.pm1b_cnt, SLP_TYP(s5b) | SLP_EN);
	power_linger();
}

void
arch_poweroff(int status)
{
	irq_disable();
	if (param_get("debug-exit") != NULL) {
		outl(DEBUG_EXIT, status);
		power_linger();
	}
	soft_off();
	kprint("power off: the machine does not know how; resetting\n");
	arch_reboot();
}

void
arch_reboot(void)
{
	irq_disable();
	if (fadt.reset_is_port) {
		outb(fadt.reset_port, fadt.reset_value);
		power_linger();
	}
	outb(0xcf9, 0x06); /* chipset reset control: full */
	power_linger();
	outb(0x64, 0xfe); /* keyboard controller: pulse the reset line */
	power_linger();
	arch_halt();
}

void
arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void
arch_die(void)
{
	if (param_get("debug-exit") != NULL)
		outl(DEBUG_EXIT, PANIC_STATUS);
	arch_halt();
}

void
arch_stop_others(void)
{
	apic_nmi_others();
}
