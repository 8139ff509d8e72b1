/*
 * #pci: a directory for each PCI function, named as people write it (0:3.0, hexadecimal).
 *
 *	status  what it is and whose         config  its configuration space, to read
 *	barN    registers, for mmap          intr    its interrupts, counted
 *	event   what happens to it           ctl     reset, busmaster on|off
 *	map     in mode guest, what it sees
 *
 * The barN, intr, ctl and map are for the owner of the function. Each use asks who that
 * is, so a descriptor that was kept from an earlier attachment is worth nothing. Nobody
 * can write config, because with it a device could be made to pass the IOMMU. Locks:
 * none. Functions are const, and each open file has its own state.
 */
#include "dev/assign/assign.h"
#include "dev/devtab.h"
#include "dev/glue/pciwindow.h"
#include "dev/pci/pci.h"
#include "dev/text/mapcmd.h"
#include "dev/text/pcistatus.h"
#include "kern/aspace.h"
#include "kern/chan.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/string.h"

typedef struct File {
	Dirtab row;
	int (*open)(PciFn *f, Chan *c);
	long (*read)(PciFn *f, Chan *c, void *buf, long n, off_k off);
} File;

/* qid.path is 0 for the root and (bdf + 1) << 8 for a function; a file of it has 1 + row
 * added. The rows of `files` come first, then those of `bars`. */
enum { ROW_BITS = 8, ROW_INTR = 2, ROW_EVENT = 3 };

static PciFn *chan_fn(const Chan *c);

/* Asks once for everything that can change, and leaves the words to dev/text. */
static int
status_show(Chan *c, Text *t)
{
	PciFn *f = chan_fn(c);
	Unit *u = assign_unit(f);
	PciStatus s = {
		.fn = f,
		.present = pci_present(f),
		.busmaster = pci_is_busmaster(f),
		.ats = pci_ats_is_on(f),
		.state = assign_state(f),
		.owner = assign_owner(f),
		.unit = u != NULL ? (int)unit_index(u) : -1,
	};

	s.has_driver = assign_kdev(f, &s.driver);
	s.has_entry = assign_entry(f, &s.entry, &s.irq);
	s.ncap = pci_caps(f, false, s.cap, nelem(s.cap));
	s.necap = pci_caps(f, true, s.ecap, nelem(s.ecap));
	pcistatus_text(t, &s);
	return 0;
}

/* ---- ctl ---- */

#define CTL_USAGE "reset\nbusmaster on|off\n"

static int
ctl_cmd(Chan *c, const Cmd *cmd)
{
	static const char *const words[] = { "reset", "busmaster" };
	static const char *const state[] = { "off", "on" };
	PciFn *f = chan_fn(c);
	int what = cmd_word(words, nelem(words), cmd->f[0]);
	int on = cmd_word(state, nelem(state), cmd->f[cmd->n - 1]);

	if (what < 0 || cmd->n != what + 1 || (what == 1 && on < 0))
		return fail(-EINVAL, "'%s': want reset, busmaster on or busmaster off",
			cmd->f[what < 0 ? 0 : cmd->n - 1]);
	if (!assign_mine(f))
		return -EPERM;
	return what == 0 ? assign_reset(f) : assign_busmaster(f, on);
}

/* ---- map ---- */

static int
map_show(Chan *c, Text *t)
{
	return assign_maps(chan_fn(c), t, map_print);
}

static int
map_cmd(Chan *c, const Cmd *cmd)
{
	MapCmd m;
	int err = map_parse(cmd, &m);

	if (err != 0)
		return err;
	return m.unmap ? assign_unmap(chan_fn(c), m.iova, m.len)
		       : assign_map(chan_fn(c), m.iova, m.va, m.len, m.rights);
}

/* ---- config ---- */

/* Registers are read as whole words, so that a device sees no access that is not
 * aligned. */
static long
config_read(PciFn *f, Chan *c, void *buf, long n, off_k off)
{
	long size = pci_config_size(f), done = 0;

	(void)c;
	if (off < 0 || off >= size)
		return 0;
	if (n > size - off)
		n = size - off;
	while (done < n) {
		uint at = off + done, skip = at & 3;
		uint32_t v = pci_read(f, at - skip, 4);
		long k = n - done < 4 - skip ? n - done : 4 - skip;

		memcpy((char *)buf + done, (char *)&v + skip, k);
		done += k;
	}
	return n;
}

