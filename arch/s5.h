/* The one thing we want from AML: which values switch the machine off. Pure. */
#pragma once

#include "kern/types.h"

/* Find the package \_S5 in a DSDT of len bytes; the sleep types for PM1a and PM1b. */
bool s5_find(const uint8_t *dsdt, size_t len, uint8_t *a, uint8_t *b);
