/* #rng: random bytes from a virtio entropy device that the kernel has (dev/drv/rngdrv.c).
 * user/man/rng.md has the words. Locks: none of its own. */

#include "dev/drv/rng.h"
#include "dev/devtab.h"

static const Dirtab files[] = {
	{ .name = "data", .mode = 0444 },
	{ "status", 0444, .show = rng_status },
};

static int
rngdev_open(Chan *c, int flags)
{
	int err = flat_open(c, flags);

	c->stream = err == 0 && !c->qid.dir && c->text == NULL;
	return err;
}

static long
rngdev_read(Chan *c, void *buf, long n, off_k off)
{
	return c->stream ? rng_read(buf, n) : dirtab_read(c, buf, n, off);
}

Dev rngdev = {
	.name = "rng",
	FLAT_FILES(files),
	.init = rng_init,
	.open = rngdev_open,
	.read = rngdev_read,
	.write = flat_write,
};
