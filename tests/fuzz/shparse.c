/* SRC: user/sh/parse.c user/sh/lex.c user/sh/mem.c */
/*
 * The shell's grammar. Every text ends in trees or sentences, never in more commands than
 * bytes, and all of it is used up; trees have the shape parse.h promises, so that run.c
 * need not check, and are no deeper than the stack allows.
 */
#include "tests/fuzz/fuzz.h"
#include "user/sh/parse.h"

#define DEEP 20000

static void
check_words(char *const *w, int n)
{
	for (int i = 0; i < n; i++)
		CHECK(w[i] != NULL);
	CHECK(w == NULL || w[n] == NULL);
	CHECK(w != NULL || n == 0);
}

static void
check_redirs(const Redir *r)
{
	for (; r != NULL; r = r->next) {
		CHECK(r->op >= T_IN && r->op <= T_HERE && r->fd >= 0 && r->fd <= 99);
		CHECK(r->word != NULL && (r->op == T_HERE) == (r->here != NULL));
		CHECK(r->here == NULL || (r->here->end != NULL && r->here->text != NULL));
	}
}

static void check_node(const Node *n, int depth);

static void
check_arms(const Node *arm, int depth)
{
	for (; arm != NULL; arm = arm->next) {
		CHECK(arm->nwords > 0);
		check_words(arm->words, arm->nwords);
		if (arm->b != NULL)
			check_node(arm->b, depth);
	}
}

static void
check_node(const Node *n, int depth)
{
	CHECK(n != NULL && n->kind <= N_FUNC && depth < DEEP);
	check_words(n->words, n->nwords);
	check_words(n->assigns, n->nassigns);
	check_redirs(n->redir);
	switch (n->kind) {
	case N_SIMPLE:
		CHECK(n->nwords > 0 || n->nassigns > 0 || n->redir != NULL);
		for (int i = 0; i < n->nassigns; i++)
			CHECK(name_valid(n->assigns[i], strcspn(n->assigns[i], "=")));
		break;
	case N_PIPE:
	case N_AND:
	case N_OR:
	case N_SEQ:
	case N_WHILE:
	case N_UNTIL:
		check_node(n->a, depth + 1);
		check_node(n->b, depth + 1);
		break;
	case N_IF:
		check_node(n->a, depth + 1);
		check_node(n->b, depth + 1);
		if (n->c != NULL)
			check_node(n->c, depth + 1);
		break;
	case N_FOR:
		CHECK(n->name != NULL && name_valid(n->name, strlen(n->name)));
		check_node(n->b, depth + 1);
		break;
	case N_CASE:
		CHECK(n->name != NULL);
		check_arms(n->next, depth + 1);
		break;
	case N_FUNC:
		CHECK(n->name != NULL && name_valid(n->name, strlen(n->name)));
		check_node(n->a, depth + 1);
		break;
	default:
		check_node(n->a, depth + 1);
	}
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *text = in_text(&(In){ in, n });
	size_t limit = strlen(text) + 2;
	Arena a = { 0 };
	const char *why = NULL;
	Node *tree;
	Parse got;
	Lex l;

	lex_init(&l, text, &a);
	do {
		Mark m = arena_mark(&a);

		CHECK(limit-- > 0);
		got = parse_command(&l, &tree, &why);
		CHECK(got == P_OK || tree == NULL);
		if (got == P_ERROR)
			CHECK(why != NULL && *why != 0);
		if (tree != NULL)
			check_node(tree, 0);
		arena_release(&a, m);
	} while (got != P_END);
	CHECK(*l.p == 0);
	arena_free(&a);
	free(text);
}
