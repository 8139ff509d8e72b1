/* What #vtd/walk takes and shows. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/cmd.h"
#include "kern/text.h"

typedef struct WalkQuery {
	bdf_t bdf;
	WalkAsk ask; /* but for the source id */
} WalkQuery;

int walk_parse(const Cmd *c, WalkQuery *q); /* says why not */

/* `unit`, and whether it translates at all. */
void walk_text(Text *t, const WalkQuery *q, uint unit, bool on, const WalkReport *o);
