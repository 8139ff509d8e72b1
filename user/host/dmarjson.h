/* A DMAR table as one line of JSON. */
#pragma once

#include <stdio.h>

#include "dev/vtd/inspect.h"

/* One object and a newline. After -EINVAL from dmar_parse too: what there is, and why. */
void dmar_json(FILE *f, const char *file, const Dmar *d);
