/* What #vtd/groups shows. */
#pragma once

#include "kern/text.h"

/* Every isolation group with its members and what makes it one. */
void groups_text(Text *t);
