/* One line about a DMA fault, as a value. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dev/vtd/iommu.h"

typedef enum LineKind {
	LINE_FAULT,  /* a fault, with all there is to know */
	LINE_DEVICE, /* a fault whose reason is on the next line */
	LINE_REASON, /* that next line */
	LINE_OTHER,  /* a line of a log that is not about a fault */
	LINE_BAD,    /* it cannot be understood, and bad says why */
} LineKind;

typedef struct FaultLine {
	VtdFault f; /* unit counts only if f.lost */
	bool pasid_given, privileged, execute;
	uint32_t pasid;
	uint8_t type;    /* of address: 0 plain, 1 a translation request, 2 translated */
	const char *bad; /* a phrase */
} FaultLine;

/* Reads one line, without its newline. Of l only what the kind of line has is set. */
LineKind faultline_parse(const char *line, FaultLine *l);
/* Writes l as words, as in #vtd/faults, into n bytes at buf. reason: l has one. */
void faultline_text(const FaultLine *l, bool reason, char *buf, size_t n);
