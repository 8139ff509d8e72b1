/*
 * #null is empty and #zero never ends. Both swallow what is written to them. Each is a
 * directory with one file of its own name, which bind '#null' shows. Locks: none.
 */

#include "dev/devtab.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

static const Dirtab null_file[] = { { .name = "null", .mode = 0666 } };
static const Dirtab zero_file[] = { { .name = "zero", .mode = 0666 } };

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
	FLAT_FILES(null_file),
	.open = null_open,
	.read = null_read,
	.write = null_write,
};

Dev zerodev = {
	.name = "zero",
	FLAT_FILES(zero_file),
	.open = null_open,
	.read = zero_read,
	.write = null_write,
};
