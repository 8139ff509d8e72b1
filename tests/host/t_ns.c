/* SRC: kern/ns.c kern/namewalk.c kern/uniondir.c kern/mount.c kern/chan.c kern/path.c
 * kern/dirtab.c kern/text.c kern/cmd.c */
/*
 * The name space over three fake devices, #root, #a and #b, that are stricter than real
 * ones: no lock may be held when they are called, an open Chan may not be walked, and
 * every Chan they have filled must be closed exactly once.
 */
#include "tests/host/host.h"

#include "kern/chan.h"
#include "kern/ns.h"

/* ---- a fake device: a table of files ---- */

typedef struct File {
	int dev; /* index into devs */
	int up;  /* directory it is in; -1 the root itself; -2 removed */
	const char *name;
	bool dir;
	uint32_t mode;
	char own[SYS_NAMEMAX];
} File;

enum {
	ROOT,
	SYS,
	SYS_PCI,
	BIN,
	LS,
	X,
	LOCKED,
	A,
	A_ATTACH,
	A_SHARED,
	A_SUB,
	A_DEEP,
	B,
	B_SHARED,
	B_ONLY,
	B_SUB,
	NFILE = 64
};

static const File first[] = {
	[ROOT] = { 0, -1, "/", true, 0755, "" },
	[SYS] = { 0, ROOT, "sys", true, 0755, "" },
	[SYS_PCI] = { 0, SYS, "pci", true, 0755, "" },
	[BIN] = { 0, ROOT, "bin", true, 0755, "" },
	[LS] = { 0, BIN, "ls", false, 0755, "" },
	[X] = { 0, ROOT, "x", false, 0644, "" },
	[LOCKED] = { 0, ROOT, "locked", true, 0555, "" },
	[A] = { 1, -1, "a", true, 0755, "" },
	[A_ATTACH] = { 1, A, "attach", false, 0444, "" },
	[A_SHARED] = { 1, A, "shared", false, 0644, "" },
	[A_SUB] = { 1, A, "sub", true, 0755, "" },
	[A_DEEP] = { 1, A_SUB, "deep", false, 0644, "" },
	[B] = { 2, -1, "b", true, 0755, "" },
	[B_SHARED] = { 2, B, "shared", false, 0644, "" },
	[B_ONLY] = { 2, B, "only", false, 0644, "" },
	[B_SUB] = { 2, B, "sub", true, 0755, "" },
};

static File file[NFILE];
static int nfile, live; /* Chans filled and not closed */
static Dev devs[3];
static Pgrp *g;

static void
no_locks(void)
{
	assert_null(host_self.held);
}

static void
fill(Chan *c, int i)
{
	c->qid = (Qid){ .path = i, .dir = file[i].dir };
	c->aux = &file[i];
}

static int
fake_attach_at(Chan *c, int i)
{
	no_locks();
	fill(c, i);
	live++;
	return 0;
}

static int
attach_root(Chan *c, const char *spec)
{
	assert_string_equal(spec, "");
	return fake_attach_at(c, ROOT);
}

static int
attach_a(Chan *c, const char *spec)
{
	if (strcmp(spec, "sub") == 0)
		return fake_attach_at(c, A_SUB);
	return *spec != 0 ? -ENOENT : fake_attach_at(c, A);
}

static int
attach_b(Chan *c, const char *spec)
{
	return *spec != 0 ? -ENOENT : fake_attach_at(c, B);
}

static int
fake_find(int up, const char *name)
{
	for (int i = 0; i < nfile; i++)
		if (file[i].up == up && strcmp(file[i].name, name) == 0)
			return i;
	return -1;
}

static int
fake_walk(Chan *c, const char *name)
{
	int i;

	no_locks();
	assert_int_equal(c->flags, -1);
	assert_true(strcmp(name, "..") != 0 && strcmp(name, ".") != 0 && *name != 0);
	assert_true(c->qid.dir);
	if ((i = fake_find(c->qid.path, name)) < 0)
		return -ENOENT;
	fill(c, i);
	return 0;
}

static int
fake_clone(Chan *from, Chan *to)
{
	no_locks();
	assert_ptr_equal(to->aux, from->aux);
	live++;
	return 0;
}

static void
fake_close(Chan *c)
{
	no_locks();
	assert_non_null(c->aux);
	c->aux = NULL;
	live--;
}

