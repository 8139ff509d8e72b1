/* What the class codes mean, in a few words (PCI Code and ID Assignment 1.11). Pure. */
#include "dev/pci/pci.h"

#define ANY 0xff

typedef struct ClassName {
	uint8_t cls, subclass;
	const char *name;
} ClassName;

/* The first match counts: particular subclasses before the class as a whole. */
static const ClassName classes[] = {
	{ 0x00, 0x01, "VGA compatible device" },
	{ 0x00, ANY, "unclassified device" },
	{ 0x01, 0x00, "SCSI controller" },
	{ 0x01, 0x01, "IDE controller" },
	{ 0x01, 0x04, "RAID controller" },
	{ 0x01, 0x06, "SATA controller" },
	{ 0x01, 0x07, "SAS controller" },
	{ 0x01, 0x08, "non-volatile memory controller" },
	{ 0x01, ANY, "mass storage controller" },
	{ 0x02, 0x00, "Ethernet controller" },
	{ 0x02, ANY, "network controller" },
	{ 0x03, 0x00, "VGA compatible controller" },
	{ 0x03, ANY, "display controller" },
	{ 0x04, 0x01, "audio device" },
	{ 0x04, 0x03, "audio device" },
	{ 0x04, ANY, "multimedia controller" },
	{ 0x05, ANY, "memory controller" },
	{ 0x06, 0x00, "host bridge" },
	{ 0x06, 0x01, "ISA bridge" },
	{ 0x06, 0x04, "PCI bridge" },
	{ 0x06, 0x07, "CardBus bridge" },
	{ 0x06, 0x09, "PCI bridge, semi-transparent" },
	{ 0x06, ANY, "bridge" },
	{ 0x07, 0x00, "serial controller" },
	{ 0x07, 0x01, "parallel controller" },
	{ 0x07, ANY, "communication controller" },
	{ 0x08, 0x00, "interrupt controller" },
	{ 0x08, 0x01, "DMA controller" },
	{ 0x08, 0x05, "SD host controller" },
	{ 0x08, 0x06, "IOMMU" },
	{ 0x08, ANY, "system peripheral" },
	{ 0x09, ANY, "input device" },
	{ 0x0a, ANY, "docking station" },
	{ 0x0b, ANY, "processor" },
	{ 0x0c, 0x00, "FireWire controller" },
	{ 0x0c, 0x03, "USB controller" },
	{ 0x0c, 0x05, "SMBus controller" },
	{ 0x0c, ANY, "serial bus controller" },
	{ 0x0d, ANY, "wireless controller" },
	{ 0x0e, ANY, "intelligent controller" },
	{ 0x0f, ANY, "satellite controller" },
	{ 0x10, ANY, "encryption controller" },
	{ 0x11, ANY, "signal processing controller" },
	{ 0x12, ANY, "processing accelerator" },
	{ 0x13, ANY, "instrumentation" },
	{ 0xff, ANY, "device of no defined class" },
};

const char *
pci_class_name(uint8_t cls, uint8_t subclass)
{
	for (uint i = 0; i < nelem(classes); i++)
		if (classes[i].cls == cls &&
			(classes[i].subclass == subclass || classes[i].subclass == ANY))
			return classes[i].name;
	return "device of unknown class";
}
