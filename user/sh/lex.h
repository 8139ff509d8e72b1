/*
 * Words and operators of the shell's language. A word keeps its text as typed, quotes
 * and all; expand.c takes it apart when the command runs.
 *
 * Text comes in pieces: when one is used up and more is needed, more() fetches the next,
 * so a command may span lines and the reader knows that it does (started).
 */
#pragma once

#include <stdbool.h>

#include "user/sh/mem.h"

typedef enum Tok {
	T_EOF,
	T_NEWLINE,
	T_WORD,
	T_SEMI,   /* ;  */
	T_DSEMI,  /* ;; */
	T_AMP,    /* &  */
	T_AND,    /* && */
	T_PIPE,   /* |  */
	T_OR,     /* || */
	T_LPAREN, /* (  */
	T_RPAREN, /* )  */
	T_IN,     /* <  the redirections, T_IN to T_HERE */
	T_OUT,    /* >  */
	T_APPEND, /* >> */
	T_INDUP,  /* <& */
	T_OUTDUP, /* >& */
	T_HERE,   /* << */
} Tok;

typedef struct Here Here;
struct Here {
	char *end;  /* the word that ends it, without quotes */
	bool plain; /* the word was quoted: nothing in the text is expanded */
	char *text; /* filled in when the line is over */
	Here *next;
};

typedef struct Lex Lex;
struct Lex {
	const char *p;               /* what is left of the present piece */
	const char *(*more)(Lex *l); /* the next, with its newline; NULL at the end */
	Arena *arena;                /* where words go */
	bool started;                /* inside a command */
	bool ended;                  /* more has said NULL */
	bool cut;                    /* set by more: the user gave the command up */
	const char *err;             /* why the text makes no sense, or NULL */
	Here *heres;                 /* announced on this line, text still to come */

	Tok tok;    /* the present token */
	char *word; /* of T_WORD */
	int io;     /* of a redirection: the number before it, or -1 */
};

void lex_init(Lex *l, const char *text, Arena *arena); /* a piece with nothing after it */
void lex_next(Lex *l);                                 /* read the next token */
const char *tok_name(const Lex *l);                    /* the present one, for messages */

/* Where the construct that begins at p (after its opening) ends: the first character
 * that is `close` outside quotes and nested constructs; NULL when there is none. */
const char *lex_close(const char *p, char close);