static int
fake_stat(Chan *c, Stat *st)
{
	no_locks();
	*st = (Stat){ .qid = c->qid, .mode = file[c->qid.path].mode };
	strcpy(st->name, file[c->qid.path].name);
	return 0;
}

static int
fake_open(Chan *c, int flags)
{
	no_locks();
	assert_int_equal(c->flags, -1);
	assert_int_equal(flags & (SO_CREAT | SO_EXCL), 0);
	return 0;
}

static int
fake_entry(Chan *c, uint i, Stat *st)
{
	no_locks();
	assert_true(c->flags >= 0);
	for (int k = 0; k < nfile; k++)
		if (file[k].up == (int)c->qid.path && i-- == 0) {
			*st = (Stat){ .qid = { .path = k, .dir = file[k].dir } };
			strcpy(st->name, file[k].name);
			return 0;
		}
	return -ENOENT;
}

static int
fake_create(Chan *c, const char *name, int flags, uint32_t mode, bool dir)
{
	File *f = &file[nfile];

	no_locks();
	(void)flags;
	if (fake_find(c->qid.path, name) >= 0)
		return fail(-EEXIST, "file exists");
	*f = (File){ (int)(c->dev - devs), (int)c->qid.path, f->own, dir, mode, "" };
	strcpy(f->own, name);
	fill(c, nfile++);
	return 0;
}

static int
fake_remove(Chan *c)
{
	no_locks();
	file[c->qid.path].up = -2;
	return 0;
}

static int
fake_rename(Chan *c, Chan *dir, const char *name)
{
	File *f = &file[c->qid.path];

	no_locks();
	assert_ptr_equal(c->dev, dir->dev);
	f->up = dir->qid.path;
	f->name = f->own;
	strcpy(f->own, name);
	return 0;
}

#define FAKE(n, fn)                                                                      \
	{                                                                                \
		.name = n, .attach = fn, .walk = fake_walk, .clone = fake_clone,         \
		.stat = fake_stat, .open = fake_open, .create = fake_create,             \
		.close = fake_close, .entry = fake_entry, .remove = fake_remove,         \
		.rename = fake_rename                                                    \
	}
static Dev devs[3] = { FAKE("root", attach_root), FAKE("a", attach_a),
	FAKE("b", attach_b) };
Dev *const devtab[] = { &devs[0], &devs[1], &devs[2], NULL };

/* ---- help ---- */

static int
setup(void **state)
{
	(void)state;
	memset(file, 0, sizeof(file));
	memcpy(file, first, sizeof(first));
	nfile = nelem(first);
	host_blocks = live = 0;
	g = pgrp_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pgrp_put(g);
	assert_int_equal(live, 0);
	assert_int_equal(host_blocks, 0);
	assert_null(host_self.held);
	return 0;
}

/* path is file i, reached by the clean name full. */
static void
is(const char *cwd, const char *path, int i, const char *full)
{
	Chan *c;

	assert_int_equal(ns_walk(g, cwd, path, &c), 0);
	assert_int_equal(c->qid.path, i);
	assert_ptr_equal(c->dev, &devs[file[i].dev]);
	assert_string_equal(c->path, full);
	chan_put(c);
}

static void
fails(const char *path, int err, const char *why)
{
	Chan *c;

	assert_int_equal(ns_walk(g, "/", path, &c), err);
	assert_string_equal(host_errstr, why);
}

static void
bound(const char *new, const char *old, int flags)
{
	assert_int_equal(ns_bind(g, "/", new, old, flags), 0);
}

/* The names in a directory, joined by blanks, read forward. */
static const char *
list(const char *path)
{
	static char s[512];
	Chan *c;
	Stat st;
	int err;

	s[0] = 0;
	assert_int_equal(ns_open(g, "/", path, SO_RDONLY, 0, &c), 0);
	for (uint i = 0; (err = ns_entry(g, c, i, &st)) == 0; i++)
		sprintf(s + strlen(s), "%s%s", i > 0 ? " " : "", st.name);
	assert_int_equal(err, -ENOENT);
	assert_int_equal(ns_entry(g, c, 1000, &st), -ENOENT);
	/* again from the middle: the same entry */
	if (strchr(s, ' ') != NULL) {
		char want[SYS_NAMEMAX];

		assert_int_equal(ns_entry(g, c, 1, &st), 0);
		strcpy(want, st.name);
		assert_int_equal(ns_entry(g, c, 0, &st), 0);
		assert_int_equal(ns_entry(g, c, 1, &st), 0);
		assert_string_equal(st.name, want);
	}
	chan_put(c);
	return s;
}

