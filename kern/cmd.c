/*
 * Splits what is written to a control file into words, and reads numbers and devices from
 * them. There is no quoting, no escape and no octal. Whatever is not exactly in the
 * grammar is refused, so that a typing error never becomes another command.
 * user/man/iommu.md shows how a device can be spelt. Pure.
 */

#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/string.h"

int
cmd_parse(Cmd *c, const char *s, size_t n)
{
	bool inside = false;

	c->n = 0;
	if (n > 0 && s[n - 1] == '\n')
		n--;
	if (n >= CMD_MAXLEN)
		return -E2BIG;
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = s[i];

		if ((ch < ' ' && ch != '\t') || ch == 0x7f)
			return -EINVAL;
		c->buf[i] = ch;
		if (ch == ' ' || ch == '\t') {
			c->buf[i] = 0;
			inside = false;
		} else if (!inside) {
			if (c->n == CMD_MAXFIELD)
				return -E2BIG;
			c->f[c->n++] = &c->buf[i];
			inside = true;
		}
	}
	c->buf[n] = 0;
	return 0;
}

int
cmd_word(const char *const *words, uint n, const char *s)
{
	for (uint i = 0; i < n; i++)
		if (strcmp(words[i], s) == 0)
			return i;
	return -1;
}

bool
cmd_item(const char **list, char *word, size_t n)
{
	const char *s = *list, *end;
	size_t len;

	if (s == NULL)
		return false;
	end = strchr(s, ',');
	len = end != NULL ? (size_t)(end - s) : strlen(s);
	*list = end != NULL ? end + 1 : NULL;
	strcopy(word, s, len < n ? len + 1 : n);
	if (len >= n)
		memcpy(word + n - 4, "...", 4);
	return true;
}

static int
digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return 16;
}

/* Reads digits of `base` from *s on and leaves *s behind them. A number that is too large
 * is read to its end before it is refused, so that one with a wrong letter in it is
 * -EINVAL and not -ERANGE. */
static int
take_number(const char **s, uint base, uint64_t *out)
{
	const char *start = *s;
	uint64_t v = 0;
	bool over = false;

	for (; digit(**s) < (int)base; (*s)++) {
		over |= __builtin_mul_overflow(v, base, &v);
		over |= __builtin_add_overflow(v, digit(**s), &v);
	}
	*out = v;
	if (*s == start)
		return -EINVAL;
	return over ? -ERANGE : 0;
}

int
cmd_u64(const char *s, uint64_t *out)
{
	bool hex = s[0] == '0' && s[1] == 'x';
	uint64_t v;
	int err;

	if (hex)
		s += 2;
	err = take_number(&s, hex ? 16 : 10, &v);
	if (*s != 0)
		return -EINVAL;
	if (err == 0)
		*out = v;
	return err;
}

int
cmd_int(const char *s, int min, int max, int *out)
{
	bool neg = *s == '-';
	uint64_t v;
	int64_t i;
	int err = cmd_u64(s + neg, &v);

	if (err != 0)
		return err;
	if (v > INT32_MAX)
		return -ERANGE;
	i = neg ? -(int64_t)v : (int64_t)v;
	if (i < min || i > max)
		return -ERANGE;
	*out = (int)i;
	return 0;
}

int
cmd_bdf(const char *s, bdf_t *out)
{
	static const uint16_t limit[4] = { 0xffff, 0xff, 0x1f, 7 };
	uint64_t v[4];
	char sep[4];
	uint n = 0, first;

	for (;; s++) {
		int err = take_number(&s, 16, &v[n]);
		if (err == -ERANGE)
			v[n] = UINT64_MAX;
		else if (err != 0)
			return err;
		sep[n++] = *s;
		if (*s == 0 || n == 4)
			break;
	}
	if (n < 3 || sep[n - 1] != 0)
		return -EINVAL;
	for (uint i = 0; i + 2 < n; i++)
		if (sep[i] != ':')
			return -EINVAL;
	if (sep[n - 2] != ':' && sep[n - 2] != '.' && sep[n - 2] != '/')
		return -EINVAL;
	first = 4 - n; /* without a segment the numbers begin with the bus */
	for (uint i = 0; i < n; i++)
		if (v[i] > limit[first + i])
			return -ERANGE;
	*out = BDF(n == 4 ? v[0] : 0, v[n - 3], v[n - 2], v[n - 1]);
	return 0;
}

char *
bdf_print(bdf_t b, char *buf, size_t n)
{
	if (BDF_SEG(b) != 0)
		snprint(buf, n, "%x:%x:%x.%x", BDF_SEG(b), BDF_BUS(b), BDF_DEV(b),
			BDF_FN(b));
	else
		snprint(buf, n, "%x:%x.%x", BDF_BUS(b), BDF_DEV(b), BDF_FN(b));
	return buf;
}
