/*
 * A device: a tree of files behind one name, '#name'.
 *
 * A Chan is a place in such a tree. A descriptor refers to a Chan that is open. The name
 * space (kern/ns.h) hands out Chans, and a Dev knows only its own files. All calls may
 * sleep, and run without locks held unless the Dev is plain. Buffers are memory of the
 * kernel, for the system calls copy. Errors are negative, and a Dev says why with fail().
 *
 * Most devices are flat: one table of files (Dirtab) and the flat_* calls. Other fixed
 * trees give a Gen to dev_walk and take what they need of the rest.
 */
#pragma once

#include "kern/lock.h"
#include "kern/sys.h"
#include "kern/text.h"
#include "kern/types.h"

typedef struct Dev Dev;
typedef struct Chan Chan;
typedef struct Dirtab Dirtab;
typedef struct Aspace Aspace;

typedef struct Qid {
	uint64_t path; /* unique among the files of the device */
	uint32_t vers;
	bool dir;
} Qid;

typedef struct Stat {
	Qid qid;
	uint32_t mode; /* permissions, 0777 */
	uint64_t length;
	uint64_t mtime; /* s since 1970 */
	char name[SYS_NAMEMAX];
} Stat;

struct Chan {
	Dev *dev;
	Qid qid;
	uint refs;   /* atomic */
	int flags;   /* SO_* of the open; -1 when not open */
	off_k off;   /* of read and write; guarded by lock */
	Mutex lock;  /* one read-with-offset at a time; RANK_CHAN */
	void *aux;   /* the device's, from walk or open to close */
	Text *text;  /* the snapshot a text file is read from, freed by chan_put */
	char *path;  /* the name it was reached by, absolute; for messages and getcwd */
	void *ns;    /* the name space's: union being read */
	bool stream; /* set by open: bytes come once, in order; offsets mean nothing */
};

struct Dev {
	const char *name; /* without '#' */
	/* The device is a store of bytes: read and write never wait for an event, and
	 * take no Mutex ranked before RANK_DIR. So they run under c->lock, and the offset
	 * of a shared descriptor moves together with the data. */
	bool plain;
	const Dirtab *tab; /* all its files, of a flat device (below) */
	uint ntab;

	/* Called once, in the order of devtab, before the first process. May kprint. */
	void (*init)(void);
	/* Makes c the root of the tree. spec is what follows '#name.', or "". */
	int (*attach)(Chan *c, const char *spec);
	/* Moves c, which is not open, to its child called name, which is never "..".
	 * -ENOENT: there is none. After an error c is where it was. */
	int (*walk)(Chan *c, const char *name);
	/* Gives the clone `to` an aux of its own. NULL: both share the pointer. */
	int (*clone)(Chan *from, Chan *to);
	int (*stat)(Chan *c, Stat *st);
	/* flags are SO_*. Permission bits have been checked. */
	int (*open)(Chan *c, int flags);
	/* Makes name in directory c and moves c to it, opened. NULL: -EROFS. */
	int (*create)(Chan *c, const char *name, int flags, uint32_t mode, bool dir);
	/* The last reference to c has gone; it is open if flags >= 0. Frees aux. */
	void (*close)(Chan *c);
	/* Fills *st with the i'th entry of an open directory. -ENOENT: it has fewer. */
	int (*entry)(Chan *c, uint i, Stat *st);
	long (*read)(Chan *c, void *buf, long n, off_k off);
	long (*write)(Chan *c, const void *buf, long n, off_k off);
	int (*remove)(Chan *c);
	int (*rename)(Chan *c, Chan *dir, const char *name);
	int (*wstat)(Chan *c, uint32_t mode);
	/* Which of events (SPOLL*) are ready. *q is woken when that changes. NULL: all
	 * are always ready. */
	int (*poll)(Chan *c, int events, Waitq **q);
	/* Maps len bytes at offset off of a file of registers into as, at *va. */
	int (*mmap)(Chan *c, Aspace *as, uint64_t off, size_t len, int prot, vaddr_t *va);
};

/* All devices, in the order in which they are initialised, then NULL: dev/devtab.c. */
extern Dev *const devtab[];
/* The device called name, without '#'. NULL: there is none. */
Dev *dev_find(const char *name);

/* ---- helpers for devices that are small fixed trees ---- */

/* Fills *st with the i'th entry of directory dir. -ENOENT: it has fewer. */
typedef int Gen(Chan *dir, uint i, Stat *st);
/* A Dev's walk, for a directory whose entries gen enumerates. */
int dev_walk(Chan *c, const char *name, Gen *gen);

/*
 * One row of a Dirtab: a file, what a read of it shows, and what it does with a command.
 * A row sets one of usage, show and show_of, or none if the file is not text, and one of
 * cmd and cmd_of, or none if it takes no commands.
 */
typedef struct Cmd Cmd;
struct Dirtab {
	const char *name;
	uint32_t mode;
	/* Always the same text: the commands that the file takes. */
	const char *usage;
	/* Writes what a read shows. It is called at open, and the reader sees this
	 * snapshot. show_of is for a text that depends on the Chan, or that can fail:
	 * then it returns a code and has said why. */
	void (*show)(Text *t);
	int (*show_of)(Chan *c, Text *t);
	/* Does one command, parsed, of at least one word. 0, or a code and a sentence.
	 * cmd_of is for a command that depends on the Chan. */
	int (*cmd)(const Cmd *cmd);
	int (*cmd_of)(Chan *c, const Cmd *cmd);
};
bool dirtab_is_text(const Dirtab *row);
bool dirtab_takes_cmd(const Dirtab *row);

/* A Dev's calls for a directory that has the n files of tab, each with qid.path = 1 +
 * row, and for one of these files. dirtab_open takes the text and dirtab_read reads
 * it. */
int dirtab_walk(Chan *c, const char *name, const Dirtab *tab, uint n);
int dirtab_entry(Chan *c, uint i, Stat *st, const Dirtab *tab, uint n);
int dirtab_open(Chan *c, int flags, const Dirtab *row);
long dirtab_read(Chan *c, void *buf, long n, off_k off);
long dirtab_write(Chan *c, const void *buf, long n, const Dirtab *row);

/* A Dev's attach: c becomes the root. -ENOENT: there is a spec, which it does not
 * know. */
int flat_attach(Chan *c, const char *spec);
/* The other calls of a flat device, which is one directory with the files of
 * c->dev->tab. */
int flat_walk(Chan *c, const char *name);
int flat_stat(Chan *c, Stat *st);
int flat_entry(Chan *c, uint i, Stat *st);
int flat_open(Chan *c, int flags);
long flat_write(Chan *c, const void *buf, long n, off_k off);
#define FLAT_FILES(files)                                                                \
	.tab = (files), .ntab = nelem(files), .attach = flat_attach, .walk = flat_walk,  \
	.stat = flat_stat, .entry = flat_entry
#define FLAT_CALLS .open = flat_open, .read = dirtab_read, .write = flat_write

/* For a directory that changes while it is read: open takes all its entries into c->text.
 * `list` finds them and gives each to dirsnap_add. -ENOMEM, with a sentence. */
int dirsnap_open(Chan *c, void (*list)(Chan *dir, Text *t));
void dirsnap_add(Text *t, const Stat *st);
int dirsnap_entry(Chan *c, uint i, Stat *st);
