/* What #vtd/walk takes and shows. user/man/vtd.md has the words. */
#pragma once

#include "dev/vtd/inspect.h"
#include "kern/cmd.h"
#include "kern/text.h"

typedef struct WalkQuery {
	bdf_t bdf;
	WalkAsk ask; /* but for the source id */
} WalkQuery;

/* Reads B:D.F ADDRESS r|w [manual|qemu]. -EINVAL: it says which word is wrong, and q is
 * of no use. */
int walk_parse(const Cmd *c, WalkQuery *q);
/* Writes the question and the way that o reports. unit: the index of the unit that was
 * asked. on: it translates now. */
void walk_text(Text *t, const WalkQuery *q, uint unit, bool on, const WalkReport *o);
