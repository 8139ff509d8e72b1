/*
 * Reads what is written to #pci/B:D.F/map:
 *
 *	map IOVA VA LENGTH r|w|rw
 *	unmap IOVA LENGTH
 *
 * Each word is judged by itself, so that the sentence can name it and say what is wrong
 * with it. dev/assign/usermap.c judges the rest: how far the addresses of the device go,
 * what is mapped, and whose memory it is. Pure but for fail(), which stores the sentence.
 */

#include "dev/text/mapcmd.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

typedef struct Form {
	const char *want;
	const char *word[5]; /* what follows the first one */
	int nnumber;         /* how many of them are numbers */
} Form;

static const char *const form_name[] = { "map", "unmap" };
static const Form form[] = {
	{ "map IOVA VA LENGTH r|w|rw", { "IOVA", "VA", "LENGTH", "r|w|rw" }, 3 },
	{ "unmap IOVA LENGTH", { "IOVA", "LENGTH" }, 2 },
};

const char *const map_rights[] = { "", "r", "w", "rw" };

/* Says which word is missing or too many. */
static int
count_words(const Cmd *c, const Form *f)
{
	int n = 0;

	for (; f->word[n] != NULL; n++)
		if (n + 1 >= c->n)
			return fail(-EINVAL, "%s is missing: want %s", f->word[n],
				f->want);
	if (n + 1 < c->n)
		return fail(-EINVAL, "'%s' is a word too many: want %s", c->f[n + 1],
			f->want);
	return 0;
}

static int
parse_number(const Form *f, int i, const char *s, uint64_t *v)
{
	int err = cmd_u64(s, v);

	if (err == -ERANGE)
		return fail(err, "%s '%s' is too large a number", f->word[i], s);
	if (err != 0)
		return fail(err, "%s '%s' is not a number: want %s", f->word[i], s,
			f->want);
	if (*v % PAGE_SIZE != 0)
		return fail(-EINVAL, "%s '%s' is not a multiple of 4096", f->word[i], s);
	return 0;
}

/* LENGTH, the last number, must not be 0, nor lead past the end from any number
 * before. */
static int
check_range(const Form *f, const Cmd *c, const uint64_t *v)
{
	uint64_t len = v[f->nnumber - 1];
	const char *word = c->f[f->nnumber];

	if (len == 0)
		return fail(-EINVAL, "LENGTH '%s': want at least one page", word);
	for (int i = 0; i < f->nnumber - 1; i++)
		if (v[i] + len - 1 < v[i])
			return fail(-ERANGE, "LENGTH '%s' from %s '%s' on is past 2^64",
				word, f->word[i], c->f[1 + i]);
	return 0;
}

int
map_parse(const Cmd *c, MapCmd *m)
{
	int which = cmd_word(form_name, nelem(form_name), c->f[0]), err, rights;
	const Form *f;
	uint64_t v[3] = { 0 };

	if (which < 0)
		return fail(-EINVAL, "unknown word '%s': want %s or %s", c->f[0],
			form[0].want, form[1].want);
	f = &form[which];
	if ((err = count_words(c, f)) != 0)
		return err;
	for (int i = 0; i < f->nnumber; i++)
		if ((err = parse_number(f, i, c->f[1 + i], &v[i])) != 0)
			return err;
	if ((err = check_range(f, c, v)) != 0)
		return err;
	if (which == 1) {
		*m = (MapCmd){ .unmap = true, .iova = v[0], .len = v[1] };
		return 0;
	}
	if ((rights = cmd_word(map_rights, nelem(map_rights), c->f[4])) <= 0)
		return fail(-EINVAL, "'%s' are no rights: want r, w or rw", c->f[4]);
	*m = (MapCmd){ .iova = v[0], .va = v[1], .len = v[2], .rights = rights };
	return 0;
}

void
map_print(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	text_printf(t, "map 0x%lx 0x%lx 0x%lx %s\n", iova, va, len, map_rights[rights]);
}
