/* What #vtd/trace shows. user/man/vtd.md has the words. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/text.h"

/* Writes one event of dev/vtd as a line. number: how many came before it since boot. */
void trace_line(Text *t, uint64_t number, const VtdEvent *e);
