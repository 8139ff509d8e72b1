/* The one thing that is wanted from AML: the values that switch the machine off. Pure. */
#pragma once

#include "kern/types.h"

/* Finds the package \_S5 in a DSDT of len bytes. *a and *b are its sleep types for PM1a
 * and PM1b. Returns false when there is none. */
bool s5_find(const uint8_t *dsdt, size_t len, uint8_t *a, uint8_t *b);
