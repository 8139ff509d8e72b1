/* #vtd/trace: an event of dev/vtd as a line. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/text.h"

void trace_line(Text *t, uint64_t number, const VtdEvent *e);
