/*
 * Boot parameters. The table below has all that is known of them, with what may follow
 * each name. They are checked once, at boot, so that a typing error is seen on the
 * console and never silently means the default. Locks: none; const after param_init.
 */

#include "kern/param.h"
#include "kern/fmt.h"
#include "kern/log.h"
#include "kern/string.h"

typedef struct Known {
	const char *name;
	const char *values; /* "a|b|c", or NULL for any text but "", or "" for no value */
} Known;

static const Known known[] = {
	{ "init", NULL },
	{ "debug-exit", "" },
	{ "iommu", "on|first-use|off" },
	{ "iommu.inv", "queued|register" },
	{ "intremap", "on|off" },
	{ "iommu.check", "on|off" },
	{ "iommu.default", "blocked|passthrough" },
	{ "iommu.scalable", "on|off" },
	{ "iommu.unit", NULL },
	{ "kernel", NULL },
	{ "rmrr.relax", "" },
	{ "bounce", NULL },
	{ "iommu.ats", NULL },
	{ "igfx_off", "" },
};

static Params boot;

static const Known *
find_known(const char *name)
{
	for (uint i = 0; i < nelem(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}

/* Is v one of the words of "a|b|c"? */
static bool
one_of(const char *v, const char *values)
{
	size_t n = strlen(v);

	for (const char *s = values;; s++) {
		const char *end = strchr(s, '|');
		size_t len = end != NULL ? (size_t)(end - s) : strlen(s);

		if (len == n && memcmp(s, v, n) == 0)
			return true;
		if (end == NULL)
			return false;
		s = end;
	}
}

static bool
value_ok(const Known *k, const char *v)
{
	return k->values == NULL ? *v != 0 : one_of(v, k->values);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void
params_parse(Params *ps, const char *line)
{
	char *s = ps->buf;

	ps->n = 0;
	ps->cut = strcopy(ps->buf, line, sizeof ps->buf) >= sizeof ps->buf;
	for (;;) {
		char *eq;

		while (is_blank(*s))
			s++;
		if (*s == 0)
			return;
		if (ps->n == PARAM_MAX) {
			ps->cut = true;
			return;
		}
		ps->p[ps->n].name = s;
		while (*s != 0 && !is_blank(*s))
			s++;
		if (*s != 0)
			*s++ = 0;
		eq = strchr(ps->p[ps->n].name, '=');
		if (eq != NULL)
			*eq = 0;
		ps->p[ps->n].value = eq != NULL ? eq + 1 : "";
		ps->n++;
	}
}

const char *
params_wrong(const Param *p, char *buf, size_t n)
{
	const Known *k = find_known(p->name);

	if (k == NULL)
		snprint(buf, n, "unknown parameter %s: ignored", p->name);
	else if (!value_ok(k, p->value) && k->values == NULL)
		snprint(buf, n, "%s needs a value: ignored", p->name);
	else if (!value_ok(k, p->value) && *k->values == 0)
		snprint(buf, n, "%s takes no value: ignored", p->name);
	else if (!value_ok(k, p->value))
		snprint(buf, n, "%s=%s is not one of %s: ignored", p->name, p->value,
			k->values);
	else
		return NULL;
	return buf;
}

/* If it is given twice the last valid one counts. Whoever wrote two may have meant a
 * list. */
const char *
params_again(const Params *ps, uint i, char *buf, size_t n)
{
	const char *name = ps->p[i].name;
	uint last = ps->n - 1;

	while (last > i &&
		(strcmp(ps->p[last].name, name) != 0 ||
			params_wrong(&ps->p[last], buf, n) != NULL))
		last--;
	if (last == i || *ps->p[i].value == 0)
		return NULL;
	snprint(buf, n, "%s is given again: %s is ignored", name, ps->p[i].value);
	return buf;
}

const char *
params_get(const Params *ps, const char *name)
{
	const Known *k = find_known(name);
	const char *v = NULL;

	for (uint i = 0; i < ps->n; i++)
		if (strcmp(ps->p[i].name, name) == 0 &&
			(k == NULL || value_ok(k, ps->p[i].value)))
			v = ps->p[i].value;
	return v;
}

void
param_init(const char *cmdline)
{
	char why[160];

	params_parse(&boot, cmdline);
	for (uint i = 0; i < boot.n; i++)
		if (params_wrong(&boot.p[i], why, sizeof why) != NULL ||
			params_again(&boot, i, why, sizeof why) != NULL)
			kprint("boot: %s\n", why);
	if (boot.cut)
		kprint("boot: the command line is too long: its end is ignored\n");
}

const char *
param_get(const char *name)
{
	return params_get(&boot, name);
}

bool
param_is(const char *name, const char *value)
{
	const char *v = param_get(name);

	return v != NULL && strcmp(v, value) == 0;
}
