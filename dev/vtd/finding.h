/*
 * Inside the table's parser: the numbers of what it may find wrong, and the files' common
 * calls. Others use dev/vtd/dmar.h.
 */
#pragma once

#include "dev/vtd/inspect.h"

/* Note numbers are printed and documented: append, never renumber. */
/* clang-format off */
enum {
	N_SHORT = 1, N_SIGNATURE, N_LENGTH, N_CHECKSUM, N_LARGE, N_HAW_SMALL, N_STOP,
	N_PAST_END, N_NO_UNIT,
	N_REVISION, N_HAW_LARGE, N_HAW_UNLIKELY, N_TRAILING, N_ORDER, N_FLAGS, N_NO_SCOPE,
	N_ALL_MISSING, N_ALL_TWICE, N_ALL_EARLY, N_IOAPIC_TWICE,
	N_RMRR_ALIGN, N_RMRR_HUGE, N_RMRR_OVERLAP, N_RMRR_NOBODY, N_ABOVE_HAW,
	N_ATSR_SCOPE, N_DEEP,
	N_UNKNOWN, N_TOO_SHORT, N_BASE_ZERO, N_BASE_ALIGN, N_BASE_HIGH, N_BASE_TWICE,
	N_RMRR_ORDER, N_NAME, N_SCOPE_LENGTH, N_SCOPE_TYPE, N_PATH,
	N_RMRR_RAM,
	N_N
};
/* clang-format on */

/* What is common to the types: their fixed part, and whether scopes follow it. */
typedef struct DmarShape {
	const char *name;
	uint16_t fixed;
	bool scopes;
} DmarShape;

const DmarShape *dmar_shape(uint16_t type); /* NULL: unknown */

/* Put down; -EINVAL when the table is refused for it. */
int dmar_finding(Dmar *d, uint16_t code, int32_t entry, int32_t scope);
/* Structures against each other, once they are all there. */
void dmar_check(Dmar *d);