static const char *
printed(void)
{
	static char s[1024];
	Text t = { 0 };

	ns_print(g, &t);
	strcpy(s, t.s == NULL ? "" : t.s);
	text_free(&t);
	return s;
}

/* ---- tests ---- */

static void
walks(void **state)
{
	(void)state;
	is("/", "/", ROOT, "/");
	is("/", "/bin/ls", LS, "/bin/ls");
	is("/bin", "ls", LS, "/bin/ls");
	is("/bin", "../x", X, "/x");
	is("/", "#a", A, "#a");
	is("/", "#a/sub/deep", A_DEEP, "#a/sub/deep");
	is("/", "#a/..", A, "#a");
	is("/", "#a/../attach", A_ATTACH, "#a/attach");
	is("#a/sub", "deep", A_DEEP, "#a/sub/deep");
	is("#a/sub", "..", A, "#a");
	is("/", "#a.sub", A_SUB, "#a.sub");
	is("/", "#a.sub/deep", A_DEEP, "#a.sub/deep");
	fails("/nope", -ENOENT, "no such file or directory");
	fails("/nope/x", -ENOENT, "no such file or directory");
	fails("", -ENOENT, "no such file or directory");
	fails("/x/y", -ENOTDIR, "not a directory: /x");
	fails("/bin/ls/y/z", -ENOTDIR, "not a directory: /bin/ls");
	fails("#a/attach/y", -ENOTDIR, "not a directory: #a/attach");
	fails("#nope", -ENOENT, "no device is called #nope");
	fails("#", -ENOENT, "no device is called #");
	fails("#nope/x", -ENOENT, "no device is called #nope");
	/* text decides: the file before .. need not be there */
	is("/", "/nope/../x", X, "/x");
}

static void
opens(void **state)
{
	Chan *c;

	(void)state;
	assert_int_equal(ns_open(g, "/", "/x", SO_RDWR, 0, &c), 0);
	assert_int_equal(c->flags & SO_ACCMODE, SO_RDWR);
	chan_put(c);
	assert_int_equal(ns_open(g, "/", "#a/attach", SO_WRONLY, 0, &c), -EACCES);
	assert_string_equal(host_errstr, "permission denied");
	assert_int_equal(ns_open(g, "/", "#a/attach", SO_RDONLY | SO_TRUNC, 0, &c),
		-EACCES);
	assert_int_equal(ns_open(g, "/", "/bin", SO_WRONLY, 0, &c), -EISDIR);
	assert_int_equal(ns_open(g, "/", "/bin", SO_RDWR, 0, &c), -EISDIR);
	assert_int_equal(ns_open(g, "/", "/x", SO_DIRECTORY, 0, &c), -ENOTDIR);
	assert_int_equal(ns_open(g, "/", "/x", 3, 0, &c), -EINVAL);
	assert_int_equal(ns_open(g, "/", "/nope", SO_RDWR, 0, &c), -ENOENT);
}

static void
creates(void **state)
{
	Chan *c;

	(void)state;
	assert_int_equal(ns_open(g, "/bin", "new", SO_WRONLY | SO_CREAT, 0640, &c), 0);
	assert_string_equal(c->path, "/bin/new");
	assert_int_equal(c->flags & SO_ACCMODE, SO_WRONLY);
	chan_put(c);
	is("/", "/bin/new", nelem(first), "/bin/new");
	assert_int_equal(file[nelem(first)].mode, 0640);
	assert_int_equal(ns_open(g, "/", "/bin/new", SO_CREAT | SO_EXCL, 0, &c), -EEXIST);
	assert_string_equal(host_errstr, "file exists");
	assert_int_equal(ns_open(g, "/", "/bin/new", SO_CREAT, 0, &c), 0);
	chan_put(c);
	file[nelem(first)].mode = 0240;
	assert_int_equal(ns_open(g, "/", "/bin/new", SO_CREAT, 0, &c), -EACCES);
	assert_int_equal(nfile, nelem(first) + 1);
}

