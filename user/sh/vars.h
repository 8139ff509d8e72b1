/* Variables, the environment, and $1 $2 ... Pure but for the heap. */
#pragma once

#include <stdbool.h>

/* NULL when unset. Names only: $? and its like are expand.c's. */
const char *var_get(const char *name);
void var_set(const char *name, const char *value);
void var_unset(const char *name);
void var_export(const char *name);
void var_each(void (*fn)(const char *name, const char *value, bool exported));
void var_import(char **env);
/* NAME=value of every exported one; good until the next change. */
char **var_env(void);

/* The positional parameters; arg0 is $0. */
typedef struct Params {
	const char *arg0;
	char **arg;
	int n;
} Params;
extern Params params;

/* What $? $! $$ show. */
extern int last_status, last_back, shell_pid;
