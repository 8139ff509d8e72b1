/* #null swallows what is written and is empty; #zero swallows too and never ends. Each is
 * a directory with one file of its own name, and bind '#null' shows it. */

#include "dev/devtab.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

static const Dirtab null_file = { .name = "null", .mode = 0666 };
static const Dirtab zero_file = { .name = "zero", .mode = 0666 };

static const Dirtab *
file_of(const Chan *c)
{
	return c->dev == &zerodev ? &zero_file : &null_file;
}

static int
null_attach(Chan *c, const char *spec)
{
	if (*spec != 0)
		return fail(-ENOENT, "no such file or directory");
	c->qid = (Qid){ .dir = true };
	return 0;
}

static int
null_walk(Chan *c, const char *name)
{
	return dirtab_walk(c, name, file_of(c), 1);
}

static int
null_stat(Chan *c, Stat *st)
{
	return dirtab_stat(c, st, file_of(c), 1, c->dev->name);
}

static int
null_entry(Chan *c, uint i, Stat *st)
{
	return dirtab_entry(c, i, st, file_of(c), 1);
}

static int
null_open(Chan *c, int flags)
{
	(void)flags;
	c->stream = !c->qid.dir;
	return 0;
}

static long
null_read(Chan *c, void *buf, long n, off_k off)
{
	(void)c, (void)buf, (void)n, (void)off;
	return 0;
}

static long
zero_read(Chan *c, void *buf, long n, off_k off)
{
	(void)c, (void)off;
	memset(buf, 0, n);
	return n;
}

static long
null_write(Chan *c, const void *buf, long n, off_k off)
{
	(void)c, (void)buf, (void)off;
	return n;
}

Dev nulldev = {
	.name = "null",
	.attach = null_attach,
	.walk = null_walk,
	.stat = null_stat,
	.open = null_open,
	.entry = null_entry,
	.read = null_read,
	.write = null_write,
};

Dev zerodev = {
	.name = "zero",
	.attach = null_attach,
	.walk = null_walk,
	.stat = null_stat,
	.open = null_open,
	.entry = null_entry,
	.read = zero_read,
	.write = null_write,
};
