/* The table of devices. The kernel that measures itself has a table of its own, with one
 * more (tests/bench/kbench.c). */

#include "dev/devtab.h"

Dev *const devtab[] = { DEVICES, NULL };
