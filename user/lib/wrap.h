/* Text of the manual, filled to the width of a screen. Pure but for what it prints. */
#pragma once

#include <stdio.h>

/* The width of the screen, from the variable COLUMNS, else 80; its height, from LINES,
 * else 24. The console cannot be asked. */
int screen_width(void);
int screen_height(void);

/* How many columns s, of n bytes, takes: UTF-8, and tabs to every eighth. */
int text_columns(const char *s, size_t n);

/*
 * Prints a page to out with its paragraphs filled to `width` columns. A list item, which
 * begins with `- ` or `1. `, is filled with its later lines indented. Headings, tables,
 * and lines that begin with a tab are printed as they are.
 */
void wrap_page(const char *text, int width, FILE *out);
