/*
 * Error numbers the core returns. On a host they are the host's; a freestanding kernel
 * gets newlib's, and one that uses others changes this file (a redefinition with another
 * value is a compiler error, so a mismatch cannot go unseen).
 */
#pragma once

#if __STDC_HOSTED__
#include <errno.h>
#else
#define ENOENT    2
#define EIO       5
#define EAGAIN    11
#define ENOMEM    12
#define EFAULT    14
#define EBUSY     16
#define EEXIST    17
#define ENODEV    19
#define EINVAL    22
#define ENOSPC    28
#define ERANGE    34
#define ETIMEDOUT 116
#define EDQUOT    132
#define ENOTSUP   134
#endif
