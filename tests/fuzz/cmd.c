/* SRC: kern/cmd.c dev/assign/state.c dev/text/iommucmd.c dev/text/mapcmd.c kern/text.c */
/*
 * What is written to a control file. Words are substrings of what was written, between
 * blanks; numbers agree with the C library's and round trips are exact; a command that is
 * taken says the same when it is written again from its values.
 */
#include "dev/text/iommucmd.h"
#include "dev/text/mapcmd.h"
#include "kern/errno.h"
#include "tests/fuzz/fuzz.h"

static bool
blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

/* Field i is the i'th run of non-blanks, byte for byte; then there are no more. */
static void
check_fields(const Cmd *c, const char *s, size_t n)
{
	size_t at = 0;

	if (n > 0 && s[n - 1] == '\n')
		n--;
	for (int i = 0; i < c->n; i++) {
		size_t len = strlen(c->f[i]);

		while (at < n && blank(s[at]))
			at++;
		CHECK(len > 0 && at + len <= n && memcmp(s + at, c->f[i], len) == 0);
		CHECK(c->f[i] == c->buf + at);
		at += len;
		CHECK(at == n || blank(s[at]));
	}
	while (at < n && blank(s[at]))
		at++;
	CHECK(at == n);
}

static void
check_bdf(const char *w)
{
	bdf_t b, again;
	char text[16];

	if (cmd_bdf(w, &b) != 0)
		return;
	CHECK(strlen(bdf_print(b, text, sizeof text)) < sizeof text - 1);
	CHECK(cmd_bdf(text, &again) == 0 && again == b);
	CHECK(strpbrk(w, ":") != NULL);
}

static void
check_number(const char *w)
{
	bool hex = strncmp(w, "0x", 2) == 0;
	uint64_t v = 0;
	int i = 0;

	if (cmd_u64(w, &v) == 0) {
		char *end;

		CHECK(strchr(w, '-') == NULL && strchr(w, '+') == NULL);
		CHECK(v == strtoull(w, &end, hex ? 16 : 10) && *end == '\0');
	}
	if (cmd_int(w, -100, INT32_MAX, &i) == 0)
		CHECK(i >= -100 && i == strtoll(w, NULL, strstr(w, "0x") ? 16 : 10));
}

static void
check_attach(const Cmd *c)
{
	static const char *const policy[] = { "log", "stop", "kill" };
	AttachArgs a, b;
	char text[96], name[16];
	Cmd again;

	if (attach_parse(c, &a) != 0)
		return;
	CHECK(a.pid >= 0 && a.policy <= FAULT_KILL);
	int n = snprintf(text, sizeof text, "%s %d fault=%s\n",
		bdf_print(a.bdf, name, sizeof name), a.pid, policy[a.policy]);
	CHECK(cmd_parse(&again, text, (size_t)n) == 0 && attach_parse(&again, &b) == 0);
	CHECK(a.bdf == b.bdf && a.pid == b.pid && a.policy == b.policy);
}

static void
check_map(const Cmd *c)
{
	MapCmd a, b;
	char text[96];
	Cmd again;

	if (c->n == 0 || map_parse(c, &a) != 0)
		return;
	CHECK(a.len > 0 && (a.iova | a.len) % 4096 == 0 &&
		a.iova + (a.len - 1) >= a.iova);
	int n = a.unmap ? snprintf(text, sizeof text, "unmap %lu %lu", a.iova, a.len)
			: snprintf(text, sizeof text, "map 0x%lx %lu 0x%lx %s", a.iova,
				  a.va, a.len, map_rights[a.rights]);
	CHECK(cmd_parse(&again, text, (size_t)n) == 0 && map_parse(&again, &b) == 0);
	CHECK(a.unmap == b.unmap && a.iova == b.iova && a.len == b.len);
	CHECK(a.unmap ||
		(a.va == b.va && a.va % 4096 == 0 && a.rights == b.rights &&
			a.rights - 1 < 3));
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *s = (char *)in_copy(&(In){ in, n }, &n);
	DetachArgs d;
	bool on;
	Cmd c;

	int err = cmd_parse(&c, s, n);
	CHECK(err == 0 || err == -E2BIG || err == -EINVAL);
	if (err == 0) {
		CHECK(c.n >= 0 && c.n <= CMD_MAXFIELD);
		check_fields(&c, s, n);
		for (int i = 0; i < c.n; i++) {
			check_bdf(c.f[i]);
			check_number(c.f[i]);
		}
		check_attach(&c);
		check_map(&c);
		if (detach_parse(&c, &d) == 0)
			CHECK(d.pid >= -1 && c.n - d.group <= 2 &&
				(d.pid == -1) == (c.n - d.group == 1));
		if (power_parse(&c, &on) == 0)
			CHECK(c.n == 1 &&
				(strcmp(c.f[0], "on") == 0 ||
					strcmp(c.f[0], "enable") == 0) == on);
	}
	free(s);
}