static void
create_fails(void **state)
{
	Chan *c;

	(void)state;
	assert_int_equal(ns_open(g, "/", "/locked/new", SO_CREAT, 0644, &c), -EACCES);
	assert_int_equal(ns_open(g, "/", "/nope/new", SO_CREAT, 0644, &c), -ENOENT);
	assert_int_equal(ns_open(g, "/", "/x/new", SO_CREAT, 0644, &c), -ENOTDIR);
	assert_int_equal(ns_open(g, "/", "/bad\nname", SO_CREAT, 0644, &c), -EINVAL);
	assert_int_equal(ns_open(g, "/", "/", SO_CREAT | SO_EXCL, 0644, &c), -EEXIST);
	assert_int_equal(ns_mkdir(g, "/", "/bin", 0755), -EEXIST);
	assert_int_equal(ns_mkdir(g, "/", "/x", 0755), -EEXIST);
	assert_int_equal(ns_mkdir(g, "/", "/", 0755), -EEXIST);
	assert_int_equal(ns_mkdir(g, "/", "/nope/d", 0755), -ENOENT);
	assert_int_equal(ns_mkdir(g, "/", "/d/", 0755), 0);
	is("/", "/d", nelem(first), "/d");
	assert_true(file[nelem(first)].dir);
	devs[1].create = NULL;
	assert_int_equal(ns_mkdir(g, "/", "#a/d", 0755), -EROFS);
	devs[1].create = fake_create;
}

static void
removes(void **state)
{
	(void)state;
	assert_int_equal(ns_remove(g, "/bin", "ls"), 0);
	fails("/bin/ls", -ENOENT, "no such file or directory");
	assert_int_equal(ns_remove(g, "/", "/"), -EBUSY);
	assert_int_equal(ns_remove(g, "/", "#a"), -EBUSY);
	assert_int_equal(ns_remove(g, "/", "/nope"), -ENOENT);
	assert_int_equal(ns_remove(g, "/", "/x/y"), -ENOTDIR);
	file[X].up = LOCKED;
	assert_int_equal(ns_remove(g, "/", "/locked/x"), -EACCES);
	bound("#a", "/sys/pci", BIND_REPLACE);
	assert_int_equal(ns_remove(g, "/", "/sys/pci"), -EBUSY);
	assert_string_equal(host_errstr, "something is bound there");
}

static void
renames(void **state)
{
	(void)state;
	assert_int_equal(ns_rename(g, "/", "/x", "bin/y"), 0);
	is("/", "/bin/y", X, "/bin/y");
	assert_int_equal(ns_rename(g, "/", "/bin/y", "#a/y"), -EXDEV);
	assert_int_equal(ns_rename(g, "/", "/nope", "/z"), -ENOENT);
	assert_int_equal(ns_rename(g, "/", "/bin/y", "/nope/z"), -ENOENT);
	assert_int_equal(ns_rename(g, "/", "/bin/y", "/"), -EBUSY);
	assert_int_equal(ns_rename(g, "/", "/bin/y", "/locked/y"), -EACCES);
	bound("#a", "/sys/pci", BIND_REPLACE);
	assert_int_equal(ns_rename(g, "/", "/sys/pci", "/p"), -EBUSY);
	assert_int_equal(ns_rename(g, "/", "/bin/y", "/sys/pci"), -EBUSY);
	/* inside a union a file stays in the member it is in */
	bound("#b", "/sys/pci", BIND_AFTER);
	assert_int_equal(ns_rename(g, "/", "/sys/pci/only", "/sys/pci/still"), 0);
	is("/", "#b/still", B_ONLY, "#b/still");
}

static void
binds(void **state)
{
	(void)state;
	bound("#a", "/sys/pci", BIND_REPLACE);
	is("/", "/sys/pci", A, "/sys/pci");
	is("/", "/sys/pci/sub/deep", A_DEEP, "/sys/pci/sub/deep");
	is("/sys/pci", "attach", A_ATTACH, "/sys/pci/attach");
	/* .. goes back the way one came, not to the device's idea of a parent */
	is("/sys/pci/sub", "..", A, "/sys/pci");
	is("/sys/pci", "..", SYS, "/sys");
	is("/sys/pci", "../../x", X, "/x");
	/* a bind on a directory inside of a mount, seen wherever that directory is */
	bound("#b", "/sys/pci/sub", BIND_REPLACE);
	is("/", "/sys/pci/sub/only", B_ONLY, "/sys/pci/sub/only");
	is("/", "#a/sub/only", B_ONLY, "#a/sub/only");
	/* a file over a file */
	bound("#b/only", "/x", BIND_REPLACE);
	is("/", "/x", B_ONLY, "/x");
	/* the root itself */
	bound("#b", "/", BIND_REPLACE);
	is("/", "/", B, "/");
	is("/", "/only", B_ONLY, "/only");
	assert_int_equal(ns_unmount(g, "/", NULL, "/"), 0);
	is("/", "/bin", BIN, "/bin");
	/* again replaces */
	bound("/bin", "/sys/pci", BIND_REPLACE);
	is("/", "/sys/pci/ls", LS, "/sys/pci/ls");
	fails("/sys/pci/attach", -ENOENT, "no such file or directory");
}

