/*
 * The system call interface, shared by the kernel and user/: numbers, flags and the
 * structures that cross. Calls use `syscall` with rax = number and rdi, rsi, rdx, r10,
 * r8, r9; rax returns the result or -errno; only rcx and r11 are clobbered. Flag values
 * are newlib's, so its headers need no translation.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum {
	SYS_exit = 0,  /* (status) */
	SYS_fork,      /* () -> pid, 0 in the child */
	SYS_execve,    /* (path, argv, envp) */
	SYS_wait,      /* (pid or -1, int *status, options) -> pid */
	/* (pid or -pgid, sig): SIGKILL ends; SIGINT ends unless ignored; 0 probes */
	SYS_kill,
	SYS_getpid,    /* () */
	SYS_getppid,   /* () */
	SYS_setpgid,   /* (pid, pgid) */
	SYS_sleep,     /* (nanoseconds) -> 0 or -EINTR */
	SYS_clock,     /* (CLK_*) -> ns, or ticks of the time-stamp counter */
	SYS_brk,       /* (address or 0) -> new break */
	SYS_mmap,      /* (addr, len, prot, flags, fd, offset) -> address */
	SYS_munmap,    /* (addr, len) */
	SYS_mprotect,  /* (addr, len, prot) */
	SYS_open,      /* (path, flags, mode) -> fd */
	SYS_close,     /* (fd) */
	SYS_read,      /* (fd, buf, n) */
	SYS_write,     /* (fd, buf, n) */
	SYS_pread,     /* (fd, buf, n, offset) */
	SYS_pwrite,    /* (fd, buf, n, offset) */
	SYS_lseek,     /* (fd, offset, whence) */
	SYS_fstat,     /* (fd, SysStat *) */
	SYS_stat,      /* (path, SysStat *) */
	SYS_wstat,     /* (path, mode): change permissions */
	SYS_dirread,   /* (fd, SysStat *buf, count) -> entries read */
	SYS_dup,       /* (fd, newfd or -1) -> fd */
	SYS_fcntl,     /* (fd, F_GETFD|F_SETFD, arg): close-on-exec */
	SYS_pipe,      /* (int fd[2]) */
	SYS_poll,      /* (SysPoll *, n, ms or -1) -> ready */
	SYS_chdir,     /* (path) */
	SYS_getcwd,    /* (buf, n) -> length */
	SYS_mkdir,     /* (path, mode) */
	SYS_remove,    /* (path): file or empty directory */
	SYS_rename,    /* (old, new): within one directory tree */
	SYS_bind,      /* (new, old, flags) */
	SYS_unmount,   /* (new or NULL, old) */
	SYS_rfns,      /* (RFNS_*): changes the mount table */
	SYS_errstr,    /* (buf, n) -> length: the sentence of the last failed call */
	SYS_signal,    /* (SIGINT or SIGPIPE, SIGNAL_*) */
	SYS_uname,     /* (buf, n): one line of text */
	SYS_COUNT
};

enum {
	CLK_MONO,      /* ns since boot */
	CLK_REAL,      /* ns since 1970 */
	CLK_CPU,       /* ns of CPU time that the caller has used */
	CLK_TICKS,     /* ticks of the time-stamp counter */
	CLK_IDLE       /* ticks that this CPU has spent in HLT */
};
enum {
	RFNS_COPY = 1, /* the caller gets a mount table of its own, a copy */
	RFNS_SEAL = 2, /* from now on the table refuses '#' names */
	RFNS_CLEAR = 4 /* the table keeps only the root, and what BIND_KEEP says */
};
enum {
	BIND_REPLACE = 0,
	BIND_BEFORE = 1,
	BIND_AFTER = 2,
	BIND_CREATE = 4,
	/* Alone: binds nothing. What is bound at `old` or below survives CLEAR. */
	BIND_KEEP = 8
};
enum { WAIT_NOHANG = 1 };
enum {
	SIGNAL_DEFAULT, /* from now on the signal ends the process */
	SIGNAL_IGNORE,  /* from now on it is only counted */
	SIGNAL_ASK      /* only returns how many SIGINTs were ignored since last asked */
};

/* open */
#define SO_RDONLY   0
#define SO_WRONLY   1
#define SO_RDWR     2
#define SO_ACCMODE  3
#define SO_APPEND   0x0008
#define SO_CREAT    0x0200
#define SO_TRUNC    0x0400
#define SO_EXCL     0x0800
#define SO_NONBLOCK 0x4000
#define SO_CLOEXEC  0x40000
#define SO_DIRECTORY 0x200000

/* mmap */
#define SPROT_READ  1
#define SPROT_WRITE 2
#define SPROT_EXEC  4
#define SMAP_SHARED  0x01 /* only for device registers */
#define SMAP_PRIVATE 0x02
#define SMAP_FIXED   0x10
#define SMAP_ANON    0x20
/* Memory for devices: 2 MiB stretches that hold nothing else, a guard page on both sides,
 * below the limit. Not inherited by fork. */
#define SMAP_DMA     0x1000
#define SMAP_DMA28   0x3000 /* and below 2^28 */
#define SMAP_DMA32   0x5000 /* and below 2^32 */

/* kill: the numbers of newlib's signal.h that we know */
#define SSIGINT  2
#define SSIGKILL 9
#define SSIGSEGV 11
#define SSIGPIPE 13
#define SSIGTERM 15

/* wait: status is exit status << 8, or the signal that ended it */

#define SYS_NAMEMAX 64  /* one path element, terminator included */
#define SYS_PATHMAX 512 /* a whole path, terminator included */
#define SYS_ERRMAX  192 /* a sentence, terminator included */

#define SMODE_DIR 0x80000000u
/* clang-format on */

typedef struct SysStat {
	uint64_t qid_path;
	uint32_t qid_vers;
	uint32_t mode; /* permissions 0777, SMODE_DIR */
	uint64_t length;
	uint64_t mtime; /* seconds since 1970 */
	char dev[8];    /* device name, without # */
	char name[SYS_NAMEMAX];
} SysStat;

#define SPOLLIN  0x01
#define SPOLLOUT 0x04
#define SPOLLERR 0x08
#define SPOLLHUP 0x10

typedef struct SysPoll {
	int32_t fd;
	int16_t events;
	int16_t revents;
} SysPoll;
