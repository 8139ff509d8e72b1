/* The devices of the kernel; one that measures itself has one more
 * (tests/bench/kbench.c). */

#include "dev/devtab.h"

Dev *const devtab[] = { DEVICES, NULL };
