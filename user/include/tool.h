/*
 * What every small tool needs: messages of the form `tool: what: sentence`, flags, and
 * writes that are whole. Printing here is newlib's integer-only family: no tool of ours
 * prints a floating point number, and it saves 20 KiB in each.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/include/bailey.h"

#define printf(...)    iprintf(__VA_ARGS__)
#define fprintf(...)   fiprintf(__VA_ARGS__)
#define snprintf(...)  sniprintf(__VA_ARGS__)
#define vsnprintf(...) vsniprintf(__VA_ARGS__)
#define getline        __getline /* newlib has it by this name only */

/* Say `progname: what: errstr()` on fd 2; what may be NULL. */
void warn(const char *what);
/* The same for a failed read or write of an open descriptor: its path is looked up. */
void warn_fd(int fd);
void die(const char *what) __attribute__((noreturn)); /* warn and exit 1 */
/* A sentence of our own, `progname: ...`, and exit 1. */
void quit(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* `usage: progname args`, exit 2. */
void usage(const char *args) __attribute__((noreturn));

/*
 * Take leading flag words such as -l or -rf off the argument list. letters names the
 * flags known; returns a bit mask, bit i for letters[i]. Ends after `--`. An unknown
 * letter prints usage(args). On return (*argv)[0] is the first operand.
 */
unsigned flags(int *argc, char ***argv, const char *letters, const char *args);

/* All of it in as few writes as the file takes; -1 and errno on failure. */
int write_all(int fd, const char *buf, size_t n);
/* From one descriptor to another, a write for each read. 0, or -1 after a warning. */
int copy_fd(int in, int out, const char *inname);
/* dir/name in buf; false when it does not fit. */
bool path_join(char *buf, size_t n, const char *dir, const char *name);
const char *path_last(const char *path); /* what follows the last slash */
/* A whole unsigned number, decimal, 0x hex; false when it is anything else. */
bool number(const char *s, unsigned long *out);
/* A small file's text, terminated, or NULL; free it. */
char *read_file(const char *path);
/*
 * Open a device's file where init has bound the device, dir, else by the device's own
 * name, which a sealed process does not have. path is filled in for messages.
 */
int open_dev(const char *dir, const char *device, const char *file, int flags,
	char path[SYS_PATHMAX]);
/* Write one command to such a file, or die. */
void dev_command(const char *dir, const char *device, const char *file, const char *cmd);
/* Flush stdout; a failure is reported and changes status to 1. */
int finish(int status);
/* The words after argv[0], as echo prints them, in one write: a control file takes one
 * command for each. Shared by echo and the shell. */
int echo_words(int argc, char **argv);
