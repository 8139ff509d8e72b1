/*
 * Lists of devices in boot parameters. A word that is no device is passed over by whoever
 * reads the list, and reported once, at boot, by devparam_judge.
 */

#include "dev/assign/devparam.h"
#include "kern/cmd.h"
#include "kern/log.h"
#include "kern/param.h"

#define WORD 32 /* letters of a word that counts, terminator included */

bool
devparam_at(const char *param, uint i, bdf_t *b)
{
	const char *list = param_get(param);
	char word[WORD];

	while (cmd_item(&list, word, sizeof word))
		if (cmd_bdf(word, b) == 0 && i-- == 0)
			return true;
	return false;
}

bool
devparam_names(const char *param, bdf_t b)
{
	bdf_t x;

	for (uint i = 0; devparam_at(param, i, &x); i++)
		if (x == b)
			return true;
	return false;
}

void
devparam_judge(const char *param)
{
	const char *list = param_get(param);
	char word[WORD];
	bdf_t b;

	while (cmd_item(&list, word, sizeof word))
		if (cmd_bdf(word, &b) != 0)
			kprint("boot: %s: '%s' is not a device like 0:3.0: ignored\n",
				param, word);
}
