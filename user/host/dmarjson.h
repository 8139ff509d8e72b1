/* A DMAR table as one line of JSON. */
#pragma once

#include <stdio.h>

#include "dev/vtd/inspect.h"

/* Writes d, the table of this file, as one object and a newline. A table that was refused
 * is written as far as it was decoded, with the reason. */
void dmar_json(FILE *f, const char *file, const Dmar *d);
