/*
 * Helpers for devices that are small fixed trees (kern/dev.h). A walk can go by the
 * entries that a device enumerates. A table of files gives each file its text, which is
 * taken when it is opened, and its commands. A directory whose entries change while it is
 * read is taken as a whole when it is opened. Locks: none; c->text belongs to its Chan.
 */

#include "kern/cmd.h"
#include "kern/dev.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/string.h"

Dev *
dev_find(const char *name)
{
	for (Dev *const *d = devtab; *d != NULL; d++)
		if (strcmp((*d)->name, name) == 0)
			return *d;
	return NULL;
}

int
dev_walk(Chan *c, const char *name, Gen *gen)
{
	Stat st;
	int err;

	for (uint i = 0; (err = gen(c, i, &st)) == 0; i++)
		if (strcmp(st.name, name) == 0) {
			c->qid = st.qid;
			return 0;
		}
	return err;
}

/* ---- one table ---- */

static void
row_stat(Stat *st, const Dirtab *row, uint i)
{
	*st = (Stat){ .qid.path = 1 + i, .mode = row->mode };
	strcopy(st->name, row->name, sizeof st->name);
}

int
dirtab_entry(Chan *c, uint i, Stat *st, const Dirtab *tab, uint n)
{
	(void)c;
	if (i >= n)
		return -ENOENT;
	row_stat(st, &tab[i], i);
	return 0;
}

int
dirtab_walk(Chan *c, const char *name, const Dirtab *tab, uint n)
{
	for (uint i = 0; i < n; i++)
		if (strcmp(tab[i].name, name) == 0) {
			c->qid = (Qid){ .path = 1 + i };
			return 0;
		}
	return -ENOENT;
}

bool
dirtab_is_text(const Dirtab *row)
{
	return row->usage != NULL || row->show != NULL || row->show_of != NULL;
}

bool
dirtab_takes_cmd(const Dirtab *row)
{
	return row->cmd != NULL || row->cmd_of != NULL;
}

static int
row_show(const Dirtab *row, Chan *c, Text *t)
{
	if (row->show_of != NULL)
		return row->show_of(c, t);
	if (row->show != NULL)
		row->show(t);
	else
		text_putn(t, row->usage, strlen(row->usage));
	return 0;
}

int
dirtab_open(Chan *c, int flags, const Dirtab *row)
{
	Text *t;
	int err;

	if (!dirtab_is_text(row) || (flags & SO_ACCMODE) == SO_WRONLY)
		return 0;
	if ((t = kalloc(sizeof *t)) == NULL)
		return fail(-ENOMEM, "out of memory");
	err = row_show(row, c, t);
	if (err == 0 && t->failed)
		err = fail(-ENOMEM, "out of memory");
	if (err != 0) {
		text_free(t);
		kfree(t);
		return err;
	}
	c->text = t;
	return 0;
}

long
dirtab_read(Chan *c, void *buf, long n, off_k off)
{
	return c->text == NULL ? 0 : text_read(c->text, buf, n, off);
}

long
dirtab_write(Chan *c, const void *buf, long n, const Dirtab *row)
{
	Cmd cmd;
	int err;

	if (!dirtab_takes_cmd(row))
		return fail(-EACCES, "cannot be written");
	if (n == 0)
		return 0;
	err = cmd_parse(&cmd, buf, n);
	if (err == -E2BIG)
		return fail(err, "command too long");
	if (err != 0)
		return fail(err, "a command is one line of printable words");
	if (cmd.n == 0)
		return fail(-EINVAL, "empty command");
	err = row->cmd_of != NULL ? row->cmd_of(c, &cmd) : row->cmd(&cmd);
	return err != 0 ? err : n;
}

/* ---- devices that are one table ---- */

int
flat_attach(Chan *c, const char *spec)
{
	if (*spec != 0)
		return fail(-ENOENT, "#%s takes no argument", c->dev->name);
	c->qid = (Qid){ .dir = true };
	return 0;
}

int
flat_walk(Chan *c, const char *name)
{
	return dirtab_walk(c, name, c->dev->tab, c->dev->ntab);
}

int
flat_stat(Chan *c, Stat *st)
{
	if (!c->qid.dir)
		return dirtab_entry(c, c->qid.path - 1, st, c->dev->tab, c->dev->ntab);
	*st = (Stat){ .qid = c->qid, .mode = 0555 };
	strcopy(st->name, c->dev->name, sizeof st->name);
	return 0;
}

int
flat_entry(Chan *c, uint i, Stat *st)
{
	return dirtab_entry(c, i, st, c->dev->tab, c->dev->ntab);
}

int
flat_open(Chan *c, int flags)
{
	return c->qid.dir ? 0 : dirtab_open(c, flags, &c->dev->tab[c->qid.path - 1]);
}

long
flat_write(Chan *c, const void *buf, long n, off_k off)
{
	(void)off;
	return dirtab_write(c, buf, n, &c->dev->tab[c->qid.path - 1]);
}

/* ---- directory snapshots ---- */

int
dirsnap_open(Chan *c, void (*list)(Chan *dir, Text *t))
{
	Text *t = kalloc(sizeof *t);

	if (t == NULL)
		return fail(-ENOMEM, "out of memory");
	list(c, t);
	if (t->failed) {
		text_free(t);
		kfree(t);
		return fail(-ENOMEM, "out of memory");
	}
	c->text = t;
	return 0;
}

void
dirsnap_add(Text *t, const Stat *st)
{
	text_putn(t, (const char *)st, sizeof *st);
}

int
dirsnap_entry(Chan *c, uint i, Stat *st)
{
	if (c->text == NULL || (i + 1ul) * sizeof *st > c->text->n)
		return -ENOENT;
	memcpy(st, c->text->s + (size_t)i * sizeof *st, sizeof *st);
	return 0;
}
