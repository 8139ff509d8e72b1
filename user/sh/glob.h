/* File name patterns: * ? [a-z] [!a-z], and \ before a character that is only itself. */
#pragma once

#include <stdbool.h>

#include "user/sh/mem.h"

bool glob_match(const char *pattern, const char *s);
bool glob_magic(const char *pattern); /* does it hold an unescaped * ? or [ */
/* The files that match, sorted, in a; how many. A leading dot must be written out. */
int glob_files(Arena *a, const char *pattern, char ***out);
