/*
 * Reads what is written to attach, detach and power. Every word must be understood to its
 * last letter before anything happens: a pid of "abc" must never become 0, which is the
 * kernel. Pure but for fail(), which stores the sentence.
 */

#include "dev/text/iommucmd.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

#define ATTACH_USAGE                                                                     \
	"want [-g] B:D.F PID [shared|private|guest] [ro] [fault=log|stop|kill]"
#define DETACH_USAGE "want [-g] B:D.F [PID]"

static int
parse_bdf(const char *s, bdf_t *b)
{
	if (cmd_bdf(s, b) != 0)
		return fail(-EINVAL,
			"'%s' is not a device: want B:D.F in hexadecimal, like 0:1f.2",
			s);
	return 0;
}

static int
parse_pid(const char *s, int *pid)
{
	if (cmd_int(s, 0, INT32_MAX, pid) != 0)
		return fail(-EINVAL, "'%s' is not a pid", s);
	return 0;
}

static int
parse_policy(const char *word, FaultPolicy *p)
{
	static const char *const name[] = {
		[FAULT_LOG] = "log",
		[FAULT_STOP] = "stop",
		[FAULT_KILL] = "kill",
	};
	int i = cmd_word(name, nelem(name), word);

	if (i < 0)
		return fail(-EINVAL, "fault=%s: want fault=log, fault=stop or fault=kill",
			word);
	*p = i;
	return 0;
}

static int
parse_mode(const char *word, AttachArgs *a)
{
	int i = cmd_word(attach_mode_name, nelem(attach_mode_name), word);

	if (i < 0)
		return fail(-EINVAL, "unknown word '%s': " ATTACH_USAGE, word);
	a->mode = i;
	a->mode_given = true;
	return 0;
}

enum { SEEN_MODE, SEEN_FAULT, SEEN_RO };

/* Reads one word after the pid. *seen has a bit for each kind of word that was there. */
static int
parse_option(const char *w, AttachArgs *a, uint *seen)
{
	uint kind = strncmp(w, "fault=", 6) == 0 ? SEEN_FAULT
		: strcmp(w, "ro") == 0           ? SEEN_RO
						 : SEEN_MODE;
	int err = 0;

	if (kind == SEEN_MODE)
		err = parse_mode(w, a);
	if (err == 0 && *seen >> kind & 1)
		return fail(-EINVAL, "'%s': the mode, ro and fault= are given once each",
			w);
	*seen |= 1u << kind;
	if (kind == SEEN_FAULT)
		err = parse_policy(w + 6, &a->policy);
	else if (kind == SEEN_RO)
		a->ro = true;
	return err;
}

/* True if the first word is -g. */
static bool
wants_group(const Cmd *c)
{
	return c->n > 0 && strcmp(c->f[0], "-g") == 0;
}

int
attach_parse(const Cmd *c, AttachArgs *a)
{
	int i = wants_group(c), err;
	uint seen = 0;

	*a = (AttachArgs){ .group = i != 0, .policy = FAULT_LOG };
	if (c->n < i + 2)
		return fail(-EINVAL, ATTACH_USAGE);
	if ((err = parse_bdf(c->f[i], &a->bdf)) != 0 ||
		(err = parse_pid(c->f[i + 1], &a->pid)) != 0)
		return err;
	for (i += 2; i < c->n; i++)
		if ((err = parse_option(c->f[i], a, &seen)) != 0)
			return err;
	return 0;
}

int
detach_parse(const Cmd *c, DetachArgs *a)
{
	int i = wants_group(c), err;

	*a = (DetachArgs){ .group = i != 0, .pid = -1 };
	if (c->n < i + 1 || c->n > i + 2)
		return fail(-EINVAL, DETACH_USAGE);
	if ((err = parse_bdf(c->f[i], &a->bdf)) != 0)
		return err;
	return c->n == i + 2 ? parse_pid(c->f[i + 1], &a->pid) : 0;
}

int
power_parse(const Cmd *c, bool *on)
{
	const char *w = c->n == 1 ? c->f[0] : "";

	if (strcmp(w, "on") == 0 || strcmp(w, "enable") == 0)
		*on = true;
	else if (strcmp(w, "off") == 0 || strcmp(w, "disable") == 0)
		*on = false;
	else
		return fail(-EINVAL, "'%s': want enable, disable, on or off",
			c->n > 0 ? c->f[c->n - 1] : "");
	return 0;
}
