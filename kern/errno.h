/*
 * Error numbers, the ones newlib uses, so that a system call's -errno needs no
 * translation in the C library. Host tests take the host's numbers instead.
 */
#pragma once

#if __STDC_HOSTED__
#include <errno.h>
#else
#define EPERM        1
#define ENOENT       2
#define ESRCH        3
#define EINTR        4
#define EIO          5
#define ENXIO        6
#define E2BIG        7
#define ENOEXEC      8
#define EBADF        9
#define ECHILD       10
#define EAGAIN       11
#define ENOMEM       12
#define EACCES       13
#define EFAULT       14
#define EBUSY        16
#define EEXIST       17
#define EXDEV        18
#define ENODEV       19
#define ENOTDIR      20
#define EISDIR       21
#define EINVAL       22
#define ENFILE       23
#define EMFILE       24
#define ENOTTY       25
#define EFBIG        27
#define ENOSPC       28
#define ESPIPE       29
#define EROFS        30
#define EMLINK       31
#define EPIPE        32
#define ERANGE       34
#define ENOSYS       88
#define ENOTEMPTY    90
#define ENAMETOOLONG 91
#define ELOOP        92
#define ETIMEDOUT    116
#define EDQUOT       132
#define ENOTSUP      134
#define EOVERFLOW    139
#endif
