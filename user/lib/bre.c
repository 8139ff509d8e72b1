/*
 * Matching (bre.h) straight from the text of the expression: an item is a character, a
 * dot or a set; a star behind it tries the longest run first. Pure.
 */
#include "user/lib/bre.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool match_here(const char *re, const char *s, bool fold);

/* Behind the set that begins at re ('['); NULL when it never ends. */
static const char *
set_end(const char *re)
{
	re++;
	re += *re == '^';
	re += *re == ']';
	re = strchr(re, ']');
	return re ? re + 1 : NULL;
}

/* Behind the item at re. */
static const char *
item_end(const char *re)
{
	const char *end = *re == '[' ? set_end(re) : NULL;

	if (end != NULL)
		return end;
	return re + (*re == '\\' && re[1] != '\0' ? 2 : 1);
}

static bool
in_set(const char *re, const char *end, unsigned char c)
{
	bool not = *re == '^', in = false;

	for (re += not ; re < end; re++) {
		unsigned char lo = (unsigned char)*re, hi = lo;

		if (re + 2 < end && re[1] == '-') {
			hi = (unsigned char)re[2];
			re += 2;
		}
		in |= c >= lo && c <= hi;
	}
	return in != not ;
}

/* Does the item at re, which ends at end, match the character c? */
static bool
match_item(const char *re, const char *end, unsigned char c, bool fold)
{
	if (c == '\0')
		return false;
	if (*re == '.')
		return true;
	if (*re == '[' && end - re > 1)
		return in_set(re + 1, end - 1, c) ||
			(fold &&
				(in_set(re + 1, end - 1, (unsigned char)tolower(c)) ||
					in_set(re + 1, end - 1,
						(unsigned char)toupper(c))));
	if (end - re == 2)
		re++;
	if (fold)
		return tolower((unsigned char)*re) == tolower(c);
	return (unsigned char)*re == c;
}

static bool
match_star(const char *item, const char *end, const char *s, bool fold)
{
	size_t n = 0;

	while (match_item(item, end, (unsigned char)s[n], fold))
		n++;
	do
		if (match_here(end + 1, s + n, fold))
			return true;
	while (n-- > 0);
	return false;
}

static bool
match_here(const char *re, const char *s, bool fold)
{
	for (const char *end; *re != '\0'; re = end, s++) {
		if (re[0] == '$' && re[1] == '\0')
			return *s == '\0';
		end = item_end(re);
		if (*end == '*')
			return match_star(re, end, s, fold);
		if (!match_item(re, end, (unsigned char)*s, fold))
			return false;
	}
	return true;
}

bool
bre_search(const char *re, const char *s, bool fold)
{
	if (*re == '^')
		return match_here(re + 1, s, fold);
	do
		if (match_here(re, s, fold))
			return true;
	while (*s++ != '\0');
	return false;
}

const char *
bre_check(const char *re)
{
	for (; *re != '\0'; re = item_end(re)) {
		if (*re == '[' && set_end(re) == NULL)
			return "[ without ]";
		if (*re == '\\' && re[1] == '\0')
			return "\\ at the end";
	}
	return NULL;
}
