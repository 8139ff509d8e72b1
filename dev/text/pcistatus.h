/* What #pci/B:D.F/status shows. */
#pragma once

#include "dev/pci/pci.h"
#include "kern/text.h"

void pci_status(const PciFn *f, Text *t);
