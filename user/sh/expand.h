/*
 * From words as typed to the words a command gets: $ and ` replaced, unquoted results
 * split, patterns turned into file names, quotes removed.
 */
#pragma once

#include "user/sh/mem.h"

/* Whole lists, with splitting and patterns. -1: *why says what is wrong. */
int expand_words(Arena *a, char *const *raw, int n, char ***out, const char **why);
/* One word that stays one word: assignments, redirections. NULL: *why. */
char *expand_word(Arena *a, const char *raw, const char **why);
/* The same for glob_match: what was quoted stands for itself. */
char *expand_pattern(Arena *a, const char *raw, const char **why);
/* The text of a here document. */
char *expand_here(Arena *a, const char *text, const char **why);

/* The output of commands, trailing newlines removed; run.c's (tests bring their own). */
void command_output(const char *commands, Buf *out);
