/* Addresses of PCI, kept out of every process. */
#pragma once

/* Once, after pci_scan and before the first process. */
void pci_keep_out(void);
