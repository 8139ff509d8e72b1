/* $((...)): C's integer expressions over 64 bits, with the shell's variables. */
#pragma once

/* NULL, or what is wrong. */
const char *arith(const char *text, long long *out);
