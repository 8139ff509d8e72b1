/*
 * One command as written to a control file: words separated by blanks, one command per
 * write, at most one newline, at the end. Pure: text in, fields or a code out.
 */
#pragma once

#include "kern/types.h"

#define CMD_MAXFIELD 16
#define CMD_MAXLEN   256

typedef struct Cmd {
	char buf[CMD_MAXLEN];
	char *f[CMD_MAXFIELD];
	int n;
} Cmd;

/* Split. -E2BIG: too long or too many words; -EINVAL: NUL, a control character, or a
 * second line; 0 with n == 0 for a blank one. */
int cmd_parse(Cmd *c, const char *s, size_t n);
/* Which of n words s is; -1: none of them. */
int cmd_word(const char *const *words, uint n, const char *s);
/* The next item of "a,b,c" into word, and *list behind it; false: no more. What does not
 * fit into n bytes ends in "...", which is part of nothing that is known. */
bool cmd_item(const char **list, char *word, size_t n);
/* Strict numbers: the whole word, in range, or -EINVAL / -ERANGE. Decimal, or 0x hex. */
int cmd_u64(const char *s, uint64_t *out);
int cmd_int(const char *s, int min, int max, int *out);
/* A device: hexadecimal [SSSS:]BB:DD.F, with ':' '.' or '/' before F (COMPAT 2). */
int cmd_bdf(const char *s, bdf_t *out);
/* The canonical spelling, "0:3.0" ("1:0:3.0" when the segment is not 0); n >= 16. */
char *bdf_print(bdf_t b, char *buf, size_t n);
