/* The words of #iommu's control files (COMPAT.md sections 2 and 3), as values. Pure: each
 * returns 0, or a code with one sentence stored. */
#pragma once

#include "dev/assign/assign.h"
#include "kern/cmd.h"

typedef struct DetachArgs {
	bdf_t bdf;
	bool group;
	int pid; /* -1: not given */
} DetachArgs;

/* [-g] B:D.F PID [shared|private|guest] [ro] [fault=log|stop|kill] */
int attach_parse(const Cmd *c, AttachArgs *a);
int detach_parse(const Cmd *c, DetachArgs *a); /* [-g] B:D.F [PID] */
int power_parse(const Cmd *c, bool *on);       /* enable|disable|on|off */
