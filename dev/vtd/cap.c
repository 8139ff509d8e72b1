/*
 * Capabilities to limits, pure (VT-d 10.4.2, 10.4.3). Levels are chosen from SAGAW: the
 * fewest that reach the request width, else the most there are; units exist whose
 * requests have 39 bits and whose tables have only 4 levels. Two and six levels are not
 * supported: no unit made needs them. A unit that reads as all ones or zeros is not
 * there.
 */
#include "dev/vtd/cap.h"

#include "dev/vtd/err.h"
#include "dev/vtd/reg.h"

#define MIN_LEVELS 3
#define MAX_LEVELS 5
#define FIXED_END  0x0c0 /* registers below have fixed offsets */

typedef struct Erratum {
	uint16_t device; /* Intel host bridge */
	bool rwbf;       /* needs write-buffer flushes though CAP denies it */
} Erratum;

#define QEMU_BOARD 0x11001af4 /* subsystem of every QEMU host bridge */

#define FIRST_LEVELS 4
#define FIRST_WIDTH  47 /* addresses are canonical: the upper half is not one's own */

/* Mobile 4 Series and 4 Series chipsets. */
/* clang-format off */
static const Erratum errata[] = {
	{ 0x2a40, true }, { 0x2e00, true }, { 0x2e10, true }, { 0x2e20, true },
	{ 0x2e30, true }, { 0x2e40, true }, { 0x2e90, true },
};
/* clang-format on */

static uint32_t
levels_width(uint32_t levels)
{
	return 12 + 9 * levels;
}

static uint32_t
choose_levels(uint32_t sagaw, uint32_t mgaw)
{
	uint32_t best = 0;

	for (uint32_t n = MIN_LEVELS; n <= MAX_LEVELS; n++) {
		if (!(sagaw >> (n - 2) & 1))
			continue;
		best = n;
		if (levels_width(n) >= mgaw)
			break;
	}
	return best;
}

/* Of those it has, ours or not. */
static uint32_t
most_levels(uint32_t sagaw)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < 5; i++)
		if (sagaw >> i & 1)
			n = i + 2;
	return n;
}

static const char *
unit_absent(uint32_t ver, uint64_t cap, uint64_t ecap)
{
	if (ver == ~0u || (cap == ~0ull && ecap == ~0ull))
		return "registers read all ones";
	if (cap == 0 && ecap == 0)
		return "registers read all zeros";
	if (FGET(ver, VER_MAX) == 0)
		return "version below 1.0";
	return 0;
}

static const char *
no_scalable(uint64_t ecap, uint32_t modes)
{
	if (!FGET(ecap, ECAP_SMTS))
		return "has no scalable mode";
	if (!FGET(ecap, ECAP_QI))
		return "has no invalidation queue";
	if (modes != 1u << VTD_LEGACY)
		return 0;
	return FGET(ecap, ECAP_FLTS) ? "walks first-stage tables without snooping"
				     : "has no tables in scalable mode";
}

/* Modes of which everything can be had. */
static uint32_t
modes_usable(uint64_t ecap)
{
	if (!FGET(ecap, ECAP_SMTS) || !FGET(ecap, ECAP_QI))
		return 1u << VTD_LEGACY;
	return 1u << VTD_LEGACY | (uint32_t)FGET(ecap, ECAP_SLTS) << VTD_SECOND |
		(uint32_t)(FGET(ecap, ECAP_FLTS) & FGET(ecap, ECAP_SMPWC)) << VTD_FIRST;
}

static uint32_t
max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

int
cap_limits(uint32_t ver, uint64_t cap, uint64_t ecap, Limits *out, const char **why)
{
	uint32_t nd = FGET(cap, CAP_ND);
	Limits l = {
		.mgaw = FGET(cap, CAP_MGAW) + 1,
		.ndomains = 1u << (4 + 2 * (nd > 6 ? 6 : nd)),
		.iotlb = FGET(ecap, ECAP_IRO) * 16,
		.frcd = FGET(cap, CAP_FRO) * 16,
		.nfault = FGET(cap, CAP_NFR) + 1,
		.mamv = FGET(cap, CAP_MAMV),
		.coherent = FGET(ecap, ECAP_C),
		.cm = FGET(cap, CAP_CM),
		.rwbf = FGET(cap, CAP_RWBF),
		.psi = FGET(cap, CAP_PSI),
		.drain_read = FGET(cap, CAP_DRD),
		.drain_write = FGET(cap, CAP_DWD),
		.protects = FGET(cap, CAP_PLMR) || FGET(cap, CAP_PHMR),
		.queue = FGET(ecap, ECAP_QI),
		.registers = FGET(ver, VER_MAX) < 6, /* version 6 dropped them */
		.page_requests = FGET(ecap, ECAP_PRS),
		.remaps = FGET(ecap, ECAP_IR),
		.eim = FGET(ecap, ECAP_EIM),
		.snoop = FGET(ecap, ECAP_SC),
		.pass = FGET(ecap, ECAP_PT),
		.throttles = FGET(ecap, ECAP_DIT),
		.big = (FGET(cap, CAP_SLLPS) & 3) << 2,
		.walks = FGET(ecap, ECAP_C),
		.modes = modes_usable(ecap),
		.no_scalable = no_scalable(ecap, modes_usable(ecap)),
		.first = FGET(ecap, ECAP_SMTS) && FGET(ecap, ECAP_QI) &&
			FGET(ecap, ECAP_FLTS),
		.smpwc = FGET(ecap, ECAP_SMPWC),
		.big_first = 1 << 2 | (uint32_t)FGET(cap, CAP_FL1GP) << 3,
	};

	if ((*why = unit_absent(ver, cap, ecap)) != 0)
		return -ENODEV;
	l.most = most_levels(FGET(cap, CAP_SAGAW));
	l.levels = choose_levels(FGET(cap, CAP_SAGAW), l.mgaw);
	l.width = levels_width(l.levels) < l.mgaw ? levels_width(l.levels) : l.mgaw;
	l.window = max(l.iotlb + 16, l.frcd + l.nfault * FRCD_SIZE);
	if (l.levels == 0)
		*why = "no page tables of 3 to 5 levels";
	else if (!l.queue && !l.registers)
		*why = "no way to invalidate";
	else if (l.frcd < FIXED_END || (l.registers && l.iotlb < FIXED_END))
		*why = "register offsets that make no sense";
	if (*why)
		return -ENODEV;
	*out = l;
	return 0;
}

void
cap_errata(uint32_t host, uint32_t board, Limits *l)
{
	if (board == QEMU_BOARD) {
		l->forges = "QEMU does not check messages that a device writes by DMA";
		/* it denies SMPWC, and reads what the CPU wrote all the same */
		if (l->first) {
			l->modes |= 1u << VTD_FIRST;
			l->no_scalable = 0;
		}
	}
	for (uint32_t i = 0; i < sizeof errata / sizeof errata[0]; i++)
		if (host == ((uint32_t)errata[i].device << 16 | 0x8086))
			l->rwbf |= errata[i].rwbf;
}

void
cap_use(Limits *l, VtdMode m)
{
	l->mode = m;
	if (m == VTD_LEGACY)
		return;
	l->walks = l->smpwc;
	if (m == VTD_SECOND)
		return;
	l->levels = FIRST_LEVELS;
	l->width = l->mgaw < FIRST_WIDTH ? l->mgaw : FIRST_WIDTH; /* VT-d 3.6 */
	l->big = l->big_first;
}
