/*
 * What Bailey offers beyond the C library: names, and the sentence of a failed call.
 */
#pragma once

#include <stddef.h>

#include "kern/sys.h"

/* Name space (user/man/ns.md). flags: BIND_REPLACE, BIND_BEFORE, BIND_AFTER, BIND_CREATE,
 * BIND_KEEP. */
int bind(const char *new, const char *old, int flags);
int unmount(const char *new, const char *old); /* new NULL: everything bound there */
int rfns(int flags);                           /* RFNS_COPY, RFNS_SEAL, RFNS_CLEAR */

/* Why the last call failed, as the kernel put it, else as errno says. Valid until the
 * next call of errstr. */
const char *errstr(void);

/* The path a descriptor was opened by, in buf, or NULL when it cannot be told. */
char *fdname(int fd, char *buf, size_t n);

/* SIGINTs that came while ignored, since the last call: Ctrl-Cs for who must not die. */
int interrupts(void);

long long clock_ns(int which);    /* CLK_* of kern/sys.h */
int sysname(char *buf, size_t n); /* one line: system, version, machine */

extern const char *progname; /* last element of argv[0] */