static void
bind_fails(void **state)
{
	(void)state;
	assert_int_equal(ns_bind(g, "/", "#a", "/x", 0), -EINVAL);
	assert_int_equal(ns_bind(g, "/", "#a/attach", "/bin", 0), -EINVAL);
	assert_int_equal(ns_bind(g, "/", "#b/only", "/x", BIND_AFTER), -EINVAL);
	assert_int_equal(ns_bind(g, "/", "#a", "/bin", BIND_BEFORE | BIND_AFTER),
		-EINVAL);
	assert_int_equal(ns_bind(g, "/", "#a", "/bin", 0x40), -EINVAL);
	assert_int_equal(ns_bind(g, "/", "#a", "/nope", 0), -ENOENT);
	assert_string_equal(host_errstr, "no such file or directory: /nope");
	assert_int_equal(ns_bind(g, "/", "#nope", "/bin", 0), -ENOENT);
	assert_string_equal(printed(), "");
}

static void
unions(void **state)
{
	(void)state;
	assert_string_equal(list("/bin"), "ls");
	bound("#a", "/bin", BIND_AFTER);
	assert_string_equal(list("/bin"), "ls attach shared sub");
	is("/", "/bin/ls", LS, "/bin/ls");
	is("/", "/bin/attach", A_ATTACH, "/bin/attach");
	bound("#b", "/bin", BIND_BEFORE);
	assert_string_equal(list("/bin"), "shared only sub ls attach");
	is("/", "/bin/shared", B_SHARED, "/bin/shared");
	/* binding what is there already moves it */
	bound("#b", "/bin", BIND_AFTER);
	assert_string_equal(list("/bin"), "ls attach shared sub only");
	is("/", "/bin/shared", A_SHARED, "/bin/shared");
	/* a union bound elsewhere brings all it shows */
	bound("/bin", "/sys/pci", BIND_REPLACE);
	assert_string_equal(list("/sys/pci"), "ls attach shared sub only");
	/* the device itself is as it was */
	assert_string_equal(list("#a"), "attach shared sub");
}

/* An open directory shows one state, whatever is bound meanwhile. */
static void
open_union_is_stable(void **state)
{
	Chan *c;
	Stat st;

	(void)state;
	bound("#a", "/bin", BIND_AFTER);
	assert_int_equal(ns_open(g, "/", "/bin", SO_RDONLY, 0, &c), 0);
	assert_int_equal(ns_entry(g, c, 0, &st), 0);
	assert_int_equal(ns_unmount(g, "/", NULL, "/bin"), 0);
	assert_int_equal(ns_entry(g, c, 1, &st), 0);
	assert_string_equal(st.name, "attach");
	chan_put(c);
	assert_string_equal(list("/bin"), "ls");
}

static int
make(const char *path)
{
	Chan *c;
	int err = ns_open(g, "/", path, SO_CREAT | SO_WRONLY, 0644, &c);

	if (err == 0)
		chan_put(c);
	return err;
}

static void
union_creation(void **state)
{
	(void)state;
	bound("#a", "/bin", BIND_REPLACE);
	assert_int_equal(make("/bin/f"), 0);
	is("/", "#a/f", nelem(first), "#a/f");
	bound("#b", "/bin", BIND_BEFORE); /* before, but without create */
	assert_int_equal(make("/bin/g"), 0);
	is("/", "#a/g", nelem(first) + 1, "#a/g");
	bound("#b", "/bin", BIND_BEFORE | BIND_CREATE);
	assert_int_equal(make("/bin/h"), 0);
	is("/", "#b/h", nelem(first) + 2, "#b/h");
	assert_int_equal(make("/bin/g"), 0); /* is there: opened, not made again */
	assert_int_equal(nfile, nelem(first) + 3);

	bound("#a", "/sys", BIND_AFTER);
	assert_int_equal(make("/sys/f2"), -EACCES);
	assert_string_equal(host_errstr,
		"no directory bound here takes new files (bind -c)");
	bound("/sys", "/sys", BIND_BEFORE | BIND_CREATE);
	assert_int_equal(ns_remove(g, "/", "/bin/h"), 0);
	fails("#b/h", -ENOENT, "no such file or directory");
}

