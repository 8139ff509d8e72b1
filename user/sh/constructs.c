/*
 * Loops, case and if. A loop ends when its condition says so, and also when a jump is
 * under way that is meant for it, or for something further out (shell.h).
 */
#include "user/include/tool.h"
#include "user/sh/expand.h"
#include "user/sh/glob.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

/* After a loop's body: true when the loop is over. Commands inside the shell cannot be
 * killed, so here it looks for Ctrl-C. */
static bool
loop_done(void)
{
	job_interrupted();
	if (jump == J_NONE)
		return false;
	if ((jump == J_BREAK || jump == J_CONTINUE) && --jump_count > 0)
		return true; /* meant for a loop further out */
	if (jump == J_CONTINUE) {
		jump = J_NONE;
		return false;
	}
	if (jump == J_BREAK)
		jump = J_NONE;
	return true;
}

int
run_while(Node *n)
{
	int status = 0;

	loop_depth++;
	for (;;) {
		bool yes = run_condition(n->a) == 0;

		if (jump != J_NONE || yes == (n->kind == N_UNTIL))
			break;
		status = run(n->b, false);
		if (loop_done())
			break;
	}
	loop_depth--;
	return status;
}

int
run_for(Node *n)
{
	const char *why;
	char **words = params.arg;
	int count = params.n, status = 0;

	if (n->words != NULL)
		count = expand_words(&scratch, n->words, n->nwords, &words, &why);
	if (count < 0)
		return complain_text(why);
	loop_depth++;
	for (int i = 0; i < count; i++) {
		var_set(n->name, words[i]);
		status = run(n->b, false);
		if (loop_done())
			break;
	}
	loop_depth--;
	return status;
}

int
run_case(Node *n)
{
	const char *why;
	char *word = expand_word(&scratch, n->name, &why);

	if (word == NULL)
		return complain_text(why);
	for (Node *arm = n->next; arm != NULL; arm = arm->next)
		for (int i = 0; i < arm->nwords; i++) {
			char *pattern = expand_pattern(&scratch, arm->words[i], &why);

			if (pattern == NULL)
				return complain_text(why);
			if (glob_match(pattern, word))
				return arm->b ? run(arm->b, false) : 0;
		}
	return 0;
}

int
run_if(Node *n, bool last)
{
	int status = run_condition(n->a);

	if (jump != J_NONE)
		return status;
	if (status == 0)
		return run(n->b, last);
	return n->c ? run(n->c, last) : 0;
}
