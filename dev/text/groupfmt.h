/* What #vtd/groups shows. */
#pragma once

#include "kern/text.h"

/* Writes every isolation group with its members and what makes it one, a line each. */
void groups_text(Text *t);
