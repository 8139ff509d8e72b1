/* Windows of PCI, kept out of every process (kern/layout.h). */
#pragma once

void pci_keep_out(void); /* after pci_scan */
