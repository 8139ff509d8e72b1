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

/* Splits the n bytes at s into c, which keeps a copy of them. A blank line is no error
 * and has c->n == 0. -E2BIG: it is too long or has too many words. -EINVAL: it contains
 * NUL, another control character, or a second line. After an error c is of no use. */
int cmd_parse(Cmd *c, const char *s, size_t n);
/* The index of s among n words; -1: it is none of them. */
int cmd_word(const char *const *words, uint n, const char *s);
/* Copies the next item of a list "a,b,c" into word, which has n bytes, and moves *list
 * behind it. False: there is no more. An item that does not fit ends in "...", so that it
 * equals nothing that is known. */
bool cmd_item(const char **list, char *word, size_t n);
/* The whole word as a number, decimal or with 0x in front hexadecimal. -EINVAL: it is not
 * a number to its last letter. -ERANGE: it is too large, or outside min and max. After an
 * error *out is as before. */
int cmd_u64(const char *s, uint64_t *out);
int cmd_int(const char *s, int min, int max, int *out);
/* The whole word as a device: [SSSS:]BB:DD.F in hexadecimal, with ':' or '/' allowed in
 * place of '.', as user/man/iommu.md has it. -EINVAL and -ERANGE as above. */
int cmd_bdf(const char *s, bdf_t *out);
/* The spelling that the kernel prints, "0:3.0", or "1:0:3.0" if the segment is not 0, in
 * buf of n bytes, at least 16. Returns buf. */
char *bdf_print(bdf_t b, char *buf, size_t n);
