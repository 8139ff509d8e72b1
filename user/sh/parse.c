/* The parser (parse.h): recursive descent, one token ahead. Pure. */
#include "user/sh/parse.h"

#include <ctype.h>
#include <string.h>

/* Of nested constructs and of && chains, so that no text can exhaust the stack. */
#define MAXDEPTH 40
#define MAXCHAIN 200

typedef struct Parser {
	Lex *l;
	int depth;
	const char *why;
} Parser;

static Node *parse_list(Parser *p);
static Node *parse_command_node(Parser *p);

bool
name_valid(const char *s, size_t n)
{
	if (n == 0 || isdigit((unsigned char)*s))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
	return true;
}

static void *
unexpected(Parser *p)
{
	Buf b = { 0 };

	if (p->why != NULL)
		return NULL;
	if (p->l->err != NULL) {
		p->why = p->l->err;
		return NULL;
	}
	buf_puts(&b, "syntax error near '");
	buf_puts(&b, tok_name(p->l));
	buf_puts(&b, "'");
	p->why = arena_strn(p->l->arena, b.s, b.n);
	buf_free(&b);
	return NULL;
}

static void
next(Parser *p)
{
	lex_next(p->l);
	if (p->l->err != NULL)
		unexpected(p);
}

static bool
at_word(Parser *p, const char *w)
{
	return p->why == NULL && p->l->tok == T_WORD && strcmp(p->l->word, w) == 0;
}

static bool
take_word(Parser *p, const char *w)
{
	if (!at_word(p, w))
		return false;
	next(p);
	return true;
}

static bool
need_word(Parser *p, const char *w)
{
	if (take_word(p, w))
		return true;
	unexpected(p);
	return false;
}

static void
skip_newlines(Parser *p)
{
	while (p->why == NULL && p->l->tok == T_NEWLINE)
		next(p);
}

