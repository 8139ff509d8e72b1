/*
 * The shell's running half: run.c walks trees, constructs.c has loops, case and if,
 * program.c becomes a program, redir.c moves descriptors, job.c starts and awaits
 * processes, and builtin.c is what must happen in the shell itself.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "user/sh/parse.h"

/* ---- run.c ---- */

/* Leaving a construct early: what is under way, and how many loops it still crosses. */
typedef enum Jump { J_NONE, J_BREAK, J_CONTINUE, J_RETURN, J_INTERRUPT } Jump;
extern Jump jump;
extern int jump_count, loop_depth;
extern bool opt_errexit, opt_xtrace; /* set -e, set -x */

/* Run a tree; its exit status. last: this process ends afterwards, so it may become the
 * command instead of waiting for it. */
int run(Node *n, bool last);
/* Parse and run everything the lexer gives; name is for messages. */
int run_all(Lex *l, const char *name);
int run_text(const char *text, const char *name);
/* Run FILE with the present parameters; 127 when it cannot be read. */
int run_file(const char *path);
/* `sh: what: errstr()`, `sh: text`; both return 1. */
int complain(const char *what);
int complain_text(const char *text);
/* Expanded words live here until the command they belong to is done. */
extern Arena scratch;
/* Runs a tree whose status decides something, so that set -e does not look at it. */
int run_condition(Node *n);

/* ---- constructs.c ---- */

int run_while(Node *n); /* or until */
int run_for(Node *n);
int run_case(Node *n);
int run_if(Node *n, bool last);

/* ---- program.c ---- */

/* Become a program, found along PATH; does not return. */
void exec_program(char **argv) __attribute__((noreturn));

/* ---- redir.c ---- */

typedef struct Saved {
	int fd, copy; /* copy -1: it was closed */
} Saved;
#define MAXSAVED 16
typedef struct SavedSet {
	Saved s[MAXSAVED];
	int n;
} SavedSet;

/* Carry the redirections out; set NULL: for good. When one fails: a message and false. */
bool redir_apply(const Redir *r, SavedSet *set);
void redir_undo(SavedSet *set);
int fd_move_up(int fd); /* the same file at 10 or above, closed on exec */

/* ---- job.c ---- */

extern bool job_control; /* this shell gives each job a group and the console */

void job_start(void); /* become a job-controlling shell, if fd 0 is a console */
/* fork into group *pgid (0: a new one, which is stored). front: it gets the console.
 * 0 in the child, which is a shell without job control; -1 after a message. */
pid_t job_fork(pid_t *pgid, bool front);
/* Wait for all n, then take the console back; the status of the last as $? has it. */
int job_wait(const pid_t *pid, int n, const char *name);
#define JOB_TEXT 60                            /* bytes kept of a command, terminated */
void job_back(pid_t pid, const char *command); /* remember it, say [PID] */
void job_list(void); /* print those in the background, and those not waited for yet */
void job_interrupted(void);   /* leave everything when Ctrl-C was typed at this shell */
void job_reap(void);          /* take the statuses of those that ended */
int job_wait_back(pid_t pid); /* 127 when it is no child */
int job_wait_all(void);

/* ---- builtin.c ---- */

typedef int Builtin(int argc, char **argv);
Builtin *builtin_find(const char *name);
int builtin_test(int argc, char **argv); /* test.c */
