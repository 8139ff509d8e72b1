/*
 * The grammar: tokens in, a tree out.
 *
 *	list     = andor { (";" | "&" | newline) andor }
 *	andor    = pipeline { ("&&" | "||") pipeline }
 *	pipeline = [ "!" ] command { "|" command }
 *	command  = words and redirections, ( list ), { list; }, if, while, until, for,
 *	           case, or name() command; redirections may follow the compound ones
 */
#pragma once

#include "user/sh/lex.h"

typedef struct Redir Redir;
struct Redir {
	int fd; /* which descriptor */
	Tok op; /* T_IN .. T_HERE */
	char *word;
	Here *here;
	Redir *next;
};

typedef enum NodeKind {
	N_SIMPLE, /* words, assigns, redir */
	N_PIPE,   /* a | b */
	N_NOT,    /* ! a */
	N_AND,    /* a && b */
	N_OR,     /* a || b */
	N_SEQ,    /* a ; b */
	N_BACK,   /* a & */
	N_SUB,    /* ( a ) */
	N_GROUP,  /* { a; } */
	N_IF,     /* if a then b else c */
	N_WHILE,  /* while a do b */
	N_UNTIL,  /* until a do b */
	N_FOR,    /* for name in words do b; words NULL: "$@" */
	N_CASE,   /* case name in arms */
	N_FUNC,   /* name() a */
} NodeKind;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	Node *a, *b, *c;
	char *name;
	char **words; /* raw, NULL-terminated */
	int nwords;
	char **assigns; /* raw NAME=value, NULL-terminated */
	int nassigns;
	Redir *redir;
	Node *next; /* N_CASE: arms hang here; an arm has words (patterns) and b */
};

typedef enum Parse { P_OK, P_END, P_ERROR } Parse;

/*
 * One complete command up to and with its newline; *out NULL for an empty line, and for a
 * command that was given up half way. P_END: the
 * text is used up. P_ERROR: *why says what is wrong; the rest of the line is lost.
 */
Parse parse_command(Lex *l, Node **out, const char **why);
bool name_valid(const char *s, size_t n); /* could it be a variable? */