static void
unmounts(void **state)
{
	(void)state;
	bound("#a", "/bin", BIND_AFTER);
	bound("#b", "/bin", BIND_BEFORE);
	assert_int_equal(ns_unmount(g, "/", "#a", "/bin"), 0);
	assert_string_equal(list("/bin"), "shared only sub ls");
	assert_int_equal(ns_unmount(g, "/", "#a", "/bin"), -ENOENT);
	assert_string_equal(host_errstr, "not bound there");
	assert_int_equal(ns_unmount(g, "/", "#b", "/bin"), 0);
	assert_string_equal(list("/bin"), "ls");
	assert_int_equal(ns_unmount(g, "/", NULL, "/bin"), -ENOENT);
	assert_string_equal(host_errstr, "nothing is bound there");
	bound("#a", "/bin", BIND_REPLACE);
	bound("#b", "/bin", BIND_AFTER);
	assert_int_equal(ns_unmount(g, "/", NULL, "/bin"), 0);
	assert_string_equal(list("/bin"), "ls");
	assert_string_equal(printed(), "");
	/* by the name it was bound by, though something is bound over that since */
	bound("/sys/pci", "/bin", BIND_REPLACE);
	bound("#a", "/sys/pci", BIND_REPLACE);
	assert_int_equal(ns_unmount(g, "/", "/sys/pci", "/bin"), 0);
	assert_string_equal(list("/bin"), "ls");
}

static void
prints(void **state)
{
	(void)state;
	bound("#a", "/sys/pci", BIND_REPLACE);
	bound("#b", "/bin", BIND_AFTER);
	bound("#a", "/bin", BIND_BEFORE | BIND_CREATE);
	bound("#b/only", "/x", BIND_REPLACE);
	bound("#b", "/sys/pci", BIND_AFTER);
	assert_string_equal(printed(),
		"bind '#a' /sys/pci\n"
		"bind -a '#b' /sys/pci\n"
		"bind -bc '#a' /bin\n"
		"bind -a '#b' /bin\n"
		"bind '#b/only' /x\n");
}

static void
groups(void **state)
{
	Pgrp *own;

	(void)state;
	bound("#a", "/sys/pci", BIND_REPLACE);
	own = pgrp_copy(g);
	bound("#b", "/bin", BIND_REPLACE); /* not in the copy */
	Pgrp *all = g;
	g = own;
	is("/", "/sys/pci", A, "/sys/pci");
	assert_string_equal(list("/bin"), "ls");
	assert_int_equal(pgrp_clear(g), 0);
	is("/", "/sys/pci", SYS_PCI, "/sys/pci");
	assert_string_equal(printed(), "");
	g = all;
	is("/", "/sys/pci", A, "/sys/pci");
	assert_false(pgrp_shared(g));
	assert_ptr_equal(pgrp_get(g), g);
	assert_true(pgrp_shared(g));
	pgrp_put(g);
	pgrp_put(own);
}

