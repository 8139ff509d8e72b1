/*
 * #bench measures inside the kernel what the calls of dev/vtd/iommu.h cost. Only the
 * bench kernel has this device (build/bench). Reading a file runs its measurement, with
 * interrupts off, and gives `bench NAME MEDIAN LEAST MOST` in ticks of the time-stamp
 * counter. Under icount these are instructions. The domain has tables of its own and is
 * attached for edu, so every unmap invalidates and waits. No memory is behind the
 * mappings, because nobody uses them.
 */
#include "arch/arch.h"
#include "dev/assign/assign.h"
#include "dev/devtab.h"
#include "dev/pci/pci.h"
#include "kern/dev.h"
#include "kern/errno.h"
#include "kern/log.h"

#define RUNS 25
#define PAGE 4096ull
#define M2   (2ull << 20)
#define G1   (1ull << 30)
#define EDU  BDF(0, 0, 3, 0)
#define AT   (64 * G1) /* where things are mapped */

typedef struct Measure {
	const char *name;
	iova_t iova;
	paddr_t pa;
	uint64_t len;
	uint neighbours; /* other mappings of 4 KiB, 8 KiB apart, before iova */
} Measure;

static const Measure measures[] = {
	{ "map_4k", AT + PAGE, G1, PAGE, 1 },
	{ "map_4k_empty", AT, G1, PAGE, 0 },
	{ "map_2m", AT + M2, G1, M2, 1 },
	{ "map_1g", AT + G1, G1, G1, 1 },
	{ "map_64m", AT + 64 * M2, G1, 32 * M2, 0 },
	{ "map_2m_offset", AT + PAGE, G1, M2, 0 },
	{ "map_4k_live100k", AT + 9 * PAGE, G1, PAGE, 100000 },
};

static uint64_t
ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static void
report(Text *t, const char *name, uint64_t *v)
{
	for (uint i = 1; i < RUNS; i++)
		for (uint k = i; k > 0 && v[k] < v[k - 1]; k--) {
			uint64_t x = v[k];

			v[k] = v[k - 1];
			v[k - 1] = x;
		}
	text_printf(t, "bench %s %llu %llu %llu\n", name, (unsigned long long)v[RUNS / 2],
		(unsigned long long)v[0], (unsigned long long)v[RUNS - 1]);
}

/* ---- the measurements ---- */

static int
neighbours(Domain *d, const Measure *m)
{
	int err = 0;

	for (uint i = 0; i < m->neighbours && err == 0; i++)
		err = domain_map(d, m->iova + m->len + PAGE + i * 2 * PAGE, G1, PAGE,
			DOMAIN_R | DOMAIN_W);
	return err;
}

static int
measure_map(Domain *d, const Measure *m, uint64_t *v)
{
	int err = neighbours(d, m);

	for (uint i = 0; i < RUNS && err == 0; i++) {
		bool irq = arch_irq_off();
		uint64_t t = ticks();

		err = domain_map(d, m->iova, m->pa, m->len, DOMAIN_R | DOMAIN_W);
		err = err == 0 ? domain_unmap(d, m->iova, m->len) : err;
		v[i] = ticks() - t;
		arch_irq_restore(irq);
	}
	return err;
}

static int
measure_attach(Domain *d, Unit *u, uint64_t *v)
{
	uint16_t sid = (uint16_t)EDU;
	int err = domain_detach(d, u, &sid, 1);

	for (uint i = 0; i < RUNS && err == 0; i++) {
		bool irq = arch_irq_off();
		uint64_t t = ticks();

		err = domain_attach(d, u, &sid, 1);
		err = err == 0 ? domain_detach(d, u, &sid, 1) : err;
		v[i] = ticks() - t;
		arch_irq_restore(irq);
	}
	return err == 0 ? domain_attach(d, u, &sid, 1) : err;
}

/* Runs fn on a fresh domain that edu's requests go to. */
static int
with_domain(const Measure *m, uint64_t *v)
{
	PciFn *f = pci_find(EDU);
	Unit *u = f != NULL ? assign_unit(f) : NULL;
	uint16_t sid = (uint16_t)EDU;
	Domain *d;
	int err;

	if (u == NULL || assign_owner(f) >= 0)
		return fail(-ENODEV, "no unit, or 0:3.0 is owned");
	if ((err = domain_new_mapped(100000, &d)) != 0)
		return err;
	if ((err = domain_attach(d, u, &sid, 1)) == 0) {
		err = m != NULL ? measure_map(d, m, v) : measure_attach(d, u, v);
		domain_detach(d, u, &sid, 1);
	}
	domain_free(d);
	return err;
}

/* ---- the files ---- */

static int
domain_show(Chan *c, Text *t)
{
	uint64_t v[RUNS];
	int err = 0;

	(void)c;
	for (uint i = 0; i < nelem(measures) && err == 0; i++)
		if ((err = with_domain(&measures[i], v)) == 0)
			report(t, measures[i].name, v);
	if (err == 0 && (err = with_domain(NULL, v)) == 0)
		report(t, "attach_detach", v);
	return err != 0 ? fail(err, "a measurement failed") : 0;
}

static const Dirtab files[] = { { "domain", 0444, .show_of = domain_show } };

static Dev benchdev = { .name = "bench", FLAT_FILES(files), FLAT_CALLS };

Dev *const devtab[] = { DEVICES, &benchdev, NULL };
