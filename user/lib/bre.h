/* Basic regular expressions: . [a-z] [^a-z] * ^ $ and \ before what is to be itself. */
#pragma once

#include <stdbool.h>

/* Does the expression match somewhere in s? */
bool bre_search(const char *re, const char *s, bool fold);
/* NULL, or what is wrong with it. */
const char *bre_check(const char *re);
