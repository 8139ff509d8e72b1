/*
 * Boot parameters: the words of the kernel command line, `name=value` or `name` alone.
 * One that is not known, or whose value is not, is reported on the console and otherwise
 * has no effect; user/man/boot.md describes each. Given twice, the last one counts.
 */
#pragma once

#include "kern/types.h"

#define PARAM_MAX    32
#define PARAM_MAXLEN 512

typedef struct Param {
	const char *name;
	const char *value; /* "" for a word alone */
} Param;

typedef struct Params {
	char buf[PARAM_MAXLEN];
	Param p[PARAM_MAX];
	uint n;
	bool cut; /* the line had more than fits */
} Params;

/* These four are pure. */
void params_parse(Params *ps, const char *line); /* splits a copy of the line */
/* What is wrong with a parameter, as a sentence in buf (n bytes), or NULL. */
const char *params_wrong(const Param *p, char *buf, size_t n);
/* Which later parameter takes the place of the i-th, as a sentence in buf, or NULL. */
const char *params_again(const Params *ps, uint i, char *buf, size_t n);
const char *params_get(const Params *ps, const char *name); /* the value, or NULL */

/* The kernel's own parameters. To be called once, before anybody asks. */
void param_init(const char *cmdline);
const char *param_get(const char *name);            /* NULL: not given, or not valid */
bool param_is(const char *name, const char *value); /* it was given with this value */
