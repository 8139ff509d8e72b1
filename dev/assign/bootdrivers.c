/*
 * Boot parameters for the kernel's own drivers: kernel gives devices to them, bounce and
 * iommu.ats say how those are used. What is wrong in these lists is reported here, except
 * for what keeps a device from using ATS (ats.c).
 * Locks: none; assign_attach takes its own.
 */

#include "dev/assign/assign.h"
#include "dev/assign/boot.h"
#include "dev/assign/devparam.h"
#include "kern/cmd.h"
#include "kern/log.h"

/* Reports the devices of boot parameter bounce that this machine does not have. */
static void
judge_bounce(void)
{
	char name[16];
	bdf_t b;

	for (uint i = 0; devparam_at("bounce", i, &b); i++)
		if (pci_find(b) == NULL)
			kprint("boot: bounce=%s: it is not there\n",
				bdf_print(b, name, sizeof name));
}

/* Gives the devices that boot parameter kernel names to their drivers, and says why one
 * cannot be given. Translation is still off: what is published here is in force when it
 * begins. Returns how many were given. */
static uint
attach_to_kernel(void)
{
	char name[16];
	uint n = 0;
	bdf_t b;

	for (uint i = 0; devparam_at("kernel", i, &b); i++) {
		if (assign_attach(&(AttachArgs){ .bdf = b, .pid = 0 }) == 0)
			n++;
		else
			kprint("boot: kernel=%s: %s\n", bdf_print(b, name, sizeof name),
				proc_self()->errstr);
	}
	return n;
}

uint
boot_drivers(void)
{
	devparam_judge("kernel");
	devparam_judge("bounce");
	devparam_judge("iommu.ats");
	judge_bounce();
	return attach_to_kernel();
}
