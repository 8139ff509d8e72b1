/*
 * The words written to the control files of #iommu, as values. user/man/iommu.md has
 * their meaning. Each call returns 0, or -EINVAL and says which word is wrong and what it
 * should be. Then the value is of no use.
 */
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