/* ---- intr ---- */

static int
intr_open(PciFn *f, Chan *c)
{
	uint64_t *seen;
	int err;

	if (!assign_mine(f))
		return -EPERM;
	if ((err = assign_intr_open(f)) != 0)
		return err;
	if ((seen = kalloc(sizeof *seen)) == NULL)
		return fail(-ENOMEM, "no memory");
	c->aux = seen;
	return 0;
}

/* Sleeps until the count is another than the one this descriptor has read before. */
static long
intr_read(PciFn *f, Chan *c, void *buf, long n, off_k off)
{
	uint64_t *seen = c->aux, count;
	char line[24];
	long err, len;

	(void)off;
	if (n < (long)sizeof line)
		return fail(-EINVAL, "intr: a count needs %zu bytes", sizeof line);
	if (!assign_mine(f))
		return -EPERM;
	err = assign_intr_wait(f, *seen, (c->flags & SO_NONBLOCK) != 0, &count);
	if (err < 0)
		return err;
	*seen = count;
	len = snprint(line, sizeof line, "%lu\n", count);
	memcpy(buf, line, len);
	return len;
}

/* ---- event ---- */

static long
event_read(PciFn *f, Chan *c, void *buf, long n, off_k off)
{
	(void)off;
	return assign_event_read(f, buf, n, (c->flags & SO_NONBLOCK) != 0);
}

/* ---- bars ---- */

static int
bar_open(PciFn *f, Chan *c)
{
	(void)c;
	return assign_mine(f) ? 0 : -EPERM;
}

static long
bar_read(PciFn *f, Chan *c, void *buf, long n, off_k off)
{
	(void)f;
	(void)c;
	(void)buf;
	(void)n;
	(void)off;
	return fail(-EINVAL, "registers are mapped, not read: use mmap");
}

/* ---- the tree ---- */

static const File files[] = {
	{ .row = { "status", 0444, .show_of = status_show } },
	{ .row = { .name = "config", .mode = 0444 }, .read = config_read },
	[ROW_INTR] = { .row = { .name = "intr", .mode = 0444 },
		.open = intr_open,
		.read = intr_read },
	[ROW_EVENT] = { .row = { .name = "event", .mode = 0444 }, .read = event_read },
	{ .row = { "ctl", 0664, .usage = CTL_USAGE, .cmd_of = ctl_cmd } },
	{ .row = { "map", 0660, .show_of = map_show, .cmd_of = map_cmd } },
};

static const File bars[PCI_NBAR] = {
	{ .row = { .name = "bar0", .mode = 0660 }, .open = bar_open, .read = bar_read },
	{ .row = { .name = "bar1", .mode = 0660 }, .open = bar_open, .read = bar_read },
	{ .row = { .name = "bar2", .mode = 0660 }, .open = bar_open, .read = bar_read },
	{ .row = { .name = "bar3", .mode = 0660 }, .open = bar_open, .read = bar_read },
	{ .row = { .name = "bar4", .mode = 0660 }, .open = bar_open, .read = bar_read },
	{ .row = { .name = "bar5", .mode = 0660 }, .open = bar_open, .read = bar_read },
};

static PciFn *
chan_fn(const Chan *c)
{
	return pci_find((bdf_t)(c->qid.path >> ROW_BITS) - 1);
}

/* 0: a directory; otherwise 1 + row. */
static uint
chan_row(const Chan *c)
{
	return c->qid.path & ((1 << ROW_BITS) - 1);
}

static const File *
chan_file(const Chan *c)
{
	uint row = chan_row(c);

	if (row == 0)
		return NULL;
	return row <= nelem(files) ? &files[row - 1] : &bars[row - 1 - nelem(files)];
}

static void
dir_stat(const PciFn *f, Stat *st)
{
	*st = (Stat){ .qid = { .dir = true }, .mode = 0555 };
	if (f == NULL) {
		strcopy(st->name, "pci", sizeof st->name);
		return;
	}
	st->qid.path = (uint64_t)(f->bdf + 1) << ROW_BITS;
	bdf_print(f->bdf, st->name, sizeof st->name);
}

