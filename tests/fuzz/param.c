/* SRC: kern/param.c kern/string.c */
/*
 * The kernel command line. Every parameter is a word of the line, cut at its first '=';
 * nothing is lost unless the line was too long, and then that is said; the last of a name
 * counts.
 */
#include "kern/param.h"
#include "tests/fuzz/fuzz.h"

static void
check_words(const Params *ps, const char *line)
{
	static const char blanks[] = " \t\n\r";

	for (uint i = 0; i < ps->n; i++) {
		const Param *p = &ps->p[i];
		size_t name = strlen(p->name), value = strlen(p->value);
		size_t word = strcspn(line += strspn(line, blanks), blanks);

		CHECK(p->name >= ps->buf && p->name + name < ps->buf + sizeof ps->buf);
		CHECK(strpbrk(p->name, "= \t\n\r") == NULL &&
			strpbrk(p->value, blanks) == NULL);
		CHECK(strncmp(line, p->name, name) == 0);
		if (line[name] == '=')
			CHECK(strncmp(line + name + 1, p->value, value) == 0);
		CHECK(word == name + (line[name] == '=') + value ||
			(ps->cut && i + 1 == ps->n));
		line += word;
	}
	CHECK(ps->cut || line[strspn(line, blanks)] == '\0');
}

static void
check_lookup(const Params *ps, const Param *p)
{
	const char *v = params_get(ps, p->name), *last = NULL;
	char why[160] = "";
	const char *wrong = params_wrong(p, why, sizeof why);

	CHECK(wrong == NULL ||
		(wrong == why && strlen(why) > 0 && strlen(why) < sizeof why));
	CHECK(wrong != NULL || v != NULL);
	for (uint i = 0; i < ps->n; i++)
		if (strcmp(ps->p[i].name, p->name) == 0 &&
			params_wrong(&ps->p[i], why, sizeof why) == NULL)
			last = ps->p[i].value;
	CHECK(last == NULL || v == last);
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *line = in_text(&(In){ in, n });
	Params ps;

	memset(&ps, 0xa5, sizeof ps);
	params_parse(&ps, line);
	CHECK(ps.n <= PARAM_MAX);
	CHECK(!ps.cut || strlen(line) >= PARAM_MAXLEN || ps.n == PARAM_MAX);
	check_words(&ps, line);
	for (uint i = 0; i < ps.n; i++)
		check_lookup(&ps, &ps.p[i]);
	free(line);
}
