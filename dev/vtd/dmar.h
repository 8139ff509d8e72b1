/*
 * The ACPI DMAR table as a value. Everything in it was checked once by dmar_parse; `ok`
 * says of a structure or scope whether it may be used, and `note` what was found wrong.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
typedef enum DmarType {
	DMAR_DRHD, DMAR_RMRR, DMAR_ATSR, DMAR_RHSA, DMAR_ANDD, DMAR_SATC, DMAR_SIDP,
	DMAR_NTYPE
} DmarType;
/* clang-format on */

#define DMAR_INTR_REMAP 1 /* of Dmar.flags */

/* clang-format off */
typedef enum ScopeType {
	SCOPE_ENDPOINT = 1, SCOPE_BRIDGE, SCOPE_IOAPIC, SCOPE_HPET, SCOPE_ACPI
} ScopeType;
/* clang-format on */

typedef struct DmarScope {
	uint32_t offset; /* in the table */
	uint8_t type, length, flags, reserved, id, bus;
	uint8_t npath;
	bool ok;
	const uint8_t *path; /* npath pairs: device, function */
} DmarScope;

typedef struct DmarEntry {
	uint32_t offset;
	uint16_t type, length, segment;
	bool ok;
	bool whole; /* its fixed part is there: the fields below hold something */
	/* DRHD, ATSR, SATC; bit 0: INCLUDE_PCI_ALL, ALL_PORTS, ATC_REQUIRED */
	uint8_t flags;
	uint8_t size;   /* DRHD: byte 5, low 4 bits: 2^n pages of registers */
	uint8_t number; /* ANDD */
	uint32_t reserved, proximity;
	uint64_t base, limit; /* registers; reserved memory, limit inclusive */
	const char *name;     /* ANDD: namelen bytes, terminated when ok */
	uint32_t namelen;
	uint32_t scope, nscope; /* Dmar.scope[scope .. scope+nscope) */
} DmarEntry;

typedef enum DmarVerdict { DMAR_ACCEPT, DMAR_WARN, DMAR_SKIP, DMAR_REJECT } DmarVerdict;

typedef struct DmarFinding {
	uint16_t code;        /* stable number, see dmar_note_text */
	int32_t entry, scope; /* index, -1: none; scope counts inside the entry */
} DmarFinding;

#define DMAR_MAXNOTE 64

typedef struct Dmar {
	bool header; /* it was long enough for one: then these hold what it says */
	char signature[4];
	uint32_t length; /* as the header says */
	/* flags: DMAR_INTR_REMAP */
	uint8_t revision, checksum, haw_field, flags, reserved[10];
	uint32_t oem_revision, creator_revision;
	uint32_t haw;   /* host address width, at most 52 */
	uint8_t *bytes; /* our copy, len bytes */
	uint32_t len;
	DmarEntry *entry;
	uint32_t nentry;
	DmarScope *scope;
	uint32_t nscope;
	DmarVerdict verdict;
	DmarFinding note[DMAR_MAXNOTE];
	uint32_t nnote; /* may exceed what note holds */
} Dmar;

/*
 * Parse hostile bytes. 0, or -EINVAL when the table cannot be used, -ENOMEM. In any case
 * dmar_free may be called; after -EINVAL verdict and notes say why, and the structures
 * there are those that could be told apart, for showing only.
 */
int dmar_parse(const void *table, size_t len, Dmar *d);
void dmar_free(Dmar *d);
/* Add what only the host can tell: memory that it would use is no reserved region. */
void dmar_judge(Dmar *d, bool (*is_ram)(uint64_t base, uint64_t len));
const char *dmar_note_text(uint16_t code);
DmarVerdict dmar_note_verdict(uint16_t code);
const char *dmar_verdict_name(DmarVerdict v);
const char *dmar_type_name(uint16_t type); /* "DRHD"; "unknown" */
const char *dmar_scope_name(uint8_t type); /* "pci_endpoint"; "reserved" */