/* seal -b /sys/pci CMD: own copy, keep, clear, seal. */
static void
seals(void **state)
{
	Chan *c, *held;

	(void)state;
	bound("#a", "/sys/pci", BIND_REPLACE);
	bound("#b", "/sys/pci/sub", BIND_REPLACE);
	bound("#b", "/bin", BIND_AFTER);
	assert_int_equal(ns_open(g, "/", "#b/only", SO_RDONLY, 0, &held), 0);
	assert_int_equal(ns_bind(g, "/sys", "pci", "pci", BIND_KEEP), 0);
	assert_int_equal(pgrp_clear(g), 0);
	bound("#b/only", "/x", BIND_REPLACE); /* until the seal, # is allowed */
	assert_false(pgrp_sealed(g));
	pgrp_seal(g);
	assert_true(pgrp_sealed(g));
	is("/", "/sys/pci/attach", A_ATTACH, "/sys/pci/attach");
	is("/", "/sys/pci/sub/only", B_ONLY, "/sys/pci/sub/only");
	is("/", "/x", B_ONLY, "/x");
	assert_string_equal(list("/bin"), "ls");
	fails("#a", -EPERM, "names that begin with # are refused in a sealed name space");
	fails("#nope", -EPERM,
		"names that begin with # are refused in a sealed name space");
	/* a directory from before */
	assert_int_equal(ns_walk(g, "#a", "attach", &c), -EPERM);
	assert_int_equal(ns_open(g, "/", "#a/attach", SO_RDONLY, 0, &c), -EPERM);
	assert_int_equal(ns_bind(g, "/", "#a", "/bin", BIND_AFTER), -EPERM);
	assert_int_equal(ns_bind(g, "#a", "sub", "/bin", BIND_AFTER), -EPERM);
	assert_int_equal(ns_bind(g, "/", "/bin", "#a", 0), -EPERM);
	assert_int_equal(ns_mkdir(g, "/", "#a/d", 0755), -EPERM);
	assert_int_equal(ns_remove(g, "/", "#a/shared"), -EPERM);
	assert_int_equal(ns_rename(g, "/", "#a/shared", "/y"), -EPERM);
	assert_int_equal(ns_rename(g, "/", "/bin/ls", "#a/y"), -EPERM);
	assert_int_equal(ns_unmount(g, "/", "#a", "/sys/pci"), -EPERM);
	is("/", "/sys/pci/attach", A_ATTACH, "/sys/pci/attach");
	/* what it sees it may still arrange */
	bound("/sys/pci", "/bin", BIND_AFTER);
	/* copies are sealed too, and what was open stays open */
	Pgrp *copy = pgrp_copy(g);
	assert_true(pgrp_sealed(copy));
	pgrp_put(copy);
	assert_int_equal(held->flags, SO_RDONLY);
	chan_put(held);
	/* a kept bind is kept once */
	assert_int_equal(pgrp_clear(g), 0);
	is("/", "/sys/pci", SYS_PCI, "/sys/pci");
}

static void
limits(void **state)
{
	char name[32];
	int err = 0, n;

	(void)state;
	for (n = 0; n < 40; n++) {
		sprintf(name, "/sys/d%d", n);
		assert_int_equal(ns_mkdir(g, "/", name, 0755), 0);
	}
	for (n = 0; n < 40 && err == 0; n++) {
		sprintf(name, "/sys/d%d", n);
		err = ns_bind(g, "/", name, "/bin", BIND_AFTER);
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(n, 32); /* /bin itself and 31 more */
	is("/", "/bin/ls", LS, "/bin/ls");
}

/* Whatever allocation fails, the call says so, and nothing changes or leaks. */
static void
out_of_memory(void **state)
{
	char before[1024];
	int err = -ENOMEM;

	(void)state;
	bound("#b", "/bin", BIND_AFTER);
	strcpy(before, printed());
	for (long left = 0; err == -ENOMEM; left++) {
		host_alloc_left = left;
		err = ns_bind(g, "/", "/bin", "/sys/pci", BIND_BEFORE);
		host_alloc_left = -1;
		if (err == -ENOMEM)
			assert_string_equal(printed(), before);
		assert_true(left < 100);
	}
	assert_int_equal(err, 0);
	err = -ENOMEM;
	for (long left = 0; err == -ENOMEM; left++) {
		Chan *c;

		host_alloc_left = left;
		err = ns_open(g, "/", "/sys/pci", SO_RDONLY, 0, &c);
		host_alloc_left = -1;
		if (err == 0)
			chan_put(c);
		assert_true(left < 100);
	}
	assert_int_equal(err, 0);
	Pgrp *p = NULL;
	for (long left = 0; p == NULL; left++) {
		host_alloc_left = left;
		p = pgrp_copy(g);
		host_alloc_left = -1;
		assert_true(left < 100);
	}
	pgrp_put(p);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(walks),
		T(opens),
		T(creates),
		T(create_fails),
		T(removes),
		T(renames),
		T(binds),
		T(bind_fails),
		T(unions),
		T(open_union_is_stable),
		T(union_creation),
		T(unmounts),
		T(prints),
		T(groups),
		T(seals),
		T(limits),
		T(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
