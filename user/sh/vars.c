/* Variables (vars.h): a short list, searched in order; shells have few. */
#include "user/sh/vars.h"

#include <stdlib.h>
#include <string.h>

#include "user/sh/mem.h"

typedef struct Var Var;
struct Var {
	Var *next;
	char *name;
	char *value; /* NULL: exported before it was set */
	bool exported;
};

static Var *vars;
static char **env;

Params params = { "sh", NULL, 0 };
int last_status, last_back, shell_pid;

static Var *
find(const char *name)
{
	Var *v;

	for (v = vars; v != NULL && strcmp(v->name, name) != 0; v = v->next)
		;
	return v;
}

static Var *
find_or_make(const char *name)
{
	Var *v = find(name);

	if (v != NULL)
		return v;
	v = mem_alloc(sizeof *v);
	v->name = mem_str(name);
	v->next = vars;
	return vars = v;
}

const char *
var_get(const char *name)
{
	const Var *v = find(name);

	return v ? v->value : NULL;
}

void
var_set(const char *name, const char *value)
{
	Var *v = find_or_make(name);
	char *copy = mem_str(value);

	free(v->value);
	v->value = copy;
}

void
var_unset(const char *name)
{
	for (Var **at = &vars; *at != NULL; at = &(*at)->next) {
		Var *v = *at;

		if (strcmp(v->name, name) != 0)
			continue;
		*at = v->next;
		free(v->name);
		free(v->value);
		free(v);
		return;
	}
}

void
var_export(const char *name)
{
	find_or_make(name)->exported = true;
}

void
var_each(void (*fn)(const char *name, const char *value, bool exported))
{
	for (const Var *v = vars; v != NULL; v = v->next)
		if (v->value != NULL)
			fn(v->name, v->value, v->exported);
}

void
var_import(char **from)
{
	for (; from != NULL && *from != NULL; from++) {
		char *eq = strchr(*from, '=');
		char *name;

		if (eq == NULL || eq == *from)
			continue;
		name = mem_str(*from);
		name[eq - *from] = '\0';
		var_set(name, eq + 1);
		var_export(name);
		free(name);
	}
}

char **
var_env(void)
{
	size_t n = 0;
	Buf b = { 0 };

	for (char **e = env; e != NULL && *e != NULL; e++)
		free(*e);
	for (const Var *v = vars; v != NULL; v = v->next)
		n++;
	env = mem_grow(env, (n + 1) * sizeof *env);
	n = 0;
	for (const Var *v = vars; v != NULL; v = v->next) {
		if (!v->exported || v->value == NULL)
			continue;
		b.n = 0;
		buf_puts(&b, v->name);
		buf_putc(&b, '=');
		buf_puts(&b, v->value);
		env[n++] = mem_str(b.s);
	}
	env[n] = NULL;
	buf_free(&b);
	return env;
}
