/*
 * #edu: what one may ask of the kernel's driver for QEMU's teaching device
 * (dev/drv/edudrv.c, dev/drv/edutest.c). A write returns when its transfers are over, and
 * fails with a sentence if they did not do what they should. user/man/kedu.md has the
 * words. Locks: none of its own.
 */

#include "dev/drv/edu.h"
#include "dev/devtab.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

#define KTEST_USAGE "B:D.F [BYTES|neighbour|stray]"
#define UCOPY_USAGE "B:D.F DST SRC BYTES"
#define RESET_USAGE "B:D.F"

/* The function that the first word names. Says why there is none. */
static int
cmd_function(const Cmd *c, PciFn **f)
{
	bdf_t b;

	if (cmd_bdf(c->f[0], &b) != 0)
		return fail(-EINVAL,
			"'%s' is not a device: want B:D.F in hexadecimal, like 0:1f.2",
			c->f[0]);
	*f = pci_find(b);
	return *f != NULL ? 0 : fail(-ENODEV, "no device %s", c->f[0]);
}

/* A second word is a number of bytes to copy, or the name of a test. Without it all bytes
 * that fit are copied. */
static int
ktest_cmd(const Cmd *cmd)
{
	const char *what = cmd->n == 2 ? cmd->f[1] : "4095";
	EduTest test = EDU_COPY;
	PciFn *f;
	int n = 0, err;

	if (cmd->n < 1 || cmd->n > 2)
		return fail(-EINVAL, "want " KTEST_USAGE);
	if ((err = cmd_function(cmd, &f)) != 0)
		return err;
	if (strcmp(what, "neighbour") == 0)
		test = EDU_NEIGHBOUR;
	else if (strcmp(what, "stray") == 0)
		test = EDU_STRAY;
	else if (cmd_int(what, 1, EDU_MAX, &n) != 0)
		return fail(-EINVAL, "'%s': want 1 to 4095 bytes, neighbour or stray",
			what);
	return edu_test(f, test, n);
}

static int
ucopy_cmd(const Cmd *cmd)
{
	uint64_t dst, src;
	PciFn *f;
	int n, err;

	if (cmd->n != 4)
		return fail(-EINVAL, "want " UCOPY_USAGE);
	if (cmd_u64(cmd->f[1], &dst) != 0)
		return fail(-EINVAL, "DST '%s' is not an address", cmd->f[1]);
	if (cmd_u64(cmd->f[2], &src) != 0)
		return fail(-EINVAL, "SRC '%s' is not an address", cmd->f[2]);
	if (cmd_int(cmd->f[3], 1, EDU_MAX, &n) != 0)
		return fail(-EINVAL, "BYTES '%s': want 1 to 4095", cmd->f[3]);
	err = cmd_function(cmd, &f);
	return err != 0 ? err : edu_ucopy(f, dst, src, n);
}

static int
reset_cmd(const Cmd *cmd)
{
	PciFn *f;
	int err;

	if (cmd->n != 1)
		return fail(-EINVAL, "want " RESET_USAGE);
	err = cmd_function(cmd, &f);
	return err != 0 ? err : edu_reset(f);
}

static const Dirtab files[] = {
	{ "ktest", 0664, .usage = KTEST_USAGE "\n", .cmd = ktest_cmd },
	{ "reset", 0664, .usage = RESET_USAGE "\n", .cmd = reset_cmd },
	{ "status", 0444, .show = edu_status },
	{ "ucopy", 0664, .usage = UCOPY_USAGE "\n", .cmd = ucopy_cmd },
};

Dev edudev = {
	.name = "edu",
	FLAT_FILES(files),
	.init = edu_init,
	FLAT_CALLS,
};