static Node *
node(Parser *p, NodeKind kind, Node *a, Node *b)
{
	Node *n = arena_alloc(p->l->arena, sizeof *n);

	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

/* Words are gathered in a list that doubles at 1, 3, 7...; the arena keeps the old
 * ones. */
static void
add_word(Parser *p, char ***list, int *n, char *w)
{
	if ((*n & (*n + 1)) == 0) {
		size_t room = (size_t)*n * 2 + 2;
		char **more = arena_alloc(p->l->arena, room * sizeof *more);

		if (*n > 0)
			memcpy(more, *list, (size_t)*n * sizeof *more);
		*list = more;
	}
	(*list)[(*n)++] = w;
	(*list)[*n] = NULL;
}

static bool
at_redir(const Parser *p)
{
	return p->l->tok >= T_IN && p->l->tok <= T_HERE;
}

/* What ends a here document: the word without its quotes. */
static Here *
here_new(Parser *p, const char *word)
{
	Here *h = arena_alloc(p->l->arena, sizeof *h), **end;
	char *d = arena_str(p->l->arena, word), *to = d;

	for (const char *s = word; *s != '\0'; s++)
		if (strchr("'\"\\", *s) != NULL)
			h->plain = true;
		else
			*to++ = *s;
	*to = '\0';
	h->end = d;
	for (end = &p->l->heres; *end != NULL; end = &(*end)->next)
		;
	*end = h;
	return h;
}

/* Adds the redirection that begins here to the end of the list. */
static void
parse_redir(Parser *p, Redir **list)
{
	Redir *r = arena_alloc(p->l->arena, sizeof *r);

	r->op = p->l->tok;
	r->fd = p->l->io;
	if (r->fd < 0)
		r->fd = r->op == T_OUT || r->op == T_APPEND || r->op == T_OUTDUP;
	next(p);
	if (p->why != NULL || p->l->tok != T_WORD) {
		unexpected(p);
		return;
	}
	r->word = p->l->word;
	if (r->op == T_HERE)
		r->here = here_new(p, r->word);
	while (*list != NULL)
		list = &(*list)->next;
	*list = r;
	next(p);
}

static bool
is_assignment(const char *w)
{
	const char *eq = strchr(w, '=');

	return eq != NULL && name_valid(w, (size_t)(eq - w));
}

static Node *
parse_function(Parser *p, char *name)
{
	Node *n = node(p, N_FUNC, NULL, NULL);

	n->name = name;
	next(p);
	if (p->l->tok != T_RPAREN || !name_valid(name, strlen(name)))
		return unexpected(p);
	next(p);
	skip_newlines(p);
	n->a = parse_command_node(p);
	return n;
}

/* Assignments, words and redirections, up to what ends a command; `name ()` begins a
 * function. */
static Node *
parse_simple(Parser *p)
{
	Node *n = node(p, N_SIMPLE, NULL, NULL);

	while (p->why == NULL) {
		if (at_redir(p)) {
			parse_redir(p, &n->redir);
			continue;
		}
		if (p->l->tok == T_LPAREN && n->nwords == 1 && !n->nassigns && !n->redir)
			return parse_function(p, n->words[0]);
		if (p->l->tok != T_WORD)
			break;
		if (n->nwords == 0 && is_assignment(p->l->word))
			add_word(p, &n->assigns, &n->nassigns, p->l->word);
		else
			add_word(p, &n->words, &n->nwords, p->l->word);
		next(p);
	}
	if (n->nwords == 0 && n->nassigns == 0 && n->redir == NULL)
		return unexpected(p);
	return n;
}

/* After `if` or `elif`. */
static Node *
parse_if(Parser *p)
{
	Node *n = node(p, N_IF, NULL, NULL);

	n->a = parse_list(p);
	if (!need_word(p, "then"))
		return NULL;
	n->b = parse_list(p);
	if (take_word(p, "elif")) {
		n->c = parse_if(p);
		return n;
	}
	if (take_word(p, "else"))
		n->c = parse_list(p);
	need_word(p, "fi");
	return n;
}

static Node *
parse_body(Parser *p, Node *n)
{
	skip_newlines(p);
	if (!need_word(p, "do"))
		return NULL;
	n->b = parse_list(p);
	need_word(p, "done");
	return n;
}

static Node *
parse_while(Parser *p, NodeKind kind)
{
	Node *n = node(p, kind, parse_list(p), NULL);

	return parse_body(p, n);
}

/* for NAME [in WORD...]; do LIST; done. `for` has been read. */
static Node *
parse_for(Parser *p)
{
	Node *n = node(p, N_FOR, NULL, NULL);

	if (p->l->tok != T_WORD || !name_valid(p->l->word, strlen(p->l->word)))
		return unexpected(p);
	n->name = p->l->word;
	next(p);
	skip_newlines(p);
	if (take_word(p, "in")) {
		n->words = arena_alloc(p->l->arena, sizeof *n->words);
		for (; p->why == NULL && p->l->tok == T_WORD; next(p))
			add_word(p, &n->words, &n->nwords, p->l->word);
		if (p->l->tok != T_SEMI && p->l->tok != T_NEWLINE)
			return unexpected(p);
	}
	if (p->l->tok == T_SEMI)
		next(p);
	return parse_body(p, n);
}

/* One arm of a case: PATTERN | PATTERN) LIST ;; */
static Node *
parse_arm(Parser *p)
{
	Node *arm = node(p, N_CASE, NULL, NULL);

	if (p->l->tok == T_LPAREN)
		next(p);
	for (;;) {
		if (p->l->tok != T_WORD)
			return unexpected(p);
		add_word(p, &arm->words, &arm->nwords, p->l->word);
		next(p);
		if (p->l->tok != T_PIPE)
			break;
		next(p);
	}
	if (p->l->tok != T_RPAREN)
		return unexpected(p);
	next(p);
	skip_newlines(p);
	if (p->l->tok != T_DSEMI && !at_word(p, "esac"))
		arm->b = parse_list(p);
	if (p->why == NULL && p->l->tok == T_DSEMI)
		next(p);
	else if (!at_word(p, "esac"))
		return unexpected(p);
	skip_newlines(p);
	return arm;
}

/* case WORD in ARM... esac. `case` has been read. */
static Node *
parse_case(Parser *p)
{
	Node *n = node(p, N_CASE, NULL, NULL), **end = &n->next;

	if (p->l->tok != T_WORD)
		return unexpected(p);
	n->name = p->l->word;
	next(p);
	skip_newlines(p);
	if (!need_word(p, "in"))
		return NULL;
	skip_newlines(p);
	while (p->why == NULL && !take_word(p, "esac")) {
		*end = parse_arm(p);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
	}
	return n;
}

/* The construct that begins with the present word, or NULL where none does. */
static Node *
parse_compound(Parser *p)
{
	Node *n;

	if (p->l->tok == T_LPAREN) {
		next(p);
		n = node(p, N_SUB, parse_list(p), NULL);
		if (p->why != NULL || p->l->tok != T_RPAREN)
			return unexpected(p);
		next(p);
		return n;
	}
	if (take_word(p, "{")) {
		n = node(p, N_GROUP, parse_list(p), NULL);
		need_word(p, "}");
		return n;
	}
	if (take_word(p, "if"))
		return parse_if(p);
	if (take_word(p, "while"))
		return parse_while(p, N_WHILE);
	if (take_word(p, "until"))
		return parse_while(p, N_UNTIL);
	if (take_word(p, "for"))
		return parse_for(p);
	if (take_word(p, "case"))
		return parse_case(p);
	return NULL;
}

/* Words that may not begin a command: they close or continue one. */
static bool
at_closer(Parser *p)
{
	static const char *const closers[] = { "then", "elif", "else", "fi", "do", "done",
		"esac", "}", NULL };

	for (int i = 0; closers[i] != NULL; i++)
		if (at_word(p, closers[i]))
			return true;
	return false;
}

/* One command with the redirections behind it. */
static Node *
parse_command_node(Parser *p)
{
	Node *n = NULL;

	if (p->why != NULL || ++p->depth > MAXDEPTH || at_closer(p)) {
		if (p->depth > MAXDEPTH && p->why == NULL)
			p->why = "nested too deeply";
		return unexpected(p);
	}
	n = parse_compound(p);
	if (p->why == NULL && n == NULL)
		n = parse_simple(p);
	else
		while (p->why == NULL && at_redir(p))
			parse_redir(p, &n->redir);
	p->depth--;
	return p->why == NULL ? n : NULL;
}

static Node *
parse_pipeline(Parser *p)
{
	bool not = false;
	Node *n, **end = &n;

	while (take_word(p, "!"))
		not = !not ;
	n = parse_command_node(p);
	while (p->why == NULL && p->l->tok == T_PIPE) {
		next(p);
		skip_newlines(p);
		*end = node(p, N_PIPE, *end, parse_command_node(p));
		end = &(*end)->b;
	}
	return not ? node(p, N_NOT, n, NULL) : n;
}

static Node *
parse_andor(Parser *p)
{
	Node *n = parse_pipeline(p);

	for (int i = 0; p->why == NULL && (p->l->tok == T_AND || p->l->tok == T_OR);
		i++) {
		NodeKind kind = p->l->tok == T_AND ? N_AND : N_OR;

		if (i == MAXCHAIN)
			p->why = "too many && and || in a row";
		next(p);
		skip_newlines(p);
		n = node(p, kind, n, parse_pipeline(p));
	}
	return n;
}

static bool
at_list_end(Parser *p)
{
	return p->why != NULL || p->l->tok == T_EOF || p->l->tok == T_RPAREN ||
		p->l->tok == T_DSEMI || at_closer(p);
}

/* One andor and what ends it; an `&` makes it a job. */
static Node *
parse_item(Parser *p)
{
	Node *n = parse_andor(p);

	if (p->why == NULL && p->l->tok == T_AMP) {
		next(p);
		return node(p, N_BACK, n, NULL);
	}
	if (p->why == NULL && p->l->tok == T_SEMI)
		next(p);
	else if (p->l->tok != T_NEWLINE && !at_list_end(p))
		return unexpected(p);
	return n;
}

/* Lists lean to the right: run.c walks them in a loop. */
static void
list_add(Parser *p, Node **list, Node *item)
{
	while (*list != NULL && (*list)->kind == N_SEQ)
		list = &(*list)->b;
	*list = *list ? node(p, N_SEQ, *list, item) : item;
}

/* Inside a construct: newlines separate; at least one command. */
static Node *
parse_list(Parser *p)
{
	Node *n = NULL;

	skip_newlines(p);
	do {
		list_add(p, &n, parse_item(p));
		skip_newlines(p);
	} while (!at_list_end(p));
	return n;
}

Parse
parse_command(Lex *l, Node **out, const char **why)
{
	Parser p = { .l = l };
	Node *n = NULL;

	l->started = l->cut = false;
	l->err = NULL;
	l->heres = NULL;
	*out = NULL;
	next(&p);
	if (p.why == NULL && l->tok == T_EOF)
		return l->cut ? P_OK : P_END;
	while (p.why == NULL && l->tok != T_NEWLINE && l->tok != T_EOF)
		list_add(&p, &n, parse_item(&p));
	if (l->cut)
		return P_OK;
	if (p.why == NULL) {
		*out = n;
		return P_OK;
	}
	*why = p.why;
	if (l->tok != T_NEWLINE)
		l->p += strcspn(l->p, "\n");
	if (l->tok != T_NEWLINE && *l->p == '\n')
		l->p++;
	return P_ERROR;
}
