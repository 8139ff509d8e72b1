/* The words of #iommu's control files (COMPAT.md sections 2 and 3), as values. Pure: each
 * returns 0, or a code with one sentence stored. */
#pragma once

#include "dev/assign.h"
#include "kern/cmd.h"

/* B:D.F PID [shared|private|guest] [ro] [fault=log|stop|kill] */
int attach_parse(const Cmd *c, AttachArgs *a);
int detach_parse(const Cmd *c, bdf_t *b, int *pid); /* B:D.F [PID]; pid -1: not given */
int power_parse(const Cmd *c, bool *on);            /* enable|disable|on|off */
