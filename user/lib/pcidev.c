/* The driver library (pcidev.h), over the files of #pci/B:D.F. */
#include "user/lib/pcidev.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "user/include/tool.h"

struct PciDev {
	char name[16];
	int event; /* open for life */
	int intr;  /* -1 until asked for */
};

/* "00:1f.2" and "0000:00:1f.2" are "0:1f.2": the names of the directories. */
static bool
canonical(const char *s, char *name, size_t n)
{
	unsigned long part[4], *p;
	int k = 0, at = 0;
	char *end;

	for (;; s = end + 1) {
		if (k == 4 || !strchr("0123456789abcdefABCDEF", *s) || *s == '\0')
			return false;
		part[k++] = strtoul(s, &end, 16);
		if (*end == '\0')
			break;
		if (strchr(":./", *end) == NULL)
			return false;
	}
	if (k < 3)
		return false;
	if (k == 4 && part[0] != 0) {
		at = snprintf(name, n, "%lx:", part[0]);
		if (at >= (int)n)
			return false;
	}
	p = &part[k - 3];
	return snprintf(name + at, n - (size_t)at, "%lx:%lx.%lx", p[0], p[1], p[2]) <
		(int)n - at;
}

static int
file_open(const PciDev *d, const char *file, int flags)
{
	char path[SYS_PATHMAX], sub[40];

	snprintf(sub, sizeof sub, "%s/%s", d->name, file);
	return open_dev("/dev/pci", "#pci", sub, flags | O_CLOEXEC, path);
}

PciDev *
pci_open(const char *name)
{
	PciDev *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	d->intr = -1;
	if (!canonical(name, d->name, sizeof d->name)) {
		errno = EINVAL;
		free(d);
		return NULL;
	}
	d->event = file_open(d, "event", O_RDONLY);
	if (d->event < 0) {
		free(d);
		return NULL;
	}
	return d;
}

void
pci_close(PciDev *d)
{
	close(d->event);
	if (d->intr >= 0)
		close(d->intr);
	free(d);
}

const char *
pci_name(const PciDev *d)
{
	return d->name;
}

int
pci_event(PciDev *d, char *line, size_t n)
{
	long got = read(d->event, line, n - 1);

	if (got < 0)
		return -1;
	while (got > 0 && line[got - 1] == '\n')
		got--;
	line[got] = '\0';
	return (int)got;
}

int
pci_wait_owned(PciDev *d)
{
	char line[128];

	do
		if (pci_event(d, line, sizeof line) < 0)
			return -1;
	while (strncmp(line, "attach", 6) != 0);
	return 0;
}

static int
bar_open(const PciDev *d, int bar)
{
	char file[16];

	snprintf(file, sizeof file, "bar%d", bar);
	return file_open(d, file, O_RDWR);
}

/* Closes fd. */
static volatile void *
map_registers(int fd, size_t off, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)off);

	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

volatile void *
pci_map_bar(PciDev *d, int bar, size_t *size)
{
	int fd = bar_open(d, bar);
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return NULL;
	}
	if (size != NULL)
		*size = (size_t)st.st_size;
	return map_registers(fd, 0, (size_t)st.st_size);
}

volatile void *
pci_map_bar_part(PciDev *d, int bar, size_t off, size_t n)
{
	int fd = bar_open(d, bar);

	return fd < 0 ? NULL : map_registers(fd, off, n);
}

static int
command(PciDev *d, const char *file, const char *cmd)
{
	int fd = file_open(d, file, O_WRONLY), r;

	if (fd < 0)
		return -1;
	r = write_all(fd, cmd, strlen(cmd));
	close(fd);
	return r;
}

int
pci_busmaster(PciDev *d, bool on)
{
	return command(d, "ctl", on ? "busmaster on" : "busmaster off");
}

int
pci_reset(PciDev *d)
{
	return command(d, "ctl", "reset");
}

int
pci_map(PciDev *d, uint64_t iova, const void *p, size_t n, const char *rights)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "map 0x%llx 0x%llx 0x%llx %s", (unsigned long long)iova,
		(unsigned long long)(uintptr_t)p, (unsigned long long)n, rights);
	return command(d, "map", cmd);
}

int
pci_unmap(PciDev *d, uint64_t iova, size_t n)
{
	char cmd[64];

	snprintf(cmd, sizeof cmd, "unmap 0x%llx 0x%llx", (unsigned long long)iova,
		(unsigned long long)n);
	return command(d, "map", cmd);
}

void *
dma_alloc(size_t n, int bits)
{
	int below = bits < 32 ? MAP_DMA28 : bits < 39 ? MAP_DMA32 : MAP_DMA;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | below;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
dma_free(void *p, size_t n)
{
	munmap(p, n);
}

int
pci_intr_on(PciDev *d)
{
	if (d->intr < 0)
		d->intr = file_open(d, "intr", O_RDONLY);
	return d->intr < 0 ? -1 : 0;
}

long
pci_intr(PciDev *d)
{
	char text[32];
	long got;

	if (pci_intr_on(d) < 0)
		return -1;
	got = read(d->intr, text, sizeof text - 1);
	if (got < 0)
		return -1;
	text[got] = '\0';
	return strtol(text, NULL, 10);
}

int
pci_wait(PciDev *d, int what, int ms)
{
	struct pollfd p[2] = {
		{ .fd = what & PCI_EVENT ? d->event : -1, .events = POLLIN },
		{ .fd = what & PCI_INTR ? d->intr : -1, .events = POLLIN },
	};

	if ((what & PCI_INTR) && pci_intr_on(d) < 0)
		return -1;
	p[1].fd = what & PCI_INTR ? d->intr : -1;
	if (poll(p, 2, ms) < 0)
		return -1;
	return (p[0].revents ? PCI_EVENT : 0) | (p[1].revents ? PCI_INTR : 0);
}
