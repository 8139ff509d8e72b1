/* Pages that tell whether anybody wrote where nobody may. */
#pragma once

#include "kern/types.h"

void canary_init(void); /* once, at boot; without memory there are fewer such pages */
/* The address of the first word that is not as it was; 0: all are. */
paddr_t canary_check(void);
