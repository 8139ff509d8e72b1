/* Boot parameters that are lists of devices, like kernel=0:3.0,0:5.0. */
#pragma once

#include "kern/types.h"

/* The i-th device that boot parameter `param` names goes to *b. False: there are
 * fewer. */
bool devparam_at(const char *param, uint i, bdf_t *b);
bool devparam_names(const char *param, bdf_t b);
/* Prints a line for each word of the list that is no device. */
void devparam_judge(const char *param);
