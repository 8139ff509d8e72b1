/* What #vtd/dmar shows. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/text.h"

/* One line for the header, each structure, scope and warning, and the verdict. */
void dmar_text(Text *t, const Dmar *d);
