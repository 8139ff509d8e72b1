/* What #vtd/dmar shows. user/man/vtd.md has the words. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/text.h"

/* Writes a line for the header, for each structure, scope and warning, and for the
 * verdict. d may be a table that was refused. */
void dmar_text(Text *t, const Dmar *d);
