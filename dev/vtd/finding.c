/*
 * What can be wrong with a DMAR table, as numbered texts with the verdict each brings,
 * and the names of what is in one. Pure.
 */
#include "dev/vtd/finding.h"

#include "dev/vtd/os.h"

static const struct {
	DmarVerdict verdict;
	const char *text;
} findings[N_N] = {
	/* clang-format off */
	[N_SHORT]        = { DMAR_REJECT, "table shorter than its header" },
	[N_SIGNATURE]    = { DMAR_REJECT, "signature is not DMAR" },
	[N_LENGTH]       = { DMAR_REJECT,
		"table length does not fit the bytes there are" },
	[N_CHECKSUM]     = { DMAR_REJECT, "checksum is wrong" },
	[N_LARGE]        = { DMAR_REJECT, "table larger than 64 KiB" },
	[N_HAW_SMALL]    = { DMAR_REJECT, "host address width below one page" },
	[N_STOP]         = { DMAR_REJECT,
		"structure length below 4: the walk cannot go on" },
	[N_PAST_END]     = { DMAR_REJECT, "structure passes the end of the table" },
	[N_NO_UNIT]      = { DMAR_REJECT, "no usable hardware unit" },
	[N_REVISION]     = { DMAR_WARN, "unlikely revision" },
	[N_HAW_LARGE]    = { DMAR_WARN, "host address width above 52, taken as 52" },
	[N_HAW_UNLIKELY] = { DMAR_WARN, "unlikely host address width" },
	[N_TRAILING]     = { DMAR_WARN, "bytes after the last structure" },
	[N_ORDER]        = { DMAR_WARN, "structures not in order of type" },
	[N_FLAGS]        = { DMAR_WARN, "reserved flags set" },
	[N_NO_SCOPE]     = { DMAR_WARN, "unit covers no device" },
	[N_ALL_MISSING]  = { DMAR_WARN, "no unit of the segment has INCLUDE_PCI_ALL" },
	[N_ALL_TWICE]    = { DMAR_WARN, "second INCLUDE_PCI_ALL in the segment" },
	[N_ALL_EARLY]    = { DMAR_WARN,
		"INCLUDE_PCI_ALL unit is not the last of its segment" },
	[N_IOAPIC_TWICE] = { DMAR_WARN, "I/O APIC in two scopes" },
	[N_RMRR_ALIGN]   = { DMAR_WARN, "reserved region not page aligned" },
	[N_RMRR_HUGE]    = { DMAR_WARN, "reserved region of 4 GiB or more" },
	[N_RMRR_OVERLAP] = { DMAR_WARN, "reserved regions overlap" },
	[N_RMRR_NOBODY]  = { DMAR_WARN, "reserved region for no device" },
	[N_ABOVE_HAW]    = { DMAR_WARN, "reserved region above the host address width" },
	[N_ATSR_SCOPE]   = { DMAR_WARN, "ATSR scope is not a bridge" },
	[N_DEEP]         = { DMAR_WARN, "path of more than 8 hops" },
	[N_UNKNOWN]      = { DMAR_SKIP, "unknown structure type" },
	[N_TOO_SHORT]    = { DMAR_SKIP, "structure shorter than its fixed part" },
	[N_BASE_ZERO]    = { DMAR_SKIP, "register base is 0" },
	[N_BASE_ALIGN]   = { DMAR_SKIP, "register base not page aligned" },
	[N_BASE_HIGH]    = { DMAR_SKIP, "register base above the host address width" },
	[N_BASE_TWICE]   = { DMAR_SKIP, "register base of an earlier unit" },
	[N_RMRR_ORDER]   = { DMAR_SKIP, "reserved region ends below its base" },
	[N_NAME]         = { DMAR_SKIP, "name not terminated" },
	[N_SCOPE_LENGTH] = { DMAR_SKIP,
		"bad scope length, rest of the structure ignored" },
	[N_SCOPE_TYPE]   = { DMAR_SKIP, "reserved scope type" },
	[N_PATH]         = { DMAR_SKIP, "path with device above 31 or function above 7" },
	[N_RMRR_RAM]     = { DMAR_WARN,
		"reserved region in memory that is free for use" },
};
/* clang-format on */

/* clang-format off */
static const DmarShape shapes[DMAR_NTYPE] = {
	[DMAR_DRHD] = { "DRHD", 16, true },  [DMAR_RMRR] = { "RMRR", 24, true },
	[DMAR_ATSR] = { "ATSR", 8, true },   [DMAR_RHSA] = { "RHSA", 20, false },
	[DMAR_ANDD] = { "ANDD", 8, false },  [DMAR_SATC] = { "SATC", 8, true },
	[DMAR_SIDP] = { "SIDP", 8, true },
};
/* clang-format on */

static const char *const scope_names[] = {
	[SCOPE_ENDPOINT] = "pci_endpoint",
	[SCOPE_BRIDGE] = "pci_bridge",
	[SCOPE_IOAPIC] = "ioapic",
	[SCOPE_HPET] = "hpet",
	[SCOPE_ACPI] = "acpi_namespace",
};

int
dmar_finding(Dmar *d, uint16_t code, int32_t entry, int32_t scope)
{
	if (d->nfinding < DMAR_MAXFINDING)
		d->finding[d->nfinding] = (DmarFinding){ code, entry, scope };
	d->nfinding++;
	if (findings[code].verdict > d->verdict)
		d->verdict = findings[code].verdict;
	return findings[code].verdict == DMAR_REJECT ? -EINVAL : 0;
}

const DmarShape *
dmar_shape(uint16_t type)
{
	return type < DMAR_NTYPE ? &shapes[type] : NULL;
}

const char *
dmar_finding_text(uint16_t code)
{
	return code > 0 && code < N_N ? findings[code].text : "unknown";
}

DmarVerdict
dmar_finding_verdict(uint16_t code)
{
	return code > 0 && code < N_N ? findings[code].verdict : DMAR_ACCEPT;
}

const char *
dmar_verdict_name(DmarVerdict v)
{
	static const char *const name[] = {
		[DMAR_ACCEPT] = "accept",
		[DMAR_WARN] = "accept_with_warning",
		[DMAR_SKIP] = "skip_structure",
		[DMAR_REJECT] = "reject_table",
	};

	return name[v];
}

const char *
dmar_type_name(uint16_t type)
{
	return type < DMAR_NTYPE ? shapes[type].name : "unknown";
}

const char *
dmar_scope_name(uint8_t type)
{
	return type >= SCOPE_ENDPOINT && type <= SCOPE_ACPI ? scope_names[type]
							    : "reserved";
}