static void
file_stat(const PciFn *f, uint row, Stat *st)
{
	bool bar = row >= nelem(files);
	const Dirtab *d = bar ? &bars[row - nelem(files)].row : &files[row].row;

	*st = (Stat){ .mode = d->mode };
	st->qid.path = (uint64_t)(f->bdf + 1) << ROW_BITS | (row + 1);
	if (bar)
		st->length = f->bar[row - nelem(files)].size;
	else if (files[row].read == config_read)
		st->length = pci_config_size(f);
	strcopy(st->name, d->name, sizeof st->name);
}

static bool
has_row(const PciFn *f, uint row)
{
	const PciBar *b;

	if (row < nelem(files))
		return true;
	b = &f->bar[row - nelem(files)];
	return b->size != 0 && !b->io;
}

static int
gen_files(const PciFn *f, uint i, Stat *st)
{
	for (uint row = 0; row < nelem(files) + PCI_NBAR; row++)
		if (has_row(f, row) && i-- == 0) {
			file_stat(f, row, st);
			return 0;
		}
	return -ENOENT;
}

static int
pci_gen(Chan *dir, uint i, Stat *st)
{
	const PciFn *f;

	if (dir->qid.path != 0)
		return gen_files(chan_fn(dir), i, st);
	for (f = pci_first(); f != NULL && i > 0; f = f->next)
		i--;
	if (f == NULL)
		return -ENOENT;
	dir_stat(f, st);
	return 0;
}

static int
pci_walk(Chan *c, const char *name)
{
	return dev_walk(c, name, pci_gen);
}

static int
pci_stat(Chan *c, Stat *st)
{
	uint row = chan_row(c);

	if (row == 0)
		dir_stat(c->qid.path == 0 ? NULL : chan_fn(c), st);
	else
		file_stat(chan_fn(c), row - 1, st);
	return 0;
}

static int
pci_open(Chan *c, int flags)
{
	const File *file = chan_file(c);

	if (file == NULL)
		return 0;
	if (dirtab_is_text(&file->row))
		return dirtab_open(c, flags, &file->row);
	return file->open != NULL ? file->open(chan_fn(c), c) : 0;
}

static void
pci_close(Chan *c)
{
	kfree(c->aux);
	c->aux = NULL;
}

static long
pci_fileread(Chan *c, void *buf, long n, off_k off)
{
	const File *file = chan_file(c);

	if (file->read == NULL)
		return dirtab_read(c, buf, n, off);
	return file->read(chan_fn(c), c, buf, n, off);
}

static long
pci_filewrite(Chan *c, const void *buf, long n, off_k off)
{
	const File *file = chan_file(c);

	(void)off;
	if (!dirtab_takes_cmd(&file->row))
		return fail(-EINVAL, "registers are mapped, not written: use mmap");
	return dirtab_write(c, buf, n, &file->row);
}

static int
pci_poll(Chan *c, int events, Waitq **q)
{
	uint row = chan_row(c);

	if (row == 1 + ROW_INTR)
		return events & assign_poll(chan_fn(c), true, *(uint64_t *)c->aux, q);
	if (row == 1 + ROW_EVENT)
		return events & assign_poll(chan_fn(c), false, 0, q);
	return events;
}

static int
pci_mmap(Chan *c, Aspace *as, uint64_t off, size_t len, int prot, vaddr_t *va)
{
	uint row = chan_row(c);

	if (row <= nelem(files))
		return fail(-EINVAL, "only the bar files can be mapped");
	if (as != proc_self()->as)
		return fail(-EPERM, "registers are mapped into the process that asks");
	return assign_map_bar(chan_fn(c), row - 1 - nelem(files), off, len, prot, va);
}

/* ---- boot ---- */

static void
pci_init(void)
{
	uint n, buses;

	if (pci_scan() != 0)
		kprint("pci: no memory for all functions\n");
	pci_keep_out();
	n = pci_count(&buses);
	kprint("pci: %u functions on %u buses, %s\n", n, buses,
		pci_uses_ecam() ? "ECAM" : "ports");
}

Dev pcidev = {
	.name = "pci",
	.init = pci_init,
	.attach = flat_attach,
	.walk = pci_walk,
	.stat = pci_stat,
	.open = pci_open,
	.close = pci_close,
	.entry = pci_gen,
	.read = pci_fileread,
	.write = pci_filewrite,
	.poll = pci_poll,
	.mmap = pci_mmap,
};
